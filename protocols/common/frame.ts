import type { RejectReason } from '../../model/reject.js';

/**
 * Framing of JT/T 808, all editions §4.4: `7e | header, body, check code | 7e`, where 7e is sent as 7d 02 and 7d as 7d 01,
 * and the check code is the XOR of everything before it.
 */
export const DELIMITER = 0x7e;
export const ESCAPE = 0x7d;

/** The largest frame on the wire: 2 × (21 header + 1,023 body + 1 check code) with every byte escaped, and some room. */
export const MAX_WIRE_BYTES = 2200;

/**
 * One frame with a good check code: header and body lie at `bytes[start]` up to `bytes[end - 1]`, unescaped, check code
 * left out. The bytes are borrowed: they stay as they are only during the call.
 */
export type FrameHandler = (bytes: Buffer, start: number, end: number) => void;
export type FrameRejectHandler = (reason: RejectReason, bytes: Buffer, detail: string) => void;

/**
 * Cuts a byte stream into frames, however it arrives.
 *
 * Every delimiter both ends what came before it and begins what follows, so one that is lost or shared by two frames
 * costs no more than the frame it damaged; empty frames (7e 7e) are what lies between two ordinary ones. What lies
 * between two delimiters is judged once: it reaches `onFrame`, or `onReject` with
 *   'bad-checksum'    the XOR is not zero,
 *   'bad-escape'      the same, and there is a 7d that is followed by neither 01 nor 02. Such a pair is kept as it is,
 *                     for some terminals forget to escape: the check code decides,
 *   'frame-too-long'  more than `maxBytes` without a delimiter; what follows up to the next one is
 *   'no-frame'        as are bytes before the first delimiter; in pieces of at most `maxBytes`.
 * The outcome does not depend on where the stream was cut into chunks.
 */
export class FrameCutter {
  #held: Buffer | null = null; // the beginning of a frame whose end has not come; grows up to maxBytes
  #heldBytes = 0;
  #outside = true; // no delimiter yet, or lost in something too long
  #wire: Buffer = EMPTY; // where the frame being judged lies as it came: a slice of it is made only when asked for
  #wireStart = 0;
  #wireEnd = 0;

  constructor(
    readonly onFrame: FrameHandler,
    readonly onReject: FrameRejectHandler,
    readonly maxBytes = MAX_WIRE_BYTES,
  ) {}

  /** Bytes kept for later. */
  get held(): number {
    return this.#heldBytes;
  }

  /** True while a frame has begun and not ended. */
  get insideFrame(): boolean {
    return !this.#outside && this.#heldBytes > 0;
  }

  /** The frame being handled, as it came over the wire, without delimiters; borrowed like the frame itself. */
  get current(): Buffer {
    return this.#wire.subarray(this.#wireStart, this.#wireEnd);
  }

  push(chunk: Buffer): void {
    const length = chunk.length;
    let start = 0;
    while (start < length) {
      const end = scan(chunk, start, length);
      const { xor, escaped } = scanned;
      if (this.#heldBytes > 0 || this.#outside || end === length || end - start > this.maxBytes) {
        this.#hold(chunk, start, end);
        if (end < length) this.#endHeld();
      } else if (end > start) {
        this.#wire = chunk;
        this.#wireStart = start;
        this.#wireEnd = end;
        if (escaped) this.#judgeEscaped(chunk, start, end);
        else this.#judge(chunk, start, end, xor, false);
      }
      start = end + 1;
    }
    this.#wire = EMPTY; // keeps no hold on the chunk
  }

  /** One frame once more, as `current` gave it. It lies beside the stream: what that has begun goes on. */
  again(frame: Buffer): void {
    this.#judgeWhole(frame);
    this.#wire = EMPTY;
  }

  #hold(chunk: Buffer, start: number, end: number): void {
    while (start < end) {
      if (this.#heldBytes === this.maxBytes) {
        const reason = this.#outside ? 'no-frame' : 'frame-too-long';
        this.onReject(reason, this.#takeHeld(), `${this.maxBytes} bytes without a delimiter (7e)`);
        this.#outside = true;
      }
      const n = Math.min(end - start, this.maxBytes - this.#heldBytes);
      const needed = this.#heldBytes + n;
      if (this.#held === null || this.#held.length < needed) {
        const grown = Buffer.allocUnsafe(Math.min(this.maxBytes, Math.max(256, needed * 2)));
        if (this.#held !== null) this.#held.copy(grown, 0, 0, this.#heldBytes);
        this.#held = grown;
      }
      chunk.copy(this.#held, this.#heldBytes, start, start + n);
      this.#heldBytes = needed;
      start += n;
    }
  }

  /** A delimiter came after held bytes. */
  #endHeld(): void {
    const wasOutside = this.#outside;
    this.#outside = false;
    if (this.#heldBytes === 0) return;
    const bytes = this.#takeHeld();
    if (wasOutside) {
      this.onReject('no-frame', bytes, `${bytes.length} bytes before a delimiter (7e)`);
      return;
    }
    this.#judgeWhole(bytes);
  }

  #judgeWhole(wire: Buffer): void {
    this.#wire = wire;
    this.#wireStart = 0;
    this.#wireEnd = wire.length;
    if (wire.includes(ESCAPE)) this.#judgeEscaped(wire, 0, wire.length);
    else this.#judge(wire, 0, wire.length, xorOf(wire), false);
  }

  #takeHeld(): Buffer {
    const bytes = this.#held!.subarray(0, this.#heldBytes);
    this.#heldBytes = 0;
    return bytes;
  }

  #judgeEscaped(bytes: Buffer, start: number, end: number): void {
    if (scratch.length < end - start) scratch = Buffer.allocUnsafeSlow(end - start);
    const plain = unescapeInto(scratch, bytes, start, end);
    this.#judge(scratch, 0, plain.length, plain.xor, plain.badEscapeAt >= 0);
  }

