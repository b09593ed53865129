import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import { startTestApi } from './support.js';

const position = (id: string) => ({ vehicleId: id, time: '2024-05-01T16:00:00+08:00', lon: 120.3, lat: 31.5 });

test('an array, or a line each, plain or packed: one result per item, in order', async () => {
  const api = await startTestApi();
  const items = [position('a'), position('b'), position('c')];
  api.judge = (item) =>
    (item as { vehicleId: string }).vehicleId === 'b'
      ? { ok: false, reason: 'bad-place', detail: 'lat 91 does not exist', field: 'lat' }
      : { ok: true };
  const error = { code: 'bad-place', message: 'lat 91 does not exist', field: 'lat' };
  const expected = { accepted: 2, rejected: 1, items: [{ ok: true }, { ok: false, error }, { ok: true }] };
  const plain = await api.send('POST', '/v1/positions', items);
  expect([plain.status, await plain.json()]).toEqual([200, expected]);
  const packed = await api.send('POST', '/v1/positions', gzipSync(JSON.stringify(items)), {
    'content-encoding': 'gzip',
  });
  expect(await packed.json()).toEqual(expected);
  const lines = items.map((item) => JSON.stringify(item)).join('\n');
  const ndjson = await api.send('POST', '/v1/positions', `${lines}\n\n`, { 'content-type': 'application/x-ndjson' });
  expect(await ndjson.json()).toEqual(expected);
  expect(api.pushed).toEqual([...items, ...items, ...items]);
});

test('a line that is no JSON costs only itself, and is counted like every other item', async () => {
  const api = await startTestApi();
  api.judge = (item) =>
    typeof item === 'string' ? { ok: false, reason: 'bad-item', detail: 'must be an object' } : { ok: true };
  const body = `${JSON.stringify(position('a'))}\n{"vehicleId":\n${JSON.stringify(position('c'))}`;
  const answer = await api.send('POST', '/v1/positions', body, { 'content-type': 'Application/X-NDJSON' });
  expect(await answer.json()).toMatchObject({
    accepted: 2,
    rejected: 1,
    items: [
      { ok: true },
      { ok: false, error: { code: 'bad-item', message: expect.stringContaining('line 2') } },
      { ok: true },
    ],
  });
  expect(api.pushed).toEqual([position('a'), '{"vehicleId":', position('c')]);
});

test('where nothing was accepted the answer is an error that says why', async () => {
  const api = await startTestApi();
  api.judge = () => ({ ok: false, reason: 'bad-item', detail: 'time is missing', field: 'time' });
  const answer = await api.send('POST', '/v1/positions', [{}, {}]);
  expect(answer.status).toBe(422);
  expect(await answer.json()).toMatchObject({
    error: {
      code: 'unprocessable',
      details: [{ path: 'body[0].time', message: 'bad-item: time is missing' }, { path: 'body[1].time' }],
    },
  });
  expect((await api.send('POST', '/v1/positions', {})).status).toBe(400);
  expect((await api.send('POST', '/v1/positions', 'x')).status).toBe(400);
  expect((await api.send('POST', '/v1/positions', [], { 'content-type': 'text/csv' })).status).toBe(415);
  expect(await (await api.send('POST', '/v1/positions', [])).json()).toEqual({ accepted: 0, rejected: 0, items: [] });
});

test('no room is 503 with when to come back, and never a success', async () => {
  const api = await startTestApi();
  api.judge = (_, i) => (i < 1 ? { ok: true } : { ok: false, reason: 'full', detail: 'no room' });
  const answer = await api.send('POST', '/v1/positions', [position('a'), position('b')]);
  expect([answer.status, answer.headers.get('retry-after')]).toEqual([503, '2']);
  expect(await answer.json()).toMatchObject({
    error: { code: 'busy', message: expect.stringContaining('1 of 2 were accepted') },
  });
});
