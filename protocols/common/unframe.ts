import type { FrameError } from '../../model/protocol-tools.js';
import { hexNumber } from './codecs.js';
import { DELIMITER, ESCAPE, unescapeInto } from './frame.js';
import type { Explained } from './wire.js';

/** A piece of what people pasted. */
export interface PastedFrame {
  bytes: Buffer;
  /** Where it begins in the input. */
  offset: number;
  /** False for bytes before the first delimiter of an input that has some. */
  framed: boolean;
}

/** Cuts input that may hold several frames at its delimiters; each piece keeps those around it. */
export function splitFrames(bytes: Buffer): PastedFrame[] {
  const pieces: PastedFrame[] = [];
  let start = 0;
  while (start < bytes.length) {
    const opens = bytes[start] === DELIMITER;
    const next = bytes.indexOf(DELIMITER, start + (opens ? 1 : 0));
    if (opens && next === start + 1) {
      start = next; // 7e 7e: one frame ended, the next begins
      continue;
    }
    const end = next < 0 ? bytes.length : opens ? next + 1 : next;
    const framed = opens || next < 0;
    if (!opens || end > start + 1) pieces.push({ bytes: bytes.subarray(start, end), offset: start, framed });
    start = next < 0 ? bytes.length : next;
  }
  return pieces;
}

/** What is said of a piece that is no frame. */
export function outsideFrame(bytes: Buffer): FrameError {
  return { code: 'no-frame', message: `${bytes.length} bytes before the first delimiter (7e)`, offset: 0 };
}

/** A frame out of its wrapping. */
export interface Unframed {
  /** Header and body, up to `contentEnd`, then the check code. */
  plain: Buffer;
  contentEnd: number;
  checksumOk: boolean;
  /** Where the content begins in the input: 1 behind a delimiter. */
  start: number;
  /** Where it ends, check code included. */
  end: number;
  /** The check code as a line of an explanation, still without its clause. */
  check: Omit<Explained, 'clause'>;
}

/** Takes delimiters, which may be missing, escapes and check code off one frame; or says what is wrong. Never throws. */
export function unframe(bytes: Buffer, lenient: boolean): Unframed | FrameError {
  const { start, end } = delimited(bytes);
  if (bytes.subarray(start, end).includes(DELIMITER)) {
    const message = 'a delimiter (7e) in the middle: more than one frame, or one that is not escaped';
    return { code: 'no-frame', message, offset: bytes.indexOf(DELIMITER, start) };
  }
  const plain = Buffer.alloc(end - start);
  const unescaped = unescapeInto(plain, bytes, start, end);
  const checksumOk = unescaped.xor === 0 && unescaped.length > 0;
  const sent = plain[unescaped.length - 1] ?? 0;
  const right = hexNumber(sent ^ unescaped.xor, 2);
  if (!checksumOk && !lenient) {
    const { badEscapeAt } = unescaped;
    return badEscapeAt >= 0
      ? { code: 'bad-escape', message: 'a 7d that is followed by neither 01 nor 02', offset: badEscapeAt }
      : {
          code: 'bad-checksum',
          message: `the check code is ${hexNumber(sent, 2)} and should be ${right}`,
          offset: end - 1,
        };
  }
  const contentEnd = Math.max(0, unescaped.length - 1);
  const value = checksumOk ? 'ok' : `wrong, should be ${right}`;
  const check = { offset: unescaped.length - 1, length: 1, field: 'check code', value };
  return { plain, contentEnd, checksumOk, start, end, check };
}

/** What lies between the delimiters of one frame. */
export function delimited(bytes: Buffer): { start: number; end: number } {
  const start = bytes[0] === DELIMITER ? 1 : 0;
  const end = bytes.length > start && bytes[bytes.length - 1] === DELIMITER ? bytes.length - 1 : bytes.length;
  return { start, end };
}

/** Where each byte of the unescaped frame begins on the wire, and at last where they all end. */
export function wireOffsets(bytes: Buffer, start: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = start; at < end; ) {
    offsets.push(at);
    at += bytes[at] === ESCAPE && at + 1 < end && (bytes[at + 1] === 1 || bytes[at + 1] === 2) ? 2 : 1;
  }
  offsets.push(end);
  return offsets;
}
