import { createServer, type IncomingMessage } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { ApiClient } from '../../cli/support/api-client.js';
import { localUrl } from '../../config/local-url.js';

/** Answers one after the other with these, and keeps what it was asked. */
async function answering(...answers: [status: number, body: string][]) {
  const asked: IncomingMessage[] = [];
  const server = createServer((request, response) => {
    const [status, body] = answers[Math.min(asked.length, answers.length - 1)];
    asked.push(request);
    response.writeHead(status).end(body);
  });
  await new Promise<void>((done) => server.listen(0, '127.0.0.1', done));
  onTestFinished(() => void server.close());
  const said: string[] = [];
  const url = `http://127.0.0.1:${(server.address() as AddressInfo).port}`;
  return { client: new ApiClient(url, 'key', (line) => said.push(line)), url, asked, said };
}

test('who waits for a server says so once, and asks again under the same key, so that nothing is made twice', async () => {
  const { client, asked, said } = await answering(
    [503, '{"error":{"message":"no room"}}'],
    [502, '<html>'],
    [201, '{"id":"f"}'],
    [201, '{}'],
  );
  expect(await client.send('POST', '/v1/fences', {})).toEqual({ status: 201, body: { id: 'f' } });
  expect(said).toEqual([expect.stringMatching(/no room; asked again for 5 minutes$/)]);
  await client.send('POST', '/v1/fences', {});
  const keys = asked.map(({ headers }) => headers['idempotency-key']);
  expect(keys).toHaveLength(4);
  expect(new Set(keys.slice(0, 3)).size).toBe(1);
  expect(keys[3]).not.toBe(keys[0]);
  expect(keys[0]).toMatch(/^[\da-f-]{36}$/);
});

test('another program at the address is told at once', async () => {
  const { client, url } = await answering([404, '<html>']);
  await expect(client.send('GET', '/v1/vehicles')).rejects.toThrow(
    `${url} answers 404 with what is no JSON: is it the address of cheji?`,
  );
});

test('where programs of this machine find what listens on every address', () => {
  expect(['0.0.0.0', '::', '127.0.0.1', 'fe80::1', 'box'].map((host) => localUrl(host, 1))).toEqual([
    'http://127.0.0.1:1',
    'http://[::1]:1',
    'http://127.0.0.1:1',
    'http://[fe80::1]:1',
    'http://box:1',
  ]);
});
