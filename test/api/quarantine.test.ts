import { expect, test } from 'vitest';
import { explanationSchema } from '../../api/schemas/protocols.js';
import type { RerunResult } from '../../model/quarantine.js';
import { startTestApi } from './support.js';

const entry = {
  number: 7,
  at: 1e12,
  source: 'jt808',
  reason: 'bad-checksum',
  detail: 'check code is cb, should be ca',
  peer: null,
  address: '192.0.2.1',
  bytes: Buffer.from('00020000043048325465 00b7cb'.replace(' ', ''), 'hex'),
  length: 13,
} as const;

test('entries are told by cause', async () => {
  const api = await startTestApi();
  api.quarantineGroups.push({
    key: '["jt808"]',
    source: 'jt808',
    reason: 'bad-checksum',
    messageId: '0x0002',
    edition: '2013',
    lengthOff: 0,
    manufacturer: null,
    model: null,
    count: 3,
    terminals: 1,
    first: 1e12,
    last: 1e12 + 1000,
    newest: 7,
  });
  expect(await (await api.get('/v1/quarantine/groups')).json()).toEqual({
    items: [
      {
        ...api.quarantineGroups[0],
        first: '2001-09-09T01:46:40.000Z',
        last: '2001-09-09T01:46:41.000Z',
      },
    ],
    cursor: null,
  });
});

test('one entry is told byte by byte, in spite of what is wrong with it', async () => {
  const api = await startTestApi();
  api.quarantined.push(entry, { ...entry, number: 6, source: 'http', bytes: Buffer.from('{}') });
  const { frames } = explanationSchema.parse(await (await api.get('/v1/quarantine/7/explain')).json());
  expect(frames[0].decoded).toMatchObject({ ok: true, checksumOk: false, phone: '43048325465' });
  expect(frames[0].rows.at(-1)).toMatchObject({ field: 'check code', value: 'wrong, should be 0xca' });
  expect((await api.get('/v1/quarantine/8/explain')).status).toBe(404);
  expect((await api.get('/v1/quarantine/6/explain')).status).toBe(422);
  expect((await api.get('/v1/quarantine/x/explain')).status).toBe(400);
});

test('entries are tried again by number or by group; nothing is put in unless that is asked for', async () => {
  const api = await startTestApi();
  const result: RerunResult = {
    number: 7,
    outcome: 'applied',
    before: 'bad-checksum',
    reason: null,
    detail: '',
    messageId: '0x0200',
    terminal: '139',
    vehicleId: '139',
    fixes: 2,
  };
  api.rerunResults.push(result, { ...result, number: 8, outcome: 'decodes' });
  const rerun = (body: object) => api.send('POST', '/v1/quarantine/rerun', body);
  expect(await (await rerun({ numbers: [7, 8] })).json()).toEqual({
    decodes: 1,
    applied: 1,
    fixes: 2,
    items: api.rerunResults,
  });
  await rerun({ group: 'g', apply: true });
  expect(api.reruns).toEqual([
    [{ numbers: [7, 8] }, false, 'admin'],
    [{ group: 'g' }, true, 'admin'],
  ]);
  for (const body of [{}, { numbers: [1], group: 'g' }, { numbers: [0] }, { numbers: [] }]) {
    expect((await rerun(body)).status).toBe(400);
  }
});
