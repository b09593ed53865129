import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { frameBytes } from '../../../protocols/common/frame.js';
import { Jt808Conversation } from '../../../protocols/jt808/conversation.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { E7Cutter, e7Content, fromE7Frame, toE7Frame } from '../../../protocols/jt808/e7-frames.js';
import { timeAnswer } from '../../../protocols/jt808/sentences.js';
import { tools } from '../../../protocols/jt808/tools.js';
import { SinkLog } from '../sink-log.js';
import { vectors } from './vectors.js';

/** Terminal 794104004140 in seven bytes. Its serial number 3de7 and its place are full of what must be escaped (JT/T 808 sheet §18.1). */
const HEARTBEAT = 'e700020000007941040041403e02e602e5e7';
/** 0x8001 in the same wrapping: ours 0, to serial 3de7 of 0x0002, result 0. */
const ANSWER = 'e7800100050079410400414000003e02e60200020061e7';
/** 31.909694 N, 121.470589 E: 01e6e73e and 073d7e7d. */
const LOCATION = 'e70200001c007941040041400008000000000000000301e601e6023e01073e027e7d000a0190005a260301120000d8e7';
const SENTENCE = '(794104004140,1,001,BASE,2,TIME)';
const hex = (text: string) => Buffer.from(text, 'latin1').toString('hex');
const NOW = Date.UTC(2026, 2, 1, 4, 0, 5);
const TIME = hex('(794104004140,1,001,BASE,2,20260301040005)');

function heard(chunks: readonly Buffer[]): SinkLog['log'] {
  const sink = new SinkLog();
  const conversation = new Jt808Conversation(sink, { clock: () => NOW });
  for (const chunk of chunks) conversation.receive(chunk);
  return sink.log;
}
const heardHex = (...parts: string[]) => heard([Buffer.from(parts.join(''), 'hex')]);
const replies = (log: SinkLog['log']) => log.flatMap((entry) => ('reply' in entry ? [entry.reply] : []));
const rejects = (log: SinkLog['log']) => log.flatMap((entry) => ('reject' in entry ? [entry.reject] : []));

describe('a terminal that wraps its frames in e7', () => {
  test('is understood, and answered in the same wrapping', () => {
    const log = heardHex(HEARTBEAT, LOCATION);
    expect(log).toMatchObject([
      { frame: 0x0002 },
      { reply: ANSWER, when: 'now' },
      { frame: 0x0200 },
      { position: { lat: 31.909694, lon: 121.470589, speedKmh: 40, headingDeg: 90, fixTime: Date.UTC(2026, 2, 1, 4) } },
      { reply: expect.stringMatching(/^e78001000500794104004140.*e7$/), when: 'accepted' },
    ]);
    expect(decodeFrame(Buffer.from(HEARTBEAT, 'hex'))).toMatchObject({
      ok: true,
      name: 'Heartbeat',
      phone: '794104004140',
      seq: 0x3de7,
    });
  });

  test('is told commands in it, and shown in the tools', () => {
    const sink = new SinkLog();
    const conversation = new Jt808Conversation(sink);
    conversation.receive(Buffer.from(HEARTBEAT, 'hex'));
    const sent = conversation.command('794104004140', 'text', { text: 'e7' });
    const [frame] = sent !== null && 'frames' in sent ? sent.frames : [];
    expect(decodeFrame(frame)).toMatchObject({ ok: true, msgId: '0x8300', phone: '794104004140', text: 'e7' });
    expect(frame[0]).toBe(0xe7);
    const bytes = Buffer.from(LOCATION, 'hex');
    expect(tools.explain(bytes)).toMatchObject([{ offset: 0, decoded: { ok: true, lat: 31.909694 } }]);
    expect(tools.head(bytes)).toMatchObject({ messageId: '0x0200', terminal: '794104004140', lengthOff: 0 });
    expect(tools.onTheWire(bytes)).toEqual(bytes);
  });

  test('a broken frame costs only itself', () => {
    const broken = HEARTBEAT.replace('e5e7', 'e4e7');
    const log = heardHex(HEARTBEAT, broken, HEARTBEAT);
    expect(rejects(log)).toEqual(['bad-checksum']);
    expect(replies(log)).toHaveLength(2);
    expect(replies(log)[0]).toBe(ANSWER);
  });
});

