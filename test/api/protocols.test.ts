import { expect, test } from 'vitest';
import { explanationSchema } from '../../api/schemas/protocols.js';
import type { ExplainedFrame, FieldInfo, MessageInfo } from '../../model/protocol-tools.js';
import { startTestApi, type TestApi } from './support.js';

const HEARTBEAT = '7e00020000043048325465 00b7ca7e';

const explain = async (api: TestApi, body: object) => {
  const answer = await api.send('POST', '/v1/protocols/jt808/explain', body);
  expect(answer.status).toBe(200);
  return explanationSchema.parse(await answer.json()) as { bytes: string; frames: ExplainedFrame[] };
};

const problemOf = async (answer: Response) => {
  const { error } = (await answer.json()) as { error: { code: string; message: string; details: object[] } };
  return [answer.status, error.code, error.details[0]];
};

test('a frame is told byte by byte, with what it says in JSON', async () => {
  const { bytes, frames } = await explain(await startTestApi(), { hex: HEARTBEAT });
  expect(bytes).toBe(HEARTBEAT.replace(' ', ''));
  expect(frames).toHaveLength(1);
  expect(frames[0]).toMatchObject({ offset: 0, length: 15, escapes: 0 });
  expect(frames[0].decoded).toMatchObject({
    ok: true,
    edition: '2013',
    name: 'Heartbeat',
    phone: '43048325465',
    seq: 183,
  });
  expect(frames[0].rows.map(({ offset, hex, field }) => [offset, hex, field])).toEqual([
    [0, '7e', 'delimiter'],
    [1, '0002', 'msgId'],
    [3, '0000', 'attributes'],
    [5, '043048325465', 'phone'],
    [11, '00b7', 'seq'],
    [13, 'ca', 'check code'],
    [14, '7e', 'delimiter'],
  ]);
});

test('bytes are found in what was pasted, escapes and several frames included', async () => {
  const api = await startTestApi();
  const made = await api.send('POST', '/v1/protocols/jt808/encode', {
    msgId: '0x0002',
    edition: '2013',
    phone: '7d7e7d7e7d7e',
    seq: 0x7e7d,
  });
  const [escaped] = ((await made.json()) as { frames: string[] }).frames;
  const { bytes, frames } = await explain(api, { hex: `${HEARTBEAT} ffff ${escaped}` });
  expect(frames.map(({ offset, escapes, decoded }) => [offset, escapes, decoded.ok])).toEqual([
    [0, 0, true],
    [14, 0, false], // the delimiter before them could open a frame
    [17, 8, true],
  ]);
  for (const row of frames.flatMap(({ rows }) => rows)) {
    const wire = bytes.slice(row.wireOffset * 2, (row.wireOffset + row.wireLength) * 2);
    expect(wire.replaceAll('7d02', '7E').replaceAll('7d01', '7D').toLowerCase()).toBe(row.hex);
  }
});

test('a frame that is wrong is told as far as it could be read, and where it is wrong', async () => {
  const api = await startTestApi();
  const wrong = HEARTBEAT.replace('ca7e', 'cb7e');
  const [strict] = (await explain(api, { hex: wrong })).frames;
  expect(strict.decoded).toEqual({
    ok: false,
    protocol: 'jt808',
    error: { code: 'bad-checksum', message: 'the check code is 0xcb and should be 0xca', offset: 13 },
  });
  const [lenient] = (await explain(api, { hex: wrong, lenient: true })).frames;
  expect(lenient.decoded).toMatchObject({ ok: true, checksumOk: false, phone: '43048325465' });
  expect(lenient.rows.find(({ field }) => field === 'check code')?.value).toBe('wrong, should be 0xca');
});

test('hex that is none is refused with its character', async () => {
  const api = await startTestApi();
  const ask = (body: object) => api.send('POST', '/v1/protocols/jt808/explain', body).then(problemOf);
  expect(await ask({ hex: '7e 00 0g' })).toEqual([
    400,
    'bad-request',
    { path: 'body.hex', message: "character 8: 'g' is no hex digit" },
  ]);
  expect(await ask({ hex: '7e0' })).toEqual([
    400,
    'bad-request',
    { path: 'body.hex', message: 'character 4: half a byte at the end' },
  ]);
  expect(await ask({ hex: '7e', edition: '2016' })).toEqual([
    400,
    'bad-request',
    { path: 'body.edition', message: '"2016" is none of auto, 2011, 2013, 2019' },
  ]);
  expect((await ask({ hex: '7e'.repeat(20_000) }))[2]).toEqual({
    path: 'body.hex',
    message: '20000 bytes; at most 16384 are explained',
  });
  expect((await api.send('POST', '/v1/protocols/nmea/explain', { hex: '7e' })).status).toBe(404);
});

test('a message is built of its fields, and of one that is too long several frames', async () => {
  const api = await startTestApi();
  const build = (body: object) => api.send('POST', '/v1/protocols/jt808/encode', body);
  const head = { msgId: '0x8300', edition: '2019', phone: '13800138000', seq: 65_535 };
  const one = (await (await build({ ...head, flag: 1, textType: 1, text: '前方拥堵' })).json()) as { frames: string[] };
  expect((await explain(api, { hex: one.frames.join('') })).frames[0].decoded).toMatchObject({
    name: 'TextMessage',
    text: '前方拥堵',
  });
  const two = (await (await build({ ...head, flag: 1, textType: 1, text: '堵'.repeat(600) })).json()) as {
    frames: string[];
  };
  expect((await explain(api, { hex: two.frames.join('') })).frames.map(({ decoded }) => decoded)).toMatchObject([
    { ok: true, seq: 65_535, packageTotal: 2, packageIndex: 1 },
    { ok: true, seq: 0, packageTotal: 2, packageIndex: 2 },
  ]);
  expect(await build({ ...head, flag: 256, textType: 1, text: '' }).then(problemOf)).toEqual([
    400,
    'bad-request',
    { path: 'body.flag', message: 'must be a whole number from 0 to 255, not 256' },
  ]);
});

test('every message is listed, with the fields that a form asks for', async () => {
  const api = await startTestApi();
  const { items } = (await (await api.get('/v1/protocols')).json()) as {
    items: { name: string; editions: string[]; messages: MessageInfo[] }[];
  };
  expect(items.map(({ name, editions }) => [name, editions])).toEqual([
    ['jt808', ['2011', '2013', '2019']],
    ['jt905', ['2014']],
    ['ais', []],
  ]);
  const [{ messages }] = items;
  const byId = new Map(messages.map((message) => [message.id, message]));
  const text = byId.get('0x8300')!;
  expect(text).toMatchObject({
    chinese: '文本信息下发',
    direction: 'down',
    covered: true,
    clauses: { 2019: 'JT/T 808-2019 §8.27' },
  });
  const names = (fields: readonly FieldInfo[]) => fields.map(({ name, optional }) => name + (optional ? '?' : ''));
  expect(names(text.fields['2013'])).toEqual(['flag', 'text']);
  expect(names(text.fields['2019'])).toEqual(['flag', 'textType', 'text']);
  expect(byId.get('0x8301')!.editions).toEqual(['2011', '2013']);
  const [action, areas] = byId.get('0x8600')!.fields['2019'];
  expect(action).toEqual({ name: 'action', type: 'integer', min: 0, max: 255 });
  if (areas.type !== 'list' || areas.item.type !== 'object') throw new Error('areas are a list of objects');
  expect(names(areas.item.fields)).toContain('radiusM');
  expect(names(areas.item.fields)).toContain('nightMaxSpeedKmh?');
});
