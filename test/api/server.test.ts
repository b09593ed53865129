import { mkdir, writeFile } from 'node:fs/promises';
import { connect } from 'node:net';
import { join } from 'node:path';
import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { tempDir } from '../support/temp-dir.js';
import { fix, KEY, startTestApi } from './support.js';

interface ErrorBody {
  error: { code: string; message: string; details: { path: string; message: string }[] };
}

const read = async (response: Response) => (await response.json()) as ErrorBody;

test('what is not in the table is 404, a wrong method 405 with those that are allowed', async () => {
  const api = await startTestApi();
  const missing = await api.get('/v1/nothing');
  expect([missing.status, (await read(missing)).error.code]).toEqual([404, 'not-found']);
  const stream = await api.get('/v1/stream');
  expect([stream.status, stream.headers.get('upgrade')]).toEqual([426, 'websocket']);
  const wrong = await api.send('POST', '/v1/stats/live', {});
  expect([wrong.status, wrong.headers.get('allow')]).toEqual([405, 'GET, HEAD']);
  const fence = await api.send('POST', '/v1/fences/f1', {});
  expect([fence.status, fence.headers.get('allow')]).toEqual([405, 'GET, HEAD, PUT, DELETE']);
  expect((await read(fence)).error.code).toBe('method-not-allowed');
});

test('HEAD is answered as GET is, without the body', async () => {
  const api = await startTestApi();
  api.put('v1');
  const paths = ['/v1/vehicles', '/v1/vehicles/none', '/v1/stats/live?x=1', '/openapi.json'];
  for (const path of paths) {
    const [get, head] = [await api.get(path), await api.send('HEAD', path)];
    expect([head.status, head.headers.get('content-type')], path).toEqual([
      get.status,
      get.headers.get('content-type'),
    ]);
    expect(head.headers.get('content-length'), path).toBe(String((await get.arrayBuffer()).byteLength));
    expect(await head.text()).toBe('');
  }
  expect((await fetch(`${api.url}/v1/vehicles`, { method: 'HEAD' })).status).toBe(401);
  expect((await api.send('HEAD', '/v1/positions')).status).toBe(405);
});

test('HEAD of what is streamed says nothing of its length, and gives back what was taken for it', async () => {
  const api = await startTestApi();
  api.put('v1');
  const window = 'from=2024-05-01T00:00:00Z&to=2024-05-02T00:00:00Z';
  // More often than there may be at once.
  for (let i = 0; i < 60; i++) {
    const head = await api.send('HEAD', `/v1/vehicles/v1/track?${window}&format=csv`);
    expect([head.status, head.headers.get('content-length')]).toEqual([200, null]);
  }
  const stream = await api.send('HEAD', '/v1/stream/alerts');
  expect([stream.status, stream.headers.get('content-type')]).toEqual([200, 'text/event-stream; charset=utf-8']);
  expect(await (await api.get('/metrics')).text()).toMatch(/^http_waits 0$/m);
});

test('no key, a wrong key and a key in the address are all told the same', async () => {
  const api = await startTestApi();
  const answers = await Promise.all([
    fetch(`${api.url}/v1/vehicles`),
    fetch(`${api.url}/v1/vehicles?key=${KEY}`),
    fetch(`${api.url}/v1/vehicles`, { headers: { authorization: `Bearer ${KEY}x` } }),
    fetch(`${api.url}/v1/vehicles`, { headers: { authorization: `Basic ${KEY}` } }),
    fetch(`${api.url}/v1/positions`, { method: 'POST', body: 'x'.repeat(100_000) }),
  ]);
  const texts = await Promise.all(answers.map((answer) => answer.text()));
  expect(answers.map((answer) => answer.status)).toEqual([401, 401, 401, 401, 401]);
  expect(new Set(texts).size).toBe(1);
  expect(answers[0].headers.get('www-authenticate')).toBe('Bearer');
});

