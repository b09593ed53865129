import { frameBytes } from '../../protocols/common/frame.js';
import { MESSAGE_IDS } from '../../protocols/jt808/message-id.js';
import type { Pick } from './random.js';

/**
 * Frames of JT/T 808 that nobody would send: good ones hurt in ways that know the grammar, so that most get past the check
 * code and the header and reach what is behind. Each has both delimiters.
 */
export function hurtFrame(pick: Pick, good: readonly Buffer[]): Buffer {
  const frame = good[pick(good.length)];
  return HURTS[pick(HURTS.length)](pick, frame, good);
}

type Hurt = (pick: Pick, frame: Buffer, good: readonly Buffer[]) => Buffer;

const SHORT_HEADER_BYTES = 12;
/** Numbers at which counts and lengths turn over. */
const EDGES = [0, 1, 2, 0x7d, 0x7e, 0x7f, 0x80, 0xfe, 0xff];

const HURTS: readonly Hurt[] = [
  (_, frame) => frame,
  (pick) => between(noise(pick, 3 + pick(60))),
  // One byte on the wire: mostly a wrong check code, sometimes a delimiter or an escape too many.
  (pick, frame) => {
    const hurt = Buffer.from(frame);
    hurt[1 + pick(hurt.length - 2)] = pick(256);
    return hurt;
  },
  // Some bytes, under a good check code: ids, attributes, numbers, counts and values.
  (pick, frame) => {
    const content = contentOf(frame);
    for (let n = 1 + pick(4); n > 0; n--)
      content[pick(content.length)] = pick(2) ? pick(256) : EDGES[pick(EDGES.length)];
    return frameBytes(content);
  },
  // Cut short, under a good check code: the header's length is wrong.
  (pick, frame) => frameBytes(contentOf(frame).subarray(0, 1 + pick(frame.length - 2))),
  // Cut short, and the header says so: the body ends inside a field.
  (pick, frame) => withBody(frame, bodyOf(frame).subarray(0, pick(bodyOf(frame).length + 1))),
  // Bytes put in or taken out somewhere, and the header says so.
  (pick, frame) => {
    const body = bodyOf(frame);
    const at = pick(body.length + 1);
    const inserted = noise(pick, pick(8));
    return withBody(frame, Buffer.concat([body.subarray(0, at), inserted, body.subarray(at + pick(8))]));
  },
  // The body of one message under the id of another.
  (pick, frame) => {
    const hurt = withBody(frame, bodyOf(frame), MESSAGE_IDS[pick(MESSAGE_IDS.length)].id);
    return hurt;
  },
  // The beginning of one body and the end of another.
  (pick, frame, good) => {
    const a = bodyOf(frame);
    const b = bodyOf(good[pick(good.length)]);
    return withBody(frame, Buffer.concat([a.subarray(0, pick(a.length + 1)), b.subarray(pick(b.length + 1))]));
  },
  // A location with additional items of any id, and lengths that are right, or not.
  (pick, frame) => withBody(frame, location(pick), 0x0200),
  // A batch of them: any number announced, any lengths.
  (pick, frame) => {
    const items = Array.from({ length: pick(6) }, () => {
      const body = location(pick);
      return Buffer.concat([word(pick(8) ? body.length : pick(0x10000)), body]);
    });
    return withBody(
      frame,
      Buffer.concat([word(pick(3) ? items.length : pick(0x10000)), Buffer.of(pick(3)), ...items]),
      0x0704,
    );
  },
  // A part of a split message: of few messages, so that some become whole, and with impossible numbers among them.
  (pick, frame) => {
    const content = contentOf(frame);
    const item = Buffer.concat([word(1 + pick(4)), word(pick(5))]);
    const split = Buffer.concat([
      content.subarray(0, SHORT_HEADER_BYTES),
      item,
      content.subarray(SHORT_HEADER_BYTES, SHORT_HEADER_BYTES + pick(40)),
    ]);
    if (split.length < SHORT_HEADER_BYTES + item.length) return frameBytes(split);
    split.writeUInt16BE(0x2000 | (split.length - SHORT_HEADER_BYTES - item.length), 2);
    split.writeUInt16BE(pick(8), 10);
    return frameBytes(split);
  },
  // The flags of the header: encryption, version, splitting, reserved.
  (pick, frame) => {
    const content = contentOf(frame);
    content[2] ^= 1 << (2 + pick(6));
    return frameBytes(content);
  },
];

/** A location body: basic information of any bytes or of good ones, then items. */
function location(pick: Pick): Buffer {
  const basic = pick(3) ? Buffer.from(GOOD_BASIC) : noise(pick, GOOD_BASIC.length);
  const items = Array.from({ length: pick(6) }, () => {
    const value = noise(pick, pick(12));
    return Buffer.concat([Buffer.of(pick(2) ? pick(0x35) : pick(256), pick(10) ? value.length : pick(256)), value]);
  });
  return Buffer.concat([basic, ...items]);
}
/** Located, ignition on, 31.2° N 121.5° E, 12 m, 60 km/h, 90°, 2026-01-31 12:00:00. */
const GOOD_BASIC = Buffer.from('000000000000000301dc1300073df160000c0258005a260131120000', 'hex');

function withBody(frame: Buffer, body: Buffer, messageId?: number): Buffer {
  const whole = Buffer.concat([contentOf(frame).subarray(0, SHORT_HEADER_BYTES), body.subarray(0, 0x3ff)]);
  if (whole.length < SHORT_HEADER_BYTES) return frameBytes(whole);
  if (messageId !== undefined) whole.writeUInt16BE(messageId, 0);
  whole.writeUInt16BE(whole.length - SHORT_HEADER_BYTES, 2);
  return frameBytes(whole);
}

/** Header and body as they are on the wire: an escape more or less makes no difference here. */
function contentOf(frame: Buffer): Buffer {
  return Buffer.from(frame.subarray(1, -2));
}

function bodyOf(frame: Buffer): Buffer {
  return contentOf(frame).subarray(SHORT_HEADER_BYTES);
}

function noise(pick: Pick, length: number): Buffer {
  const bytes = Buffer.allocUnsafe(length);
  for (let i = 0; i < length; i++) bytes[i] = pick(256);
  return bytes;
}

function word(value: number): Buffer {
  return Buffer.of(value >> 8, value & 0xff);
}

function between(content: Buffer): Buffer {
  return Buffer.concat([DELIMITER, content, DELIMITER]);
}
export const DELIMITER = Buffer.of(0x7e);

/** What lies between delimiters, counted by the plainest of means. */
export function countFrames(stream: Buffer): number {
  let frames = 0;
  let length = 0;
  for (const byte of stream) {
    if (byte !== 0x7e) length++;
    else {
      if (length > 0) frames++;
      length = 0;
    }
  }
  return frames;
}
