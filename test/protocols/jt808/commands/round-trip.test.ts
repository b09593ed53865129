import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { EDITIONS, type Edition } from '../../../../protocols/common/edition.js';
import { FrameCutter } from '../../../../protocols/common/frame.js';
import { bodyOfCommand } from '../../../../protocols/jt808/commands/exchange.js';
import { COMMAND_TYPES, commandSet, TYPES_BY_NAME } from '../../../../protocols/jt808/commands/index.js';
import { decodeFrame } from '../../../../protocols/jt808/decode.js';
import { encodeBody, encodeFrames } from '../../../../protocols/jt808/encode.js';
import { STANDARD } from '../../../../protocols/jt808/habits.js';
import { Header, readHeader } from '../../../../protocols/jt808/header.js';
import { habitsOf } from '../../../../protocols/jt808/quirks/index.js';
import { fromSchema } from './from-schema.js';
import { SAMPLES } from './samples.js';

/** Messages that terminals of before 2019 do not have. */
const ONLY_2019 = new Set([0x8204, 0x8608]);

/** The frames of a body, put together again and read. */
function read(messageId: number, body: Uint8Array, edition: Edition): Record<string, unknown> {
  const frames = encodeFrames({ msgId: messageId, edition, phone: '13800000001', seq: 1, body });
  if (frames.length === 1) {
    const decoded = decodeFrame(frames[0], { edition });
    if (!decoded.ok) throw new Error(decoded.error.message);
    return decoded;
  }
  // The decoder of single frames reads no split message: its parts are joined, and the body is read back from the whole.
  const parts: Buffer[] = [];
  const header = new Header();
  const cutter = new FrameCutter(
    (bytes, start, end) => {
      expect(readHeader(bytes, start, end, edition, header)).toBeNull();
      expect([header.packageTotal, header.packageIndex]).toEqual([frames.length, parts.length + 1]);
      parts.push(Buffer.from(bytes.subarray(header.bodyStart, header.bodyEnd)));
    },
    (reason) => {
      throw new Error(reason);
    },
  );
  for (const frame of frames) cutter.push(frame);
  expect(Buffer.concat(parts).equals(body)).toBe(true);
  return {};
}

function roundTrip(type: string, params: Record<string, unknown>, edition: Edition): void {
  const checked = commandSet.check(type, params);
  if (checked === null || 'problems' in checked) throw new Error(JSON.stringify(checked));
  const sent = bodyOfCommand(type, checked.params, edition, STANDARD);
  const outgoing = TYPES_BY_NAME.get(type)?.encode(checked.params, '2019', STANDARD);
  if ('refused' in sent) {
    if (sent.refused === 'not-in-edition') expect([...ONLY_2019]).toContain(outgoing?.message.id);
    else expect([type, edition !== '2019', 'control' in checked.params]).toEqual(['vehicle-control', true, true]);
    return;
  }
  const decoded = read(sent.messageId, sent.body, edition);
  if (Object.keys(decoded).length === 0) return;
  expect(decoded).not.toHaveProperty('trailing');
  expect(encodeBody(sent.messageId, decoded, edition).equals(sent.body)).toBe(true);
}

test('there is a sample of every type', () => {
  expect([...new Set(SAMPLES.map(([type]) => type))].sort()).toEqual(COMMAND_TYPES.map(({ type }) => type).sort());
});

describe.each(EDITIONS)('edition %s', (edition) => {
  test.each(SAMPLES.map(([type, params], i) => [type, i, params] as const))('%s, sample %i', (type, _, params) => {
    roundTrip(type, params, edition);
  });
});

test('whatever fits the schema of a type is taken or refused with a place, and what is taken goes out and comes back', () => {
  let taken = 0;
  for (const { type, params } of COMMAND_TYPES) {
    fc.assert(
      fc.property(fromSchema(params.schema), fc.constantFrom(...EDITIONS), (given, edition) => {
        const checked = commandSet.check(type, given);
        if (checked !== null && 'params' in checked) {
          roundTrip(type, given as Record<string, unknown>, edition);
          // What is kept is what would be kept of it: defaults are in, nothing else has changed.
          expect(commandSet.check(type, checked.params)).toEqual(checked);
          taken++;
        } else {
          for (const problem of checked?.problems ?? []) expect(problem.message).not.toBe('');
        }
      }),
      { seed: 808, numRuns: 40 },
    );
  }
  expect(taken).toBeGreaterThan(COMMAND_TYPES.length * 10);
});