test('every answer has the headers that keep browsers in bounds, and an id of its own', async () => {
  const api = await startTestApi();
  const answers = await Promise.all([api.get('/v1/vehicles'), api.get('/v1/nothing'), fetch(`${api.url}/livez`)]);
  for (const { headers } of answers) {
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
    expect(headers.get('x-content-type-options')).toBe('nosniff');
    expect(headers.get('referrer-policy')).toBe('no-referrer');
    expect(headers.get('cache-control')).toBe('no-store');
    expect(headers.get('cross-origin-opener-policy')).toBe('same-origin');
    expect(headers.get('strict-transport-security')).toContain('max-age=');
  }
  expect(new Set(answers.map(({ headers }) => headers.get('x-request-id'))).size).toBe(3);
});

test('a parameter that is unknown, given twice or broken is named', async () => {
  const api = await startTestApi();
  const problems = async (query: string) => (await read(await api.get(`/v1/vehicles?${query}`))).error.details;
  expect(await problems('limits=5')).toEqual([
    {
      path: 'query.limits',
      message: 'not known here; allowed: bbox, online, category, plate, ids, datum, limit, cursor',
    },
  ]);
  expect(await problems('limit=5&limit=6')).toEqual([{ path: 'query.limit', message: 'given twice' }]);
  expect(await problems('limit=0')).toEqual([{ path: 'query.limit', message: 'a whole number from 1 to 5000' }]);
  expect(await problems('bbox=1,2,3')).toEqual([
    { path: 'query.bbox', message: 'four numbers west,south,east,north are needed; got 3' },
  ]);
  expect(await problems('bbox=120,91,121,32')).toEqual([{ path: 'query.bbox', message: 'south 91 is outside -90…90' }]);
  expect(await problems('bbox=120,33,121,32')).toEqual([
    { path: 'query.bbox', message: 'south 33 is greater than north 32' },
  ]);
  expect(await problems('bbox=a,1,2,3')).toEqual([{ path: 'query.bbox', message: 'west is not a number' }]);
  expect(await problems('online=yes&category=boat')).toMatchObject([
    { path: 'query.online' },
    { path: 'query.category[0]' },
  ]);
  expect(await problems('cursor=abc')).toMatchObject([{ path: 'query.cursor' }]);
});

test('what is missing is said to be needed, and choices are named', async () => {
  const api = await startTestApi();
  const details = async (answer: Promise<Response>) => (await read(await answer)).error.details;
  expect(await details(api.get('/v1/vehicles:nearest?lon=120'))).toEqual([{ path: 'query.lat', message: 'is needed' }]);
  expect(await details(api.send('POST', '/v1/search/passages', {}))).toEqual(
    ['area', 'from', 'to'].map((name) => ({ path: `body.${name}`, message: 'is needed' })),
  );
  // One of two forms: what is said is of the nearer one.
  expect(await details(api.send('POST', '/v1/webhooks/w/replay', {}))).toEqual([
    { path: 'body.from', message: 'is needed' },
  ]);
  expect(await details(api.send('POST', '/v1/webhooks/w/replay', { deadLetters: [1, 'x'] }))).toEqual([
    { path: 'body.deadLetters[1]', message: expect.stringContaining('number') },
  ]);
  expect(await details(api.get('/v1/alerts?severity=high'))).toEqual([
    { path: 'query.severity[0]', message: 'one of: info, warning, critical' },
  ]);
});

test('a handler that throws is our mistake: 500 without its words, and a line in the log under the request id', async () => {
  const api = await startTestApi();
  api.history.track = () => {
    throw new Error('secret inside');
  };
  api.put('v1');
  const answer = await api.get('/v1/vehicles/v1/track');
  const text = await answer.text();
  expect(answer.status).toBe(500);
  expect(text).not.toContain('secret');
  expect(text).not.toContain('at ');
  expect(api.logged.join('')).toContain('secret inside');
  expect(api.logged.join('')).toContain(answer.headers.get('x-request-id'));
  expect((await api.get('/v1/vehicles/v1')).status).toBe(200);
});