describe('sentences in brackets', () => {
  test('one that asks for the time is answered in UTC, before frames of either wrapping and between them', () => {
    const standard = frameBytes(Buffer.from('00020000079410400414000a', 'hex')).toString('hex');
    expect(replies(heardHex(hex(SENTENCE), HEARTBEAT))).toEqual([TIME, ANSWER]);
    expect(replies(heardHex(HEARTBEAT, hex(SENTENCE), HEARTBEAT))[1]).toBe(TIME);
    const answered = replies(heardHex(hex(SENTENCE), standard, hex(SENTENCE), standard));
    expect([answered[0], answered[2], answered.length]).toEqual([TIME, TIME, 4]);
    expect(timeAnswer('(1234567,1,001,BASE,1,TIME)', NOW)).toBeNull();
  });

  test('another one is refused by what it says', () => {
    const log = heardHex(hex('(7401903111185,1,001,ELOCK,3,5294939)'), HEARTBEAT);
    expect(log[0]).toMatchObject({ reject: 'unknown-message', detail: expect.stringContaining('ELOCK') });
    expect(replies(log)).toEqual([ANSWER]);
  });
});

test('the same wherever the bytes are cut', () => {
  const bytes = Buffer.from(hex(SENTENCE) + HEARTBEAT + hex(SENTENCE) + LOCATION + HEARTBEAT.slice(2), 'hex');
  const whole = heard([bytes]);
  expect(replies(whole)).toHaveLength(5);
  for (let i = 1; i < bytes.length; i++) {
    expect(heard([bytes.subarray(0, i), bytes.subarray(i)])).toEqual(whole);
  }
  expect(heard(Array.from(bytes, (byte) => Buffer.of(byte)))).toEqual(whole);
});

test.each(['e7', 'e701e7', 'e7e7', '(', '(12345', '(hello)', '28ff29', `e7${'00'.repeat(3000)}`])(
  'what only begins like it, %s, is the standard’s to judge: frames behind it are read',
  (begin) => {
    const bytes = /^[0-9a-f]+$/.test(begin) ? begin : hex(begin);
    const standard = frameBytes(Buffer.from('00020000079410400414000a', 'hex')).toString('hex');
    const log = heardHex(bytes, standard.repeat(2), '28', '29', standard);
    expect(replies(log).length).toBeGreaterThanOrEqual(2);
    expect(replies(log).every((reply) => reply.startsWith('7e'))).toBe(true);
  },
);

test('vectors of the standard survive the other wrapping and back', () => {
  for (const { hex: text } of vectors) {
    const frame = Buffer.from(text, 'hex');
    if (frame.includes(0x7e, 1) && frame.indexOf(0x7e, 1) < frame.length - 1) continue; // several in one
    const wrapped = toE7Frame(frame);
    expect(wrapped.subarray(1, -1).includes(0xe7)).toBe(false);
    // As the standard would have escaped it, which not every recorded terminal did.
    expect(toE7Frame(fromE7Frame(wrapped))).toEqual(wrapped);
  }
});

test('an escape that is none is kept as it is', () => {
  expect(e7Content(Buffer.from('e7020000060138123456789000010f3e424300e7', 'hex')).toString('hex')).toBe(
    '020000060138123456789000010f3e424300',
  );
});

test('random bytes are cut the same in any pieces, held within the bound, and end as frames or refusals', () => {
  const byte = fc.oneof(
    { weight: 3, arbitrary: fc.nat(255) },
    { weight: 1, arbitrary: fc.constantFrom(0xe7, 0xe6, 0x3e) },
  );
  const MAX = 40;
  const run = (chunks: number[][]) => {
    const seen: string[] = [];
    const cutter = new E7Cutter(
      (bytes, start, end) => seen.push(`frame ${bytes.toString('hex', start, end)}`),
      (reason, bytes) => seen.push(`${reason} ${bytes.toString('hex')}`),
      MAX,
    );
    for (const chunk of chunks) {
      cutter.push(Buffer.from(chunk));
      expect(cutter.held).toBeLessThanOrEqual(MAX);
    }
    return seen;
  };
  fc.assert(
    fc.property(fc.array(fc.array(byte, { maxLength: 60 }), { maxLength: 8 }), (chunks) => {
      expect(run(chunks)).toEqual(run([[0xe7], ...chunks].flat().length > 0 ? [chunks.flat()] : []));
    }),
    { seed: 0xe7, numRuns: 1000 },
  );
});
