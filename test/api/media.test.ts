import { request } from 'node:http';
import { connect } from 'node:net';
import { expect, test } from 'vitest';
import { picture } from '../../bench/support/media-terminal.js';
import type { MediaFormat, MediumFacts } from '../../model/medium.js';
import type { Upload } from '../../model/upload.js';
import { KEY, startTestApi, type TestApi } from './support.js';

const TIME = Date.UTC(2026, 2, 1, 4);

async function kept(api: TestApi, data: Buffer, format: MediaFormat = 'jpeg', facts: Partial<MediumFacts> = {}) {
  const id = api.media.newId();
  await api.media.keep(id, format, (file) => file.writeFile(data));
  const content: MediumFacts = {
    ...{ mediaId: 7, type: 'image', format, event: 1, channel: 2, place: null },
    ...{ bytes: data.length, complete: true, parts: 3, missing: 0 },
    ...facts,
  };
  const upload: Upload = {
    ...{ id, vehicleNo: 1, vehicleId: 'v1', kind: facts.alertId === undefined ? 'media' : 'attachment' },
    ...{ time: TIME + api.uploads.stored.length, receivedTime: TIME + 1000, source: 'jt808', content: { ...content } },
  };
  api.uploads.stored.push(upload);
  return id;
}

test('the facts of a medium, by itself and in lists of a vehicle, a time and an alert', async () => {
  const api = await startTestApi();
  api.put('v1');
  const alertId = 'mfrggzdfmztwq2lknnwg23tpob';
  const first = await kept(api, picture(100, 1));
  const second = await kept(api, picture(100, 2), 'mp4', { alertId, type: 'video', name: '../../etc/passwd' });
  expect(await (await api.get(`/v1/media/${first}`)).json()).toEqual({
    ...{ id: first, kind: 'media', vehicleId: 'v1', alertId: null, name: null },
    ...{ time: '2026-03-01T04:00:00.000Z', receivedAt: '2026-03-01T04:00:01.000Z' },
    ...{ type: 'image', format: 'jpeg', event: 1, channel: 2, place: null },
    ...{ bytes: 100, complete: true, parts: 3, missing: 0, available: true },
  });
  const ids = async (query: string) => {
    const { items } = (await (await api.get(`/v1/media?${query}`)).json()) as { items: { id: string }[] };
    return items.map(({ id }) => id);
  };
  expect(await ids('vehicle=v1')).toEqual([second, first]);
  expect(await ids(`alert=${alertId}`)).toEqual([second]);
  expect(await ids('to=2026-03-01T04:00:00.001Z')).toEqual([first]);
  expect((await api.get('/v1/media?vehicle=nobody')).status).toBe(404);
  expect((await api.get(`/v1/media/${'0'.repeat(32)}`)).status).toBe(404);
});

test('pages of reports join without a gap', async () => {
  const api = await startTestApi();
  api.put('v1');
  const ids: string[] = [];
  for (let i = 0; i < 7; i++) ids.unshift(await kept(api, picture(50, i)));
  const found: string[] = [];
  for (let cursor: string | null = ''; cursor !== null; ) {
    const query = `limit=3${cursor ? `&cursor=${cursor}` : ''}`;
    const page = (await (await api.get(`/v1/vehicles/v1/uploads?${query}`)).json()) as {
      items: { id: string }[];
      cursor: string | null;
    };
    found.push(...page.items.map(({ id }) => id));
    cursor = page.cursor;
  }
  expect(found).toEqual(ids);
});

test('the file: whole, in parts, and not again', async () => {
  const api = await startTestApi();
  const data = picture(300_000, 3);
  const id = await kept(api, data);
  const ask = async (headers: Record<string, string> = {}) => {
    const answer = await api.get(`/v1/media/${id}/content`, headers);
    return { answer, body: Buffer.from(await answer.arrayBuffer()) };
  };
  const whole = await ask();
  expect(whole.answer.status).toBe(200);
  expect(whole.body.equals(data)).toBe(true);
  expect(Object.fromEntries(whole.answer.headers)).toMatchObject({
    'content-type': 'image/jpeg',
    'content-length': '300000',
    'content-disposition': `inline; filename="${id}.jpg"`,
    'x-content-type-options': 'nosniff',
    'accept-ranges': 'bytes',
    etag: `"${id}"`,
  });
  for (const [range, from, to] of [
    ['bytes=0-0', 0, 1],
    ['bytes=1000-199999', 1000, 200_000],
    ['bytes=299990-', 299_990, 300_000],
    ['bytes=299990-999999999', 299_990, 300_000],
    ['bytes=-10', 299_990, 300_000],
    ['bytes=-999999999', 0, 300_000],
  ] as const) {
    const { answer, body } = await ask({ range });
    expect([range, answer.status, answer.headers.get('content-range')]).toEqual([
      range,
      206,
      `bytes ${from}-${to - 1}/300000`,
    ]);
    expect(body.equals(data.subarray(from, to)), range).toBe(true);
  }
  for (const range of ['bytes=300000-', 'bytes=-0', 'bytes=999999999-']) {
    const { answer } = await ask({ range });
    expect([answer.status, answer.headers.get('content-range')], range).toEqual([416, 'bytes */300000']);
  }
  for (const range of ['bytes=5-2', 'bytes=-', 'lines=1-2', 'bytes=0-1,5-6', 'bytes=a-b', 'bytes=0x1-2']) {
    expect((await ask({ range })).answer.status, range).toBe(200);
  }
  expect((await ask({ range: 'bytes=0-9', 'if-range': '"another"' })).answer.status).toBe(200);
  expect((await ask({ range: 'bytes=0-9', 'if-range': `"${id}"` })).answer.status).toBe(206);
  expect((await ask({ 'if-none-match': `"${id}"` })).answer.status).toBe(304);
});

