import { gzipSync } from 'node:zlib';
import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import type { Edition } from '../../../protocols/common/edition.js';
import { Reader } from '../../../protocols/common/wire.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeBody, encodeFrame } from '../../../protocols/jt808/encode.js';
import { MESSAGE_IDS, messageName } from '../../../protocols/jt808/message-id.js';
import { compressedUpload } from '../../../protocols/jt808/messages/compressed-upload.js';
import { MESSAGES } from '../../../protocols/jt808/messages/index.js';
import { vectors } from './vectors.js';

type Fields = Record<string, unknown>;

const NOON = {
  lat: 31.2,
  lon: 121.5,
  time: '2026-01-31T12:00:00+08:00',
  alarm: 0,
  status: 2,
  altitude: 5,
  speedKmh: 0,
  direction: 90,
};
const NOON_HEX = '000000000000000201dc1300073df1600005 0000005a 260131120000'.replaceAll(' ', '');
const PERIOD = { startBcd: '260131000000', endBcd: '260131235959' };
const PERIOD_HEX = '260131000000260131235959';
const KEY = '37363534333231260131120000010200';

/** What each message says and the bytes that say it, written from the tables of the standards. */
const SAMPLES: readonly [id: number, editions: readonly Edition[], body: string, fields: Fields][] = [
  [0x0001, ['2013', '2019'], '0001810300', { replySeq: 1, replyId: '0x8103', result: 0 }],
  [0x8001, ['2013', '2019'], '0001020004', { replySeq: 1, replyId: '0x0200', result: 4 }],
  [0x0002, ['2013', '2019'], '', {}],
  [0x0003, ['2013', '2019'], '', {}],
  [0x0004, ['2019'], '', {}],
  [0x8004, ['2019'], '260131040506', { timeUtcBcd: '260131040506' }],
  [0x8003, ['2013'], '00070200010003', { originalSeq: 7, count: 2, packetIds: [1, 3] }],
  [0x0005, ['2019'], '0007000200010003', { originalSeq: 7, count: 2, packetIds: [1, 3] }],
  [0x8100, ['2013', '2019'], '000701', { replySeq: 7, result: 1 }],
  [0x8104, ['2013', '2019'], '', {}],
  [0x8105, ['2013', '2019'], '0231303b32', { command: 2, params: '10;2' }],
  [0x8106, ['2013', '2019'], '02000000010000f001', { count: 2, paramIds: ['0x0001', '0xf001'] }],
  [0x8107, ['2013', '2019'], '', {}],
  [
    0x8103,
    ['2013', '2019'],
    '050000000104000000b4000000130668747470733a0000008401020000001802 1f40000000320416320a1e'.replaceAll(' ', ''),
    {
      count: 5,
      params: [
        { id: '0x0001', name: 'heartbeatIntervalS', value: 180 },
        { id: '0x0013', name: 'mainServerAddress', value: 'https:' },
        { id: '0x0084', name: 'plateColor', value: 2 },
        // Two bytes where four are printed: nobody knows what they mean.
        { id: '0x0018', name: 'serverTcpPort', value: { hex: '1f40' } },
        { id: '0x0032', name: 'forbiddenDrivingPeriod', value: { hex: '16320a1e' } },
      ],
    },
  ],
  [
    0x8108,
    ['2013', '2019'],
    '0c31323334350376312e00000002abcd',
    { upgradeType: 12, manufacturer: '12345', version: 'v1.', packageBytes: 2, dataLength: 2, dataHex: 'abcd' },
  ],
  [0x0108, ['2013', '2019'], '0002', { upgradeType: 0, result: 2 }],
  [0x8201, ['2013', '2019'], '', {}],
  [0x0201, ['2013', '2019'], `0009${NOON_HEX}3001ff`, { replySeq: 9, ...NOON, rssi: 255 }],
  [0x0201, ['2011'], NOON_HEX, NOON],
  [0x8202, ['2013', '2019'], '000500000e10', { intervalS: 5, validityS: 3600 }],
  [0x8202, ['2013', '2019'], '0000', { intervalS: 0 }],
  [0x8203, ['2013', '2019'], '000710000001', { alarmSeq: 7, alarmTypes: 0x1000_0001, alarmTypeBits: [0, 28] }],
  [0x8204, ['2019'], '', {}],
  [0x8300, ['2013'], '09c4e3bac3', { flag: 9, text: '你好' }],
  [0x8300, ['2019'], '0902c4e3bac3', { flag: 9, textType: 2, text: '你好' }],
  [0x8301, ['2013'], '02010704d4e7ccec', { action: 2, count: 1, events: [{ eventId: 7, text: '早天' }] }],
  [0x8301, ['2013'], '00', { action: 0 }],
  [0x0301, ['2013'], '07', { eventId: 7 }],
  [
    0x8302,
    ['2013'],
    '0803 3f3f3f 01 0001 59 02 0001 4e'.replaceAll(' ', ''),
    {
      flag: 8,
      question: '???',
      answers: [
        { answerId: 1, text: 'Y' },
        { answerId: 2, text: 'N' },
      ],
    },
  ],
  [0x0302, ['2013'], '000902', { replySeq: 9, answerId: 2 }],
  [0x8303, ['2013'], '0101070002c4e3', { action: 1, count: 1, items: [{ infoType: 7, name: '你' }] }],
  [0x0303, ['2013'], '0701', { infoType: 7, subscribe: 1 }],
  [0x8304, ['2013'], '070002c4e3', { infoType: 7, text: '你' }],
  [0x8400, ['2013', '2019'], '01313030', { flag: 1, phoneNumber: '100' }],
  [0x8401, ['2013', '2019'], '00', { action: 0 }],
  [0x8500, ['2013'], '01', { flag: 1 }],
  [
    0x8500,
    ['2019'],
    '0002000101f001abcd',
    {
      count: 2,
      controls: [
        { controlId: '0x0001', door: 1 },
        { controlId: '0xf001', paramHex: 'abcd' },
      ],
    },
  ],
  [0x0500, ['2013', '2019'], `0009${NOON_HEX}`, { replySeq: 9, ...NOON }],
  [
    0x8600,
    ['2013'],
    `0101 00000007 0043 01dc1300 073df160 000001f4 ${PERIOD_HEX} 0050 0a`.replaceAll(' ', ''),
    {
      action: 1,
      count: 1,
      areas: [
        { areaId: 7, attr: 0x43, lat: -31.2, lon: 121.5, radiusM: 500, ...PERIOD, maxSpeedKmh: 80, overspeedS: 10 },
      ],
    },
  ],
  [
    0x8602,
    ['2019'],
    '0001 00000007 0082 01dc1300 073df160 01d905c0 073f7800 0050 0a 003c 0002 c4e3'.replaceAll(' ', ''),
    {
      action: 0,
      areas: [
        {
          areaId: 7,
          attr: 0x82,
          topLeftLat: 31.2,
          topLeftLon: -121.5,
          bottomRightLat: 31,
          bottomRightLon: -121.6,
          maxSpeedKmh: 80,
          overspeedS: 10,
          nightMaxSpeedKmh: 60,
          name: '你',
        },
      ],
    },
  ],
  [
    0x8604,
    ['2019'],
    '00000007 0002 0050 0a 0003 01dc1300 073df160 01d905c0 073df160 01d905c0 073f7800 003c 0000'.replaceAll(' ', ''),
    {
      areaId: 7,
      attr: 2,
      maxSpeedKmh: 80,
      overspeedS: 10,
      count: 3,
      points: [
        [31.2, 121.5],
        [31, 121.5],
        [31, 121.6],
      ],
      nightMaxSpeedKmh: 60,
      name: '',
    },
  ],
  [
    0x8606,
    ['2013'],
    '00000007 0000 0002 00000001 0000000a 01dc1300 073df160 14 00 00000002 0000000b 01d905c0 073f7800 14 0f 0258 003c 0050 0a'.replaceAll(
      ' ',
      '',
    ),
    {
      routeId: 7,
      attr: 0,
      count: 2,
      points: [
        { pointId: 1, sectionId: 10, lat: 31.2, lon: 121.5, widthM: 20, attr: 0 },
        {
          pointId: 2,
          sectionId: 11,
          lat: -31,
          lon: -121.6,
          widthM: 20,
          attr: 15,
          tooLongS: 600,
          tooShortS: 60,
          maxSpeedKmh: 80,
          overspeedS: 10,
        },
      ],
    },
  ],
  ...[0x8601, 0x8603, 0x8605, 0x8607].map(
    (id) =>
      [id, ['2013', '2019'], '020000000700000008', { count: 2, ids: [7, 8] }] as [number, Edition[], string, Fields],
  ),
  [0x8608, ['2019'], '030000000100000007', { kind: 3, count: 1, ids: [7] }],
  [
    0x0608,
    ['2019'],
    '01 00000001 00000007 0000 01dc1300 073df160 000001f4 0000'.replaceAll(' ', ''),
    { kind: 1, count: 1, areas: [{ areaId: 7, attr: 0, lat: 31.2, lon: 121.5, radiusM: 500, name: '' }] },
  ],
  [
    0x0608,
    ['2019'],
    '01 00000001 01 01 00000007 0000 01dc1300 073df160 000001f4 0000'.replaceAll(' ', ''),
    { kind: 1, areas: [{ action: 1, count: 1, areas: [{ areaId: 7, radiusM: 500 }] }] },
  ],
  [0x0608, ['2019'], '0500000001ff', { kind: 5, count: 1, dataHex: 'ff' }],
  [0x8700, ['2013', '2019'], '08', { command: 8, blockLength: 0 }],
  [0x0700, ['2013', '2019'], '000908557a08', { replySeq: 9, command: 8, blockHex: '557a08' }],
  [0x8701, ['2013', '2019'], '82aa75', { command: 0x82, blockHex: 'aa75' }],
  [0x0701, ['2013', '2019'], '00000002c4e3', { content: '你' }],
  [0x8702, ['2013', '2019'], '', {}],
  [0x0702, ['2013', '2019'], '02260131120000', { cardStatus: 2, time: NOON.time }],
  [0x0702, ['2013', '2019'], '0126013112000003', { cardStatus: 1, time: NOON.time, icResult: 3 }],
  [
    0x0702,
    ['2011'],
    `04d5c5c8fd${'31'.repeat(20)}${'32'.repeat(40)}02c4e3`,
    { driverName: '张三', idCard: '1'.repeat(20), certificate: '2'.repeat(40), agency: '你' },
  ],
  [
    0x0705,
    ['2013', '2019'],
    '00011200001234e00001020102030405060708',
    {
      count: 1,
      timeBcd: '1200001234',
      frames: [{ channel: 1, extended: true, averaged: true, canId: 0x102, dataHex: '0102030405060708' }],
    },
  ],
  [0x0800, ['2013', '2019'], '0000000700000201', { mediaId: 7, mediaType: 0, format: 0, event: 2, channel: 1 }],
  [
    0x0801,
    ['2013', '2019'],
    `0000000700000201${NOON_HEX}ffd8ff`,
    { mediaId: 7, location: NOON, dataLength: 3, dataHeadHex: 'ffd8ff' },
  ],
  [0x0801, ['2013', '2019'], '0000000700000201ffd8ff', { mediaId: 7, dataHex: 'ffd8ff' }],
  [0x8800, ['2013', '2019'], '00000007', { mediaId: 7 }],
  [0x8800, ['2013', '2019'], '000000070200020005', { mediaId: 7, count: 2, packetIds: [2, 5] }],
  [
    0x8801,
    ['2013', '2019'],
    '010003000a0002 01 80 40 41 ff'.replaceAll(' ', ''),
    {
      channel: 1,
      command: 3,
      intervalS: 10,
      save: 0,
      resolution: 2,
      quality: 1,
      brightness: 128,
      contrast: 64,
      saturation: 65,
      chroma: 255,
    },
  ],
  [
    0x0805,
    ['2013', '2019'],
    '0009000002 0000000700000008'.replace(' ', ''),
    { replySeq: 9, result: 0, count: 2, mediaIds: [7, 8] },
  ],
  [0x0805, ['2013', '2019'], '000902', { replySeq: 9, result: 2 }],
  [0x8802, ['2013', '2019'], `000100${PERIOD_HEX}`, { mediaType: 0, channel: 1, event: 0, ...PERIOD }],
  [
    0x0802,
    ['2013', '2019'],
    `0009000100000007000102${NOON_HEX}`,
    { replySeq: 9, count: 1, media: [{ mediaId: 7, mediaType: 0, channel: 1, event: 2, location: NOON }] },
  ],
  [0x8803, ['2013', '2019'], `000100${PERIOD_HEX}01`, { mediaType: 0, channel: 1, event: 0, ...PERIOD, delete: 1 }],
  [0x8804, ['2013', '2019'], '01003c0102', { command: 1, seconds: 60, save: 1, sampleRate: 2 }],
  [0x8805, ['2013', '2019'], '0000000701', { mediaId: 7, delete: 1 }],
  [0x8900, ['2013', '2019'], '41abcd', { transparentType: 0x41, dataHex: 'abcd' }],
  [0x0900, ['2013', '2019'], 'f0', { transparentType: 0xf0, dataLength: 0, dataHex: '' }],
  [0x8a00, ['2013', '2019'], `00010001${'c5'.repeat(128)}`, { exponent: 65_537, modulusHex: 'c5'.repeat(128) }],
  [0x0a00, ['2013', '2019'], `00010001${'c5'.repeat(128)}`, { exponent: 65_537 }],
  [0x9003, ['2013', '2019'], '', {}],
  [
    0x1003,
    ['2013', '2019'],
    '06010001014001 62 04 08'.replaceAll(' ', ''),
    {
      audioCoding: 6,
      audioChannels: 1,
      audioSampleRate: 0,
      audioSampleBits: 1,
      audioFrameLength: 320,
      audioOutput: 1,
      videoCoding: 98,
      maxAudioChannels: 4,
      maxVideoChannels: 8,
    },
  ],
  [
    0x1005,
    ['2013', '2019'],
    '260131120000 260131120000 0003 0002'.replaceAll(' ', ''),
    { start: NOON.time, end: NOON.time, boarded: 3, alighted: 2 },
  ],
  [
    0x9101,
    ['2013', '2019'],
    '09 3132372e302e302e31 1f40 0000 01 00 01'.replaceAll(' ', ''),
    { serverAddress: '127.0.0.1', tcpPort: 8000, udpPort: 0, channel: 1, dataType: 0, streamType: 1 },
  ],
  [0x9102, ['2013', '2019'], '01000201', { channel: 1, command: 0, closeType: 2, streamType: 1 }],
  [0x9105, ['2013', '2019'], '010c', { channel: 1, lossPercent: 12 }],
  [
    0x9201,
    ['2013', '2019'],
    `0131 1f40 0000 01 02 01 00 01 03 ${PERIOD_HEX}`.replaceAll(' ', ''),
    { serverAddress: '1', channel: 1, avType: 2, streamType: 1, storeType: 0, playMode: 1, speed: 3, ...PERIOD },
  ],
  [0x9202, ['2013', '2019'], '010500260131120000', { channel: 1, control: 5, speed: 0, positionBcd: '260131120000' }],
  [
    0x9205,
    ['2013', '2019'],
    `01${PERIOD_HEX}0000000000000001020100`,
    { channel: 1, ...PERIOD, alarmHex: '0000000000000001', avType: 2, streamType: 1, storeType: 0 },
  ],
  [
    0x1205,
    ['2013', '2019'],
    `000900000001 01${PERIOD_HEX}0000000000000001020100 00001000`.replaceAll(' ', ''),
    { replySeq: 9, count: 1, resources: [{ channel: 1, ...PERIOD, fileBytes: 4096 }] },
  ],
  [
    0x9206,
    ['2013', '2019'],
    `0131 0015 0161 0162 012f 01 ${PERIOD_HEX} 0000000000000001 02 01 00 07`.replaceAll(' ', ''),
    { serverAddress: '1', port: 21, user: 'a', password: 'b', path: '/', channel: 1, ...PERIOD, networks: 7 },
  ],
  [0x1206, ['2013', '2019'], '000901', { replySeq: 9, result: 1 }],
  [0x9207, ['2013', '2019'], '000902', { replySeq: 9, control: 2 }],
  [0x9301, ['2013', '2019'], '010320', { channel: 1, direction: 3, speed: 32 }],
  ...[0x9302, 0x9303, 0x9304, 0x9305, 0x9306].map(
    (id) => [id, ['2013', '2019'], '0101', { channel: 1, value: 1 }] as [number, Edition[], string, Fields],
  ),
  [
    0x9208,
    ['2013', '2019'],
    `0131 1f40 0000 ${KEY} ${'41'.repeat(32)} ${'00'.repeat(16)}`.replaceAll(' ', ''),
    { serverAddress: '1', tcpPort: 8000, udpPort: 0, alarmKey: KEY, alarmNumber: 'A'.repeat(32) },
  ],
  [
    0x1210,
    ['2013', '2019'],
    `37363534333231 ${KEY} ${'41'.repeat(32)} 00 01 05 612e6a7067 00001000`.replaceAll(' ', ''),
    { terminalId: '7654321', alarmKey: KEY, infoType: 0, count: 1, files: [{ name: 'a.jpg', fileBytes: 4096 }] },
  ],
  [0x1211, ['2013', '2019'], '05612e6a70670000001000', { name: 'a.jpg', fileType: 0, fileBytes: 4096 }],
  [0x1212, ['2013', '2019'], '05612e6a70670000001000', { name: 'a.jpg', fileType: 0, fileBytes: 4096 }],
  [
    0x9212,
    ['2013', '2019'],
    '05612e6a70670001010000040000000100',
    { name: 'a.jpg', fileType: 0, result: 1, count: 1, missing: [{ offset: 1024, length: 256 }] },
  ],
];