test('bodies are bounded, packed or not', async () => {
  const api = await startTestApi();
  const put = (body: Uint8Array, headers = {}) => api.send('PUT', '/v1/vehicles/v1', body, headers);
  const long = Buffer.from(JSON.stringify({ company: 'x'.repeat(2 * 1024 * 1024) }));
  expect((await put(long)).status).toBe(413);
  const bomb = gzipSync(Buffer.alloc(30 * 1024 * 1024, 32));
  const burst = await put(bomb, { 'content-encoding': 'gzip' });
  expect([burst.status, (await read(burst)).error.code]).toEqual([413, 'too-large']);
  expect((await put(Buffer.from('{}'), { 'content-encoding': 'gzip' })).status).toBe(400);
  expect((await put(Buffer.from('{}'), { 'content-encoding': 'br' })).status).toBe(415);
  expect((await put(gzipSync('{"plate":"苏B1"}'), { 'content-encoding': 'gzip' })).status).toBe(201);
  expect(api.catalog.vehicleById('v1')?.plate).toBe('苏B1');
});

test('a body without a stated length is cut at the limit too, and the connection ends', async () => {
  const api = await startTestApi();
  const socket = connect(api.api.port, '127.0.0.1');
  const answer = new Promise<string>((resolve) => {
    let text = '';
    socket
      .on('data', (data) => (text += data))
      .on('close', () => resolve(text))
      .on('error', () => resolve(text));
  });
  socket.write(
    `PUT /v1/vehicles/v1 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nContent-Type: application/json\r\nTransfer-Encoding: chunked\r\n\r\n`,
  );
  const chunk = `10000\r\n${' '.repeat(65_536)}\r\n`;
  for (let i = 0; i < 20; i++) socket.write(chunk);
  expect(await answer).toContain('413');
});

test('JSON is refused where it is none, too deep, or reaches for a prototype', async () => {
  const api = await startTestApi();
  const put = async (text: string) => {
    const answer = await api.send('PUT', '/v1/fences/f1', text);
    return [answer.status, (await read(answer)).error.details[0].path];
  };
  expect(await put('{"a":')).toEqual([400, 'body']);
  expect(await put('['.repeat(100_000))).toEqual([400, 'body']);
  expect((await put(`${'['.repeat(20)}${']'.repeat(20)}`))[0]).toBe(400);
  expect(await put('{"properties":{"__proto__":{"x":1}}}')).toEqual([400, 'body.properties.__proto__']);
  expect(await put('')).toEqual([400, 'body']);
});

test('a request that is aborted half way harms nobody', async () => {
  const api = await startTestApi();
  api.put('v1');
  api.history.fixes.set(
    1,
    Array.from({ length: 50_000 }, (_, i) => fix(1, { fixTime: Date.now() - i })),
  );
  const head = `Host: x\r\nAuthorization: Bearer ${KEY}\r\n`;
  for (const start of [
    `GET /v1/vehicles/v1/track HTTP/1.1\r\n${head}\r\n`,
    `POST /v1/positions HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 5000\r\n\r\n[`,
    `POST /v1/alerts/${'a'.repeat(26)}/resolve HTTP/1.1\r\n${head}Content-Type: application/json\r\nContent-Length: 2\r\n\r\n{}`,
  ]) {
    await new Promise<void>((resolve) => {
      const socket = connect(api.api.port, '127.0.0.1', () => socket.write(start, () => socket.destroy()));
      socket.on('close', () => resolve());
    });
  }
  await new Promise((resolve) => setTimeout(resolve, 50));
  expect((await fetch(`${api.url}/livez`)).status).toBe(200);
});

test('a second server on the port is refused in words', async () => {
  const api = await startTestApi();
  const again = startTestApi({ port: api.api.port });
  await expect(again).rejects.toThrow(/cannot listen on 127\.0\.0\.1:\d+: the port is taken/);
});

