import { createServer, type IncomingMessage, type ServerResponse } from 'node:http';
import type { AddressInfo } from 'node:net';
import { expect, onTestFinished, test } from 'vitest';
import { Forwarding, isForMainNode } from '../../api/forwarding.js';
import { READ_HEADERS, type Request, type RequestHeaders } from '../../api/http/endpoint.js';
import { freePort } from '../support/free-port.js';

interface Asked {
  line: string;
  headers: IncomingMessage['headers'];
  body: string;
}

/** A main node that answers as it is told, and keeps what it was asked. */
async function mainNode(answer: (response: ServerResponse) => void): Promise<{ url: string; asked: Asked[] }> {
  const asked: Asked[] = [];
  const server = createServer((request, response) => {
    const chunks: Buffer[] = [];
    request.on('data', (chunk: Buffer) => chunks.push(chunk));
    request.on('end', () => {
      const line = `${request.method} ${request.url}`;
      asked.push({ line, headers: request.headers, body: Buffer.concat(chunks).toString() });
      answer(response);
    });
  });
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => {
    server.closeAllConnections();
    server.close();
  });
  return { url: `http://127.0.0.1:${(server.address() as AddressInfo).port}`, asked };
}

function request(method: string, path: string, headers: Partial<RequestHeaders> = {}, query = ''): Request {
  const none = Object.fromEntries(READ_HEADERS.map((name) => [name, ''])) as RequestHeaders;
  return { method, path, query, params: [], headers: { ...none, ...headers }, address: '', onAborted: () => () => {} };
}

const NOTHING = Buffer.alloc(0);

test.each([
  ['put', '/v1/vehicles/{id}', true],
  ['post', '/v1/positions', true],
  ['delete', '/v1/fences/{id}', true],
  ['post', '/v1/search/passages', false],
  ['post', '/v1/rules/rehearse', false],
  ['get', '/v1/vehicles', false],
  ['get', '/v1/webhooks', true],
  ['get', '/v1/mqtt/alerts/dead-letters', true],
  ['get', '/v1/webhooks/{id}', true],
  ['get', '/v1/media/{id}/content', true],
  ['get', '/v1/stats/live', true],
  ['get', '/readyz', false],
] as const)('%s %s', (method, path, forMain) => {
  expect(isForMainNode({ method, path })).toBe(forMain);
});

test('HEAD is handed on too, and tells of the length that GET has', async () => {
  const main = await mainNode((response) => response.writeHead(200, { 'content-length': '5' }).end());
  const node = new Forwarding(() => ({ url: main.url, heard: true }));
  const answer = await node.forward(request('HEAD', '/v1/webhooks'), NOTHING);
  expect(answer).toMatchObject({ status: 200, body: null, length: 5 });
  expect(main.asked.map(({ line }) => line)).toEqual(['HEAD /v1/webhooks']);
});

test('what changes the answer is sent on, and the answer handed back', async () => {
  const main = await mainNode((response) => {
    response.writeHead(201, { 'content-type': 'application/json', etag: '"7"', 'x-request-id': 'theirs' });
    response.end('{"id":"f1"}');
  });
  const headers = { authorization: 'Bearer k', 'content-type': 'application/json', 'idempotency-key': 'once' };
  const given = { ...headers, origin: 'https://page', host: 'node:8080' };
  const answer = await new Forwarding(() => ({ url: `${main.url}/`, heard: true })).forward(
    request('POST', '/v1/fences', given, 'a=%E8%8B%8F&b=1'),
    Buffer.from('{"x":"苏"}'),
  );
  const [asked] = main.asked;
  expect([asked.line, asked.body]).toEqual(['POST /v1/fences?a=%E8%8B%8F&b=1', '{"x":"苏"}']);
  expect(asked.headers).toMatchObject(headers);
  expect(asked.headers.origin).toBeUndefined();
  expect(answer.status).toBe(201);
  expect(answer.headers).toEqual([
    ['content-type', 'application/json'],
    ['etag', '"7"'],
  ]);
  const pieces: Uint8Array[] = [];
  for await (const piece of answer.body as AsyncIterable<Uint8Array>) pieces.push(piece);
  expect(Buffer.concat(pieces).toString()).toBe('{"id":"f1"}');
});

test('a main node that is away, dies in the middle, or has another key', async () => {
  const put = request('PUT', '/v1/vehicles/a', { authorization: 'Bearer k' });
  const refusal = (url: string, heard = true) =>
    new Forwarding(() => ({ url, heard })).forward(put, NOTHING).catch(({ code, message }) => `${code}: ${message}`);
  const nowhere = `http://127.0.0.1:${await freePort()}`;
  for (const heard of [true, false]) {
    // Where nobody was reached, nothing was done.
    expect(await refusal(nowhere, heard)).toMatch(/^main-node-away: the main node is away/);
  }
  const dying = await mainNode((response) => response.destroy());
  expect(await refusal(dying.url)).toMatch(/^main-node-away: .*whether it has done this is not known/);
  const foreign = await mainNode((response) => response.writeHead(401).end());
  expect(await refusal(foreign.url)).toMatch(/CHEJI_ADMIN_KEY must be the same/);
});

test('a main node that says nothing in Redis is asked whether it is there, and then as ever', async () => {
  const main = await mainNode((response) => response.writeHead(204).end());
  const silent = new Forwarding(() => ({ url: main.url, heard: false }));
  expect((await silent.forward(request('DELETE', '/v1/vehicles/a', {}), NOTHING)).status).toBe(204);
  expect(main.asked.map(({ line }) => line)).toEqual(['GET /livez', 'DELETE /v1/vehicles/a']);
});

test('no more wait for the main node than it says', async () => {
  const held: ServerResponse[] = [];
  const main = await mainNode((response) => void held.push(response));
  const forwarding = new Forwarding(() => ({ url: main.url, heard: true }));
  const get = request('GET', '/v1/media');
  const waiting = Array.from({ length: 64 }, () => forwarding.forward(get, NOTHING));
  await expect(forwarding.forward(get, NOTHING)).rejects.toMatchObject({ code: 'busy' });
  while (held.length < 64) await new Promise((resolve) => setTimeout(resolve, 10));
  for (const response of held) response.writeHead(204).end();
  expect((await Promise.all(waiting)).map(({ status, body }) => [status, body])).toEqual(
    waiting.map(() => [204, null]),
  );
  const again = forwarding.forward(get, NOTHING);
  while (held.length < 65) await new Promise((resolve) => setTimeout(resolve, 10));
  held[64].writeHead(204).end();
  expect((await again).status).toBe(204);
});