const cases = SAMPLES.flatMap(([id, editions, body, fields]) =>
  editions.map((edition) => ({
    id,
    edition,
    body,
    fields,
    name: messageName(id),
    hex: id.toString(16).padStart(4, '0'),
  })),
);

function decodeBody(id: number, edition: Edition, body: Buffer) {
  return decodeFrame(encodeFrame({ msgId: id, edition, phone: '1', seq: 1, body }), {
    edition: edition === '2011' ? '2011' : 'auto',
  });
}

describe('each message, from its bytes and back to them', () => {
  test.each(cases)('0x$hex $name $edition: $body', ({ id, edition, body, fields }) => {
    const decoded = decodeBody(id, edition, Buffer.from(body, 'hex'));
    expect(decoded).toMatchObject({ ok: true, ...fields });
    expect(decoded).not.toHaveProperty('trailing');
    expect(encodeBody(id, decoded, edition).toString('hex')).toBe(body);
  });

  test('compressed data is unpacked, but not a bomb', () => {
    const unpack = (plain: Buffer) => {
      const body = encodeBody(0x0901, { dataHex: gzipSync(plain).toString('hex') }, '2013');
      const fields: Fields = {};
      compressedUpload.body.read(new Reader(body, 0, body.length, '2013'), fields);
      return fields;
    };
    expect(unpack(Buffer.from('0200abcd', 'hex'))).toMatchObject({ inflatedHex: '0200abcd' });
    expect(unpack(Buffer.alloc(1024 * 1024))).toHaveProperty('inflatedHex');
    expect(unpack(Buffer.alloc(1024 * 1024 + 1))).not.toHaveProperty('inflatedHex');
  });

  test('every message that we describe is in a sample or a vector', () => {
    const shown = new Set([...SAMPLES.map(([id]) => id), ...vectors.map((v) => Number(v.expect.msgId)), 0x0901]);
    expect(MESSAGES.map((m) => m.id).filter((id) => !shown.has(id))).toEqual([]);
  });

  test('every id of the table has its message, and no id two', () => {
    expect(MESSAGES.map((m) => m.id).sort()).toEqual(MESSAGE_IDS.map((m) => m.id).sort());
  });
});

