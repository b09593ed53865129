import { execFileSync } from 'node:child_process';
import { readFileSync } from 'node:fs';
import { createServer as createTlsServer } from 'node:https';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { TargetGuard } from '../../deliver/target-guard.js';
import { WebhookCarrier } from '../../deliver/webhook-carrier.js';
import { freePort } from '../support/free-port.js';
import { needs } from '../support/needs.js';
import { tempDir } from '../support/temp-dir.js';
import { Receiver } from './receiver.js';

const local = new TargetGuard({ networks: ['127.0.0.0/8', '::1'], hosts: [] });
const NOW = Date.UTC(2024, 4, 1, 8);

function carrier(url: string, guard = local): WebhookCarrier {
  const made = new WebhookCarrier({
    url,
    guard,
    userAgent: 'test',
    sign: () => 'v1,x',
    clock: () => NOW,
    timeoutMs: 400,
  });
  onTestFinished(() => made.close());
  return made;
}
const post = (of: WebhookCarrier) => of.post({ id: 'm1', text: '{"a":"北京"}' }, new AbortController().signal);

test('what is sent', async () => {
  const receiver = await Receiver.start();
  expect(await post(carrier(`${receiver.url}?x=1`))).toBeNull();
  expect(receiver.received).toMatchObject([
    {
      path: '/hook?x=1',
      body: '{"a":"北京"}',
      headers: {
        'content-type': 'application/json; charset=utf-8',
        'user-agent': 'test',
        'webhook-id': 'm1',
        'webhook-timestamp': String(NOW / 1000),
        'webhook-signature': 'v1,x',
      },
    },
  ]);
});

test.each([
  { status: 200, kind: null },
  { status: 204, kind: null },
  { status: 301, kind: 'outage' },
  { status: 307, kind: 'outage' },
  { status: 400, kind: 'refused' },
  { status: 401, kind: 'outage' },
  { status: 404, kind: 'outage' },
  { status: 410, kind: 'gone' },
  { status: 413, kind: 'refused' },
  { status: 422, kind: 'refused' },
  { status: 429, kind: 'outage' },
  { status: 500, kind: 'outage' },
  { status: 503, kind: 'outage' },
])('$status is $kind', async ({ status, kind }) => {
  const receiver = await Receiver.start();
  const elsewhere = await Receiver.start();
  receiver.answer = (_, response) => response.writeHead(status, { location: elsewhere.url }).end('a\nb\u0000c');
  const failure = await post(carrier(receiver.url));
  expect(failure?.kind ?? null).toBe(kind);
  if (failure) expect(failure.status).toBe(status);
  if (status === 422) expect(failure?.detail).toBe('answered 422: a b c');
  expect(elsewhere.received).toEqual([]);
});

test.each([
  ['7', 7000],
  [new Date(NOW + 90_000).toUTCString(), 90_000],
  [new Date(NOW - 90_000).toUTCString(), undefined],
  ['soon', undefined],
])('Retry-After: %s', async (header, expected) => {
  const receiver = await Receiver.start();
  receiver.answer = (_, response) => response.writeHead(503, { 'retry-after': header }).end();
  expect((await post(carrier(receiver.url)))?.retryAfterMs).toBe(expected);
});

test('a receiver that hangs, before the answer or in the middle of it, is given up', async () => {
  const receiver = await Receiver.start();
  receiver.answer = () => {};
  expect(await post(carrier(receiver.url))).toMatchObject({ kind: 'outage', detail: 'no answer within 400 ms' });
  receiver.answer = (_, response) => response.writeHead(200).write('beginning');
  expect(await post(carrier(receiver.url))).toMatchObject({ kind: 'outage', detail: 'no answer within 400 ms' });
});

test('an answer without end is cut; its status counts', async () => {
  const receiver = await Receiver.start();
  receiver.answer = (_, response) => {
    const more = () => {
      while (!response.destroyed && response.write('x'.repeat(10_000)));
    };
    response.on('drain', more);
    more();
  };
  expect(await post(carrier(receiver.url))).toBeNull();
});

test('nobody there, or somebody who hangs up or talks nonsense', async () => {
  expect(await post(carrier(`http://127.0.0.1:${await freePort()}/`))).toMatchObject({ kind: 'outage', status: null });
  const server = createServer((socket) => socket.on('error', () => {}).end('what?\r\n\r\n'));
  await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
  onTestFinished(() => void server.close());
  const { port } = server.address() as { port: number };
  expect(await post(carrier(`http://127.0.0.1:${port}/`))).toMatchObject({ kind: 'outage', status: null });
});

test('addresses that may not be reached are not, by number or by name', async () => {
  const receiver = await Receiver.start();
  const strict = new TargetGuard({ networks: [], hosts: [] });
  const byName = receiver.url.replace('127.0.0.1', 'localhost');
  for (const url of [receiver.url, byName]) {
    expect(await post(carrier(url, strict))).toMatchObject({
      kind: 'outage',
      detail: expect.stringContaining('not a public'),
    });
  }
  expect(receiver.received).toEqual([]);
  expect(await post(carrier(byName))).toBeNull();
});

needs('openssl', 'over TLS', (openssl) => {
  test('a certificate that nobody vouches for is refused, and nothing is sent', async () => {
    const dir = await tempDir();
    const files = ['-keyout', join(dir, 'key.pem'), '-out', join(dir, 'cert.pem')];
    const subject = ['-subj', '/CN=localhost', '-addext', 'subjectAltName=DNS:localhost'];
    execFileSync(openssl, ['req', '-x509', '-newkey', 'rsa:2048', '-nodes', '-days', '2', ...subject, ...files], {
      stdio: 'ignore',
    });
    let requests = 0;
    const [key, cert] = ['key.pem', 'cert.pem'].map((name) => readFileSync(join(dir, name)));
    const server = createTlsServer({ key, cert }, (_, response) => {
      requests++;
      response.end();
    });
    await new Promise<void>((resolve) => server.listen(0, '127.0.0.1', resolve));
    onTestFinished(() => void server.close());
    const { port } = server.address() as { port: number };
    expect(await post(carrier(`https://localhost:${port}/`))).toMatchObject({
      kind: 'outage',
      detail: expect.stringContaining('self-signed certificate'),
    });
    expect(requests).toBe(0);
  });
});
