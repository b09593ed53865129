import { gzipSync } from 'node:zlib';
import { expect, test } from 'vitest';
import type { UploadFact } from '../../../model/upload.js';
import { Jt808Conversation } from '../../../protocols/jt808/conversation.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeBody, encodeFrame, type OutgoingMessage } from '../../../protocols/jt808/encode.js';
import { SinkLog } from '../sink-log.js';
import { vector } from './vectors.js';

/** What becomes of one frame: the report, and the answer's result and when it may leave. */
function reportOf(frame: Buffer): { upload: UploadFact | undefined; result: unknown; when: string | undefined } {
  const sink = new SinkLog();
  new Jt808Conversation(sink).receive(Buffer.concat([Buffer.from([0x7e]), frame]));
  const replies = sink.all('reply').map(({ reply, when }) => ({ ...decodeFrame(Buffer.from(reply, 'hex')), when }));
  expect(replies).toHaveLength(1);
  const [{ result, when }] = replies as { result?: unknown; when: string }[];
  return { upload: sink.all('upload')[0]?.upload, result, when };
}

function frameOf(msgId: number, fields: Record<string, unknown>, more: Partial<OutgoingMessage> = {}): Buffer {
  return encodeFrame({ msgId, edition: '2013', phone: '13800138000', seq: 7, fields, ...more });
}

const TAKEN = { result: 0, when: 'accepted' };

test.each([
  ['yezhihao-0x0702-2013-0', { event: 'out', reading: 0 }], // the driver of a card that is pulled out
  ['smallchi-0x0702-98', { event: 'in', reading: 0 }], // 2019
  ['traccar-007', { event: 'in', name: null, agency: null, validUntil: null }], // nothing but zeros on the card
])('who drives: %s', (id, expected) => {
  const { expect: fields } = vector(id);
  const { upload, ...answer } = reportOf(Buffer.from(vector(id).hex, 'hex'));
  expect(answer).toEqual(TAKEN);
  expect(upload?.kind).toBe('driver');
  expect(upload?.content).toMatchObject({
    name: String(fields.driverName).trim() || null,
    certificate: fields.certificate || null,
    ...expected,
  });
});

test('who drives, in the form of 2011: a card that is there, at no time', () => {
  const fields = { driverName: '张三', idCard: '330106199001011234', certificate: 'C-1', agency: '无锡' };
  const { upload, ...answer } = reportOf(frameOf(0x0702, fields));
  expect(answer).toEqual(TAKEN);
  expect(upload).toEqual({
    kind: 'driver',
    time: Number.NaN,
    serial: 7,
    content: {
      ...{ event: 'in', reading: null, name: '张三', idCard: '330106199001011234', certificate: 'C-1' },
      ...{ agency: '无锡', validUntil: null },
    },
  });
});

test('a card that cannot be read names nobody', () => {
  const fields = { cardStatus: 1, time: '2026-03-01T12:00:00+08:00', icResult: 2 };
  const { upload } = reportOf(frameOf(0x0702, fields));
  expect(upload).toMatchObject({
    time: Date.UTC(2026, 2, 1, 4),
    content: { event: 'unreadable', reading: 2, name: null },
  });
});

test.each([
  ['waybill', 0x0701, { content: '危险货物 3 类 20 吨' }, { content: '危险货物 3 类 20 吨' }],
  [
    'can',
    0x0705,
    {
      timeBcd: '1200000000',
      frames: [{ channel: 0, extended: false, averaged: false, canId: 5, dataHex: '0102030405060708' }],
    },
    {
      timeBcd: '1200000000',
      frames: [{ channel: 0, extended: false, averaged: false, canId: 5, dataHex: '0102030405060708' }],
    },
  ],
  [
    'passengers',
    0x1005,
    { start: '2026-03-01T12:00:00+08:00', end: '2026-03-01T12:05:00+08:00', boarded: 12, alighted: 3 },
    { start: '2026-03-01T12:00:00+08:00', end: '2026-03-01T12:05:00+08:00', boarded: 12, alighted: 3 },
  ],
  [
    'media-event',
    0x0800,
    { mediaId: 1, mediaType: 0, format: 0, event: 2, channel: 1 },
    { mediaId: 1, mediaType: 0, format: 0, event: 2, channel: 1 },
  ],
  ['transparent', 0x0900, { transparentType: 0x41, dataHex: 'c0ffee' }, { transparentType: 0x41, dataHex: 'c0ffee' }],
  ['event', 0x0301, { eventId: 9 }, { eventId: 9 }],
  ['answer', 0x0302, { replySeq: 3, answerId: 2 }, { replySeq: 3, answerId: 2 }],
  ['info', 0x0303, { infoType: 4, subscribe: 1 }, { infoType: 4, subscribe: 1 }],
])('%s', (kind, msgId, fields, content) => {
  const { upload, ...answer } = reportOf(frameOf(msgId, fields));
  expect(answer).toEqual(TAKEN);
  expect(upload).toMatchObject({ kind, serial: 7, content });
});

