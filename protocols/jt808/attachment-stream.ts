import { FrameCutter } from '../common/frame.js';

/** Begins a block of a file (T/JSATL 12-2017 §4.6.4): 30 31 63 64 · name BYTE[50] · offset DWORD · length DWORD · data. */
const BLOCK_START = Buffer.from([0x30, 0x31, 0x63, 0x64]);
const NAME_BYTES = 50;
const BLOCK_HEADER_BYTES = BLOCK_START.length + NAME_BYTES + 8;
/** The standard has 64 KiB; some terminals send more at once. */
const MAX_BLOCK_BYTES = 1024 * 1024;
const MAX_FRAME_BYTES = 16 * 1024;
/** Bytes outside frames and blocks that are stepped over. */
const MAX_GARBAGE_BYTES = 8 * 1024;
const DELIMITER = 0x7e;

export interface StreamHandler {
  /** A whole frame with a good check code, unescaped, without it; borrowed. */
  frame(bytes: Buffer, start: number, end: number): void;
  /** A piece of a block: bytes of the file from `offset` on; borrowed. */
  piece(name: Buffer, offset: number, bytes: Buffer): void;
  /** The stream cannot be followed any further. */
  broken(detail: string): void;
}

/**
 * Cuts the stream of the attachment port: frames between 7e, as everywhere, and blocks of files without delimiters or
 * escapes. What is held back is a frame, or the header of a block; data is handed on as it comes.
 */
export class AttachmentStream {
  readonly #on: StreamHandler;
  readonly #frames: FrameCutter;
  #held: Buffer = Buffer.alloc(0);
  #garbage = 0;
  #broken = false;
  // The block in hand.
  #name: Buffer = Buffer.alloc(0);
  #offset = 0;
  #left = 0;

  constructor(on: StreamHandler) {
    this.#on = on;
    this.#frames = new FrameCutter(
      (bytes, start, end) => on.frame(bytes, start, end),
      (reason) => this.#break(`a frame that is none: ${reason}`),
      MAX_FRAME_BYTES,
    );
  }

  push(chunk: Buffer): void {
    let bytes = this.#held.length > 0 ? Buffer.concat([this.#held, chunk]) : chunk;
    while (bytes.length > 0 && !this.#broken) {
      const taken = this.#left > 0 ? this.#data(bytes) : this.#next(bytes);
      if (taken === 0) break;
      bytes = bytes.subarray(taken);
    }
    this.#held = this.#broken ? Buffer.alloc(0) : Buffer.from(bytes);
  }

  #data(bytes: Buffer): number {
    const piece = bytes.subarray(0, Math.min(bytes.length, this.#left));
    this.#on.piece(this.#name, this.#offset, piece);
    this.#offset += piece.length;
    this.#left -= piece.length;
    return piece.length;
  }

  /** What begins at the first byte; how many bytes of it were taken, 0 where more must come. */
  #next(bytes: Buffer): number {
    if (bytes[0] === DELIMITER) return this.#frame(bytes);
    const start = bytes.subarray(0, BLOCK_START.length);
    if (start.equals(BLOCK_START)) return this.#block(bytes);
    if (BLOCK_START.subarray(0, start.length).equals(start)) return 0;
    if (++this.#garbage > MAX_GARBAGE_BYTES) this.#break(`${this.#garbage} bytes that are neither frame nor block`);
    return 1;
  }

  #frame(bytes: Buffer): number {
    const end = bytes.indexOf(DELIMITER, 1);
    if (end < 0) {
      if (bytes.length > MAX_FRAME_BYTES) this.#break(`a frame of more than ${MAX_FRAME_BYTES} bytes`);
      return 0;
    }
    this.#frames.push(bytes.subarray(0, end + 1));
    return end + 1;
  }

  #block(bytes: Buffer): number {
    if (bytes.length < BLOCK_HEADER_BYTES) return 0;
    const at = BLOCK_START.length;
    this.#name = Buffer.from(bytes.subarray(at, at + NAME_BYTES));
    this.#offset = bytes.readUInt32BE(at + NAME_BYTES);
    this.#left = bytes.readUInt32BE(at + NAME_BYTES + 4);
    if (this.#left > MAX_BLOCK_BYTES) this.#break(`a block of ${this.#left} bytes`);
    return BLOCK_HEADER_BYTES;
  }

  #break(detail: string): void {
    if (this.#broken) return;
    this.#broken = true;
    this.#on.broken(detail);
  }
}