test('a slow reader gets every byte; one that leaves in the middle costs nothing', async () => {
  const api = await startTestApi();
  const data = picture(8_000_000, 4);
  const id = await kept(api, data);
  const body = await new Promise<Buffer>((resolve, reject) => {
    const pieces: Buffer[] = [];
    const asked = request(
      `${api.url}/v1/media/${id}/content`,
      { headers: { authorization: `Bearer ${KEY}` } },
      (answer) => {
        answer.pause();
        setTimeout(() => answer.resume(), 300);
        answer.on('data', (piece: Buffer) => pieces.push(piece));
        answer.on('end', () => resolve(Buffer.concat(pieces)));
      },
    );
    asked.on('error', reject);
    asked.end();
  });
  expect(body.equals(data)).toBe(true);
  for (let i = 0; i < 60; i++) {
    const socket = connect(api.api.port, '127.0.0.1');
    socket.write(`GET /v1/media/${id}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\n\r\n`);
    await new Promise((resolve) => socket.once('data', resolve));
    socket.destroy();
  }
  // More than may be read at once have left; there is room for this one.
  expect((await api.get(`/v1/media/${id}/content`, { range: 'bytes=0-0' })).status).toBe(206);
});

test('types are ours: what no page may show is for saving, and nothing is guessed', async () => {
  const api = await startTestApi();
  const html = Buffer.from('<script>alert(1)</script>');
  for (const [format, type, disposition] of [
    ['binary', 'application/octet-stream', 'attachment'],
    ['text', 'text/plain; charset=utf-8', 'attachment'],
    ['wmv', 'video/x-ms-wmv', 'attachment'],
    ['png', 'image/png', 'inline'],
  ] as const) {
    const { headers } = await api.get(`/v1/media/${await kept(api, html, format)}/content`);
    expect([headers.get('content-type'), headers.get('content-disposition')?.split(';')[0]]).toEqual([
      type,
      disposition,
    ]);
    expect(headers.get('content-security-policy')).toContain("default-src 'none'");
  }
});

test.each([
  '../../../etc/passwd',
  '..%2f..%2f..%2fetc%2fpasswd',
  '%2e%2e%2f%2e%2e%2fkeys%2fadmin.key',
  '%00',
  '/etc/passwd',
  '....//....//etc/passwd',
  '..\\..\\keys\\admin.key',
  `${'a'.repeat(300)}`,
  `${'0'.repeat(31)}/`,
  `${'0'.repeat(32)}.jpg`,
  `${'0'.repeat(32)}%00.jpg`,
])('no path gets out of the directory: %s', async (name) => {
  const api = await startTestApi();
  // fetch would tidy the path before it is sent.
  const status = await new Promise<string>((resolve) => {
    const socket = connect(api.api.port, '127.0.0.1');
    socket.write(
      `GET /v1/media/${name}/content HTTP/1.1\r\nHost: x\r\nAuthorization: Bearer ${KEY}\r\nConnection: close\r\n\r\n`,
    );
    socket.once('data', (bytes) => {
      resolve(bytes.toString());
      socket.destroy();
    });
  });
  expect(status).toMatch(/^HTTP\/1\.1 40[04] /);
  expect(status).not.toContain('root:');
});

test('without a key there is nothing', async () => {
  const api = await startTestApi();
  const id = await kept(api, picture(100, 5));
  expect((await fetch(`${api.url}/v1/media/${id}/content`)).status).toBe(401);
});

test('who drives: masked in the vehicle and in the reports, whatever a report holds', async () => {
  const api = await startTestApi();
  const { no } = api.put('v1');
  const content = {
    ...{ event: 'in', reading: 0, name: '张三丰', certificate: '330106199001011234', idCard: '330106199001011234' },
    ...{ agency: '无锡市交通运输局', validUntil: '2028-12-31', driverNameHex: 'd5c5c8fd' },
  };
  const upload: Upload = {
    ...{ id: 'd'.repeat(32), vehicleNo: no, vehicleId: 'v1', kind: 'driver', time: TIME, receivedTime: TIME },
    ...{ source: 'jt808', content },
  };
  api.registry.recordUpload(upload);
  api.uploads.stored.push(upload);
  const vehicle = await (await api.get('/v1/vehicles/v1')).text();
  expect(JSON.parse(vehicle).driver).toEqual({
    ...{ name: '张**', certificate: '330***********1234', agency: '无锡市交通运输局', validUntil: '2028-12-31' },
    since: '2026-03-01T04:00:00.000Z',
  });
  const reports = await (await api.get('/v1/vehicles/v1/uploads?kind=driver')).text();
  expect(JSON.parse(reports).items[0].content).toEqual({
    ...{ event: 'in', reading: 0, name: '张**', certificate: '330***********1234', idCard: '330***********1234' },
    ...{ agency: '无锡市交通运输局', validUntil: '2028-12-31' },
  });
  for (const text of [vehicle, reports]) expect(text).not.toMatch(/三丰|19900101|d5c5c8fd/);
  api.registry.recordUpload({ ...upload, id: 'e', time: TIME + 1000, content: { ...content, event: 'out' } });
  expect(((await (await api.get('/v1/vehicles/v1')).json()) as { driver: unknown }).driver).toBeNull();
});
