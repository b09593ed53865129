import { ByteWriter } from '../output/byte-writer.js';

const VARINT_BYTES = 10;

/** The part of the protobuf wire format that items are made of, into one buffer that serves for ever. */
export class WireWriter extends ByteWriter {
  /** An unsigned 32-bit number. */
  uint32(value: number): this {
    this.reserve(VARINT_BYTES);
    const to = this.bytes;
    let at = this.at;
    let rest = value >>> 0;
    for (; rest > 127; rest >>>= 7) to[at++] = (rest & 127) | 128;
    to[at++] = rest;
    this.at = at;
    return this;
  }

  /** A 32-bit number of either sign, zigzag. */
  sint32(value: number): this {
    return this.uint32((value << 1) ^ (value >> 31));
  }

  /** A whole number of up to 53 bits; one below 0 as its two's complement in 64. */
  int64(value: number): this {
    const size = Math.abs(value);
    let lo = size >>> 0;
    let hi = ((size - lo) / 2 ** 32) >>> 0;
    if (value < 0) {
      lo = (~lo + 1) >>> 0;
      hi = (lo === 0 ? ~hi + 1 : ~hi) >>> 0;
    }
    this.reserve(VARINT_BYTES);
    while (hi > 0) {
      this.bytes[this.at++] = (lo & 127) | 128;
      lo = ((lo >>> 7) | (hi << 25)) >>> 0;
      hi >>>= 7;
    }
    return this.uint32(lo);
  }

  /** Opens a message inside the message; answers what `close` asks for. Most are of less than 128 bytes. */
  open(): number {
    this.reserve(1);
    return ++this.at;
  }

  /** Puts the length before what was written since `open` answered `start`. */
  close(start: number): void {
    const length = this.at - start;
    let more = 0;
    for (let rest = length; rest > 127; rest >>>= 7) more++;
    if (more > 0) {
      this.reserve(more);
      this.bytes.copyWithin(start + more, start, this.at);
    }
    this.at = start - 1;
    this.uint32(length);
    this.at = start + more + length;
  }
}