test.each(MESSAGES.map((m) => ({ message: m, name: messageName(m.id) })))(
  '$name: any bytes are read or refused, never beyond the end; what was read can be written',
  ({ message }) => {
    fc.assert(
      fc.property(
        fc.uint8Array({ maxLength: 200 }),
        fc.constantFrom<Edition>('2011', '2013', '2019'),
        (bytes, edition) => {
          const decoded = decodeBody(message.id, edition, Buffer.from(bytes));
          if (decoded.ok) expect(encodeBody(message.id, decoded, edition)).toBeInstanceOf(Buffer);
          else expect(decoded.error.code).toBe('short-body');
        },
      ),
      { seed: 808, numRuns: 100 },
    );
  },
);

describe('JSON that is wrong names the field', () => {
  const encode = (id: number, fields: Fields) => () => encodeBody(id, fields, '2013');
  test.each([
    [
      encode(0x8001, { replySeq: 70_000, replyId: '0x0200', result: 0 }),
      'replySeq: must be a whole number from 0 to 65535, not 70000',
    ],
    [encode(0x8001, { replySeq: 1, replyId: '0x0200' }), 'result: must be a whole number from 0 to 255, not missing'],
    [encode(0x8401, { action: 1, contacts: [{ flag: 1, phone: 5 }] }), 'contacts[0].phone: must be text, not 5'],
    [encode(0x0200, { lat: 31, lon: 121, time: 'noon' }), 'time: must be an RFC 3339 time, not "noon"'],
    [encode(0x0200, { lat: 31, time: 0 }), 'lon: must be degrees, not missing'],
    [encode(0x0200, { lat: 31, lon: 121, time: 0, items: ['0x99'] }), 'item 0x99: has no name, and is not in extra'],
    [encode(0x0100, { manufacturer: 'too long' }), "manufacturer: 'too long' takes 8 bytes in GBK, 5 are there"],
    [encode(0x8103, { params: [{ id: '0x0075', value: 1 }] }), 'parameter 0x0075 is no number'],
    [encode(0x8900, { transparentType: 1, dataHex: 'abc' }), 'dataHex: must be hex digits in pairs, not "abc"'],
    [encode(0x5678, {}), 'message 0x5678: give its body as bodyHex'],
  ])('%#', (run, message) => {
    expect(run).toThrow(RangeError);
    expect(run).toThrow(message);
  });
});
