import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { Receiver } from '../deliver/receiver.js';
import { readAlertLog } from '../support/alert-log.js';
import { TestServer } from '../support/cheji.js';
import { drained } from '../support/conservation.js';
import { cross, layFence } from '../support/crossings.js';
import { waitFor } from '../support/wait-for.js';

const VEHICLES = 40;
const ROUNDS = 12;

test('with the server killed and stopped in the middle, every alert arrives, in order, and doubles have the same id', {
  timeout: 240_000,
}, async () => {
  const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay', CHEJI_WEBHOOK_NETWORKS: '127.0.0.0/8' });
  onTestFinished(() => server.end());
  const receiver = await Receiver.start();
  const slowly: Receiver['answer'] = (received, response) =>
    void setTimeout(() => receiver.take(received, response), received.id.length % 7);
  receiver.answer = slowly;
  await layFence(server);
  expect((await server.now.api('/v1/webhooks', { body: { id: 'all', url: receiver.url } })).status).toBe(201);

  for (let n = 0; n < ROUNDS; n++) {
    await cross(server, VEHICLES, n);
    const before = receiver.taken.length;
    await waitFor(
      'deliveries',
      () => receiver.taken.length,
      (count) => count > before + 5,
      { everyMs: 5 },
    );
    if (n === 2 || n === 5 || n === 8) await server.now.kill();
    if (n === 4) await server.now.stop();
    if ([2, 4, 5, 8].includes(n)) await server.restart();
    if (n === 10) {
      await receiver.stop();
      await pause(300);
      await receiver.listen();
    }
  }
  type State = { delivery: { behind: number; delivered: number; deadLetters: number } | null };
  const state = () => server.now.api<State>('/v1/webhooks/all').then(({ body }) => body.delivery);
  await drained(server);
  await waitFor('the end of the log', state, (now) => now?.behind === 0, { timeoutMs: 60_000 });
  await server.now.stop();

  const log = readAlertLog(server.now.dataDir).map(({ alert }) => `alert_${alert.id}_${alert.revision}`);
  expect(log.length).toBeGreaterThan(VEHICLES * 4);
  expect([...new Set(receiver.taken)]).toEqual(log);
  // What came twice came at once again, after a kill.
  expect(receiver.taken.length - log.length).toBeLessThan(200);
});