  #judge(bytes: Buffer, start: number, end: number, xor: number, badEscape: boolean): void {
    if (xor === 0) {
      this.onFrame(bytes, start, end - 1);
    } else if (badEscape) {
      this.onReject('bad-escape', this.current, 'a 7d that is followed by neither 01 nor 02, and a wrong check code');
    } else {
      const sent = bytes[end - 1];
      this.onReject('bad-checksum', this.current, `check code is ${hexByte(sent)}, should be ${hexByte(sent ^ xor)}`);
    }
  }
}

const EMPTY = Buffer.alloc(0);

/** What `scan` saw before the delimiter. */
const scanned = { xor: 0, escaped: false };

/** One pass finds the end, the XOR and whether there is anything to unescape: frames are too short for indexOf. */
function scan(bytes: Buffer, start: number, length: number): number {
  let xor = 0;
  let escaped = false;
  let end = start;
  for (; end < length; end++) {
    const byte = bytes[end];
    if (byte === DELIMITER) break;
    xor ^= byte;
    if (byte === ESCAPE) escaped = true;
  }
  scanned.xor = xor;
  scanned.escaped = escaped;
  return end;
}

// Shared by all conversations: a frame is unescaped, judged and handled before the next one is looked at.
let scratch = Buffer.allocUnsafeSlow(MAX_WIRE_BYTES);

/** What `unescapeInto` wrote: how much, the XOR of it, and where in the source the first bad escape is (-1: none). */
export interface Unescaped {
  length: number;
  xor: number;
  badEscapeAt: number;
}

/** Takes the escapes out of `bytes[start…end)`, writing to `out` from 0. A bad escape is copied as it is. */
export function unescapeInto(out: Buffer, bytes: Buffer, start: number, end: number): Unescaped {
  let length = 0;
  let xor = 0;
  let badEscapeAt = -1;
  for (let i = start; i < end; i++) {
    let byte = bytes[i];
    if (byte === ESCAPE) {
      const next = i + 1 < end ? bytes[i + 1] : -1;
      if (next === 1) i++;
      else if (next === 2) {
        byte = DELIMITER;
        i++;
      } else if (badEscapeAt < 0) badEscapeAt = i;
    }
    out[length++] = byte;
    xor ^= byte;
  }
  return { length, xor, badEscapeAt };
}

/** Header and body to a frame: check code added, escaped, between delimiters. */
export function frameBytes(content: Uint8Array): Buffer {
  const room = Buffer.allocUnsafe(longestFrame(content.length));
  return Buffer.from(room.subarray(0, frameInto(room, content))); // no larger than it is: some frames are kept
}

/** Bytes that a frame takes when every byte of its content, and the check code, has to be escaped. */
export function longestFrame(contentBytes: number): number {
  return 2 * (contentBytes + 1) + 2;
}

/** The same, written to `out` from 0, where `longestFrame` bytes have room; gives the frame's length. */
function frameInto(out: Buffer, content: Uint8Array): number {
  out[0] = DELIMITER;
  return endFrame(out, escapeInto(out, 1, content), xorOf(content));
}

/** Writes `bytes` to `out` from `at` on, escaped; gives where they end. */
export function escapeInto(out: Buffer, at: number, bytes: Uint8Array): number {
  for (let i = 0; i < bytes.length; i++) {
    const byte = bytes[i];
    if (byte === DELIMITER || byte === ESCAPE) {
      out[at++] = ESCAPE;
      out[at++] = byte === DELIMITER ? 2 : 1;
    } else {
      out[at++] = byte;
    }
  }
  return at;
}

/** Writes the check code and the delimiter behind a content of this XOR; gives where they end. */
export function endFrame(out: Buffer, at: number, xor: number): number {
  if (xor === DELIMITER || xor === ESCAPE) {
    out[at++] = ESCAPE;
    out[at++] = xor === DELIMITER ? 2 : 1;
  } else {
    out[at++] = xor;
  }
  out[at++] = DELIMITER;
  return at;
}

export function xorOf(bytes: Uint8Array): number {
  let xor = 0;
  for (let i = 0; i < bytes.length; i++) xor ^= bytes[i];
  return xor;
}

function hexByte(byte: number): string {
  return byte.toString(16).padStart(2, '0');
}