/** Bodies worked out by hand from the tables. */
test.each<[string, Record<string, unknown>, Edition, string]>([
  ['text', { text: '请减速' }, '2013', '0cc7ebbcf5cbd9'],
  ['text', { text: '请减速', urgent: true }, '2013', '0dc7ebbcf5cbd9'],
  // 2019: bits 0–1 are 11 for a notice, 10 for urgent; then the type.
  ['text', { text: '请减速' }, '2019', '0f01c7ebbcf5cbd9'],
  ['text', { text: '请减速', urgent: true, kind: 'service' }, '2019', '0e02c7ebbcf5cbd9'],
  ['track', { interval: 5, duration: 600 }, '2013', '000500000258'],
  ['track', { interval: 0 }, '2013', '0000'],
  // Bits 0 and 20.
  ['confirm-alarm', { alarms: ['emergency', 'area-in-out'] }, '2013', '000000100001'],
  // The other way round: 1 locks in 2013, 0 locks in 2019.
  ['vehicle-control', { doors: 'lock' }, '2013', '01'],
  ['vehicle-control', { doors: 'unlock' }, '2013', '00'],
  ['vehicle-control', { doors: 'lock' }, '2019', '0001000100'],
  ['vehicle-control', { doors: 'unlock' }, '2019', '0001000101'],
  [
    'set-parameters',
    { parameters: { heartbeatIntervalS: 60, plateColor: 2 } },
    '2013',
    '020000000104' + '0000003c' + '000000840102',
  ],
  ['get-parameters', { parameters: ['mainServerAddress'] }, '2013', '0100000013'],
  // "1;…" of ten values, and of nine.
  [
    'terminal-control',
    { action: 'connect', connect: { address: '10.0.0.2', tcpPort: 6808 } },
    '2013',
    `02${Buffer.from('0;;;;;10.0.0.2;6808;0;0').toString('hex')}`,
  ],
  [
    'terminal-control',
    { action: 'connect', connect: { address: 'a', tcpPort: 6808 }, numbers: 'binary' },
    '2013',
    '02003b3b3b3b3b613b1a983b00003b0000',
  ],
  ['terminal-control', { action: 'connect', connect: { back: true } }, '2013', '0231'],
  // Command 08H of 2026-03-01 00:00 to 01:00, 10 blocks, in the frame of GB/T 19056.
  [
    'get-recorder-data',
    { data: 'speed', from: '2026-03-01T00:00:00+08:00', to: '2026-03-01T01:00:00+08:00', maxBlocks: 10 },
    '2013',
    '08aa7508000e00' + '260301000000' + '260301010000' + '000a' + 'd2',
  ],
  [
    'set-circles',
    {
      areas: [
        { id: 1, lon: -70.5, lat: -33.4, radius: 50, alerts: ['enter-driver'], period: { from: '08:30', to: '18:00' } },
      ],
    },
    '2013',
    '0101' + '00000001' + '00c5' + '01fda4c0' + '0433bea0' + '00000032' + '000000083000' + '000000180000',
  ],
  ['delete-areas', { kind: 'circle' }, '2013', '00'],
])('%s %o in %s', (type, params, edition, hex) => {
  const checked = commandSet.check(type, params);
  const sent = bodyOfCommand(type, checked !== null && 'params' in checked ? checked.params : {}, edition, STANDARD);
  expect('body' in sent ? Buffer.from(sent.body).toString('hex') : sent).toBe(hex);
});

test('a message that only 2019 has is not sent to a terminal of before', () => {
  expect(bodyOfCommand('link-check', {}, '2013', STANDARD)).toEqual({
    refused: 'not-in-edition',
    detail: 'LinkCheck 0x8204 is not in edition 2013',
  });
  expect(bodyOfCommand('link-check', {}, '2019', STANDARD)).toMatchObject({ messageId: 0x8204 });
  const control = { control: { id: '0xF001', hex: '01' } };
  expect(bodyOfCommand('vehicle-control', control, '2013', STANDARD)).toMatchObject({ refused: 'cannot-encode' });
  expect(bodyOfCommand('vehicle-control', control, '2019', STANDARD)).toMatchObject({ messageId: 0x8500 });
});

test('how numbers of a terminal control are written: as its quirks say, unless the command says it', () => {
  const habits = habitsOf(['binary-control-numbers']);
  const body = (params: Record<string, unknown>) => {
    const sent = bodyOfCommand(
      'terminal-control',
      { action: 'connect', connect: { back: true }, ...params },
      '2013',
      habits,
    );
    return 'body' in sent ? Buffer.from(sent.body).toString('hex') : sent;
  };
  expect([body({}), body({ numbers: 'text' }), body({ numbers: 'binary' })]).toEqual(['0201', '0231', '0201']);
});