test('the page is served from memory: with ETag, packed, and nothing else can be reached', async () => {
  const webDir = await tempDir();
  await mkdir(join(webDir, 'assets'));
  await writeFile(join(webDir, 'index.html'), '<!doctype html><title>page</title>');
  await writeFile(join(webDir, 'assets', 'main-abc.js'), 'console.log(1);'.repeat(200));
  await writeFile(join(webDir, '.secret'), 'no');
  await writeFile(join(webDir, '..', 'outside.txt'), 'no');
  const api = await startTestApi({ webDir, tileHosts: ['https://tiles.example.cn'] });

  const page = await fetch(`${api.url}/?key=${KEY}`);
  expect([page.status, page.headers.get('content-type')]).toEqual([200, 'text/html; charset=utf-8']);
  expect(page.headers.get('content-security-policy')).toContain("worker-src 'self' blob:");
  expect(page.headers.get('content-security-policy')).toContain("connect-src 'self' https://tiles.example.cn");
  expect(await page.text()).toContain('page');
  const again = await fetch(`${api.url}/`, { headers: { 'if-none-match': page.headers.get('etag')! } });
  expect([again.status, await again.text()]).toEqual([304, '']);

  const script = await fetch(`${api.url}/assets/main-abc.js`);
  expect(script.headers.get('content-encoding')).toBe('gzip');
  expect(script.headers.get('cache-control')).toContain('immutable');
  expect((await script.text()).length).toBe(15 * 200);
  expect((await fetch(`${api.url}/`, { method: 'HEAD' })).status).toBe(200);
  expect((await fetch(`${api.url}/`, { method: 'POST' })).status).toBe(405);

  for (const path of [
    '/.secret',
    '/../outside.txt',
    '/%2e%2e/outside.txt',
    '/assets/..%2f..%2foutside.txt',
    '/assets/\0',
  ]) {
    const answer = await rawGet(api.api.port, path);
    expect(answer, path).toMatch(/^HTTP\/1\.1 (40[04]|505)/);
  }
});

/** As typed: fetch would tidy the path up. */
function rawGet(port: number, path: string): Promise<string> {
  return new Promise((resolve) => {
    let text = '';
    const socket = connect(port, '127.0.0.1', () =>
      socket.write(`GET ${path} HTTP/1.1\r\nHost: x\r\nConnection: close\r\n\r\n`),
    );
    socket.on('data', (data) => (text += data));
    socket.on('data', () => socket.end());
    socket.on('close', () => resolve(text));
    socket.on('error', () => resolve(text));
  });
}

test('the API page needs nothing from outside', async () => {
  const api = await startTestApi();
  const page = await (await fetch(`${api.url}/docs`)).text();
  const parts = [...page.matchAll(/(?:src|href)="(\/[^"]+)"/g)].map((match) => match[1]);
  expect(parts).toHaveLength(3);
  for (const part of parts) {
    expect(part).toMatch(/^\/docs\//);
    const answer = await fetch(api.url + part, { headers: { 'accept-encoding': 'gzip' } });
    expect([part, answer.status]).toEqual([part, 200]);
    expect((await answer.text()).length).toBeGreaterThan(50);
  }
});

test('large answers arrive whole, however slowly they are read', async () => {
  const api = await startTestApi();
  for (let i = 0; i < 5000; i++) api.put(`v${i}`, { lon: 120 + i / 10_000 });
  const socket = connect(api.api.port, '127.0.0.1');
  socket.write(
    `GET /v1/vehicles?limit=5000 HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nConnection: close\r\n\r\n`,
  );
  const chunks: Buffer[] = [];
  let expected = Infinity;
  await new Promise<void>((resolve) => {
    socket.on('data', (data) => {
      chunks.push(data);
      const whole = Buffer.concat(chunks);
      const end = whole.indexOf('\r\n\r\n');
      const length = /Content-Length: (\d+)/i.exec(whole.subarray(0, Math.max(end, 0)).toString())?.[1];
      if (length) expected = end + 4 + Number(length);
      if (whole.length >= expected) return resolve();
      socket.pause();
      setTimeout(() => socket.resume(), 5);
    });
  });
  socket.destroy();
  const whole = Buffer.concat(chunks);
  const body = JSON.parse(whole.subarray(whole.indexOf('\r\n\r\n') + 4).toString()) as { items: unknown[] };
  expect(body.items).toHaveLength(5000);
});
