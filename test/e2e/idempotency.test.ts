import { expect, onTestFinished, test } from 'vitest';
import type { Command } from '../../model/command.js';
import { ADMIN_KEY, TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';

test('a request that is sent again with its key after kill -9 gets the same answer, and nothing is done twice', {
  timeout: 120_000,
}, async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  const put = { method: 'PUT', body: { terminals: [{ protocol: 'jt808', number: '13912345678' }] } };
  await server.now.api('/v1/vehicles/13912345678', put);

  const fixes = [1, 2, 3].map((s) => ({
    vehicleId: 'a',
    time: new Date(Date.now() - s * 1000),
    lon: 120.3,
    lat: 31.5,
  }));
  const asked: [path: string, body: unknown][] = [
    ['/v1/positions', [...fixes, { vehicleId: 'a', time: 'yesterday', lon: 0, lat: 0 }]],
    ['/v1/vehicles/13912345678/commands', { type: 'text', params: { text: 'slow down' } }],
    ['/v1/positions', [{ vehicleId: '' }]],
  ];
  const ask = async () => {
    const answers: Answered[] = [];
    for (const [i, [path, body]] of asked.entries()) answers.push(await post(server, path, body, `key-${i}`));
    return answers;
  };
  const first = await ask();
  await server.now.kill();
  await server.restart();
  const again = await ask();
  expect(again.map(({ replayed }) => replayed)).toEqual([true, true, true]);
  const plain = (answers: Answered[]) => answers.map(({ status, type, body }) => ({ status, type, body }));
  expect(plain(again)).toEqual(plain(first));
  expect(first.map(({ status, replayed }) => [status, replayed])).toEqual([
    [200, false],
    [expect.toBeOneOf([200, 201, 202]), false],
    [422, false],
  ]);

  const { body } = await server.now.api<{ items: Command[] }>('/v1/commands');
  expect(body.items).toHaveLength(1);
  const stats = await drained(server);
  expectConserved(stats);
  // Since the kill none was received: the answers did not run again.
  expect([stats.fixes.received, stats.log.accepted]).toEqual([0, 3]);
  const other = await post(server, '/v1/positions', [], 'key-0');
  expect([other.status, other.body]).toEqual([422, expect.stringContaining('key-reused')]);
});

interface Answered {
  status: number;
  type: string | null;
  replayed: boolean;
  body: string;
}

async function post(server: TestServer, path: string, body: unknown, key: string): Promise<Answered> {
  const headers = { authorization: `Bearer ${ADMIN_KEY}`, 'content-type': 'application/json', 'idempotency-key': key };
  const answer = await fetch(server.now.url + path, { method: 'POST', headers, body: JSON.stringify(body) });
  return {
    status: answer.status,
    type: answer.headers.get('content-type'),
    replayed: answer.headers.get('idempotency-replayed') === 'true',
    body: await answer.text(),
  };
}