test('data of the recorder is named, and taken out of what stands around it', () => {
  const packet = Buffer.from('557a01000700aabbccddeeff11', 'hex');
  const check = packet.reduce((xor, byte) => xor ^ byte, 0);
  const blockHex = Buffer.concat([packet, Buffer.of(check)]).toString('hex');
  const fields = { replySeq: 3, command: 1, blockHex };
  expect(reportOf(frameOf(0x0700, fields)).upload?.content).toEqual({
    ...{ replySeq: 3, command: 1, name: 'driver', dataHex: 'aabbccddeeff11', checkOk: true, blockHex },
  });
  const wrong = { ...fields, command: 0x77, blockHex: `${packet.toString('hex')}00` };
  expect(reportOf(frameOf(0x0700, wrong)).upload?.content).toMatchObject({ name: null, checkOk: false });
  const none = { ...fields, blockHex: '0102' };
  expect(reportOf(frameOf(0x0700, none)).upload?.content).toMatchObject({ name: 'driver', dataHex: null });
});

test('a packed message counts as what it is, and is answered as the one around it', () => {
  const inner = frameOf(0x0701, { content: '运单' }).subarray(1, -2);
  for (const plain of [inner, Buffer.concat([inner, Buffer.of(0)])]) {
    const packed = reportOf(frameOf(0x0901, { dataHex: gzipSync(plain).toString('hex') }, { seq: 8 }));
    expect(packed).toMatchObject({ ...TAKEN, upload: { kind: 'waybill', content: { content: '运单' }, serial: 8 } });
  }
});

test('what is packed and is no message of this terminal is kept as it is', () => {
  const plains = [
    Buffer.from('nothing'),
    // Of another terminal; packed once more; and one that would be an authentication.
    encodeFrame({ msgId: 0x0701, edition: '2013', phone: '1', seq: 1, fields: { content: 'x' } }).subarray(1, -2),
    frameOf(0x0901, { dataHex: gzipSync('x').toString('hex') }).subarray(1, -2),
    frameOf(0x0102, { authCode: 'code-1' }).subarray(1, -2),
  ];
  for (const plain of plains) {
    const { upload, ...answer } = reportOf(frameOf(0x0901, { dataHex: gzipSync(plain).toString('hex') }));
    expect(answer).toEqual(TAKEN);
    expect(upload).toMatchObject({ kind: 'transparent', content: { packed: true, dataHex: plain.toString('hex') } });
  }
});

test.each([
  ['no GZIP', Buffer.from('not packed at all')],
  ['nothing', Buffer.alloc(0)],
  ['a bomb', gzipSync(Buffer.alloc(20 * 1024 * 1024))],
])('what cannot be unpacked is refused: %s', (_, packed) => {
  const sink = new SinkLog();
  const body = encodeBody(0x0901, { dataHex: packed.subarray(0, 900).toString('hex') }, '2013');
  // The bomb is longer than a frame, so it comes as the conversation would join it: in parts.
  const whole = packed.length > 900 ? Buffer.concat([body.subarray(0, 4), packed]) : body;
  const talk = new Jt808Conversation(sink);
  const total = Math.ceil(whole.length / 1000);
  for (let i = 0; i < total; i++) {
    const part = { body: whole.subarray(i * 1000, (i + 1) * 1000), seq: 20 + i };
    const split = total > 1 ? { packageTotal: total, packageIndex: i + 1 } : {};
    talk.receive(Buffer.concat([Buffer.of(0x7e), frameOf(0x0901, {}, { ...part, ...split })]));
  }
  expect(sink.all('reject').map(({ reject }) => reject)).toEqual(['bad-body']);
  expect(sink.all('upload')).toEqual([]);
});
