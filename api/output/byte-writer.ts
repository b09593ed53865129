const START_BYTES = 16 * 1024;

/** Bytes that are put together piece by piece in one buffer. It grows as needed; one writer serves for ever. */
export class ByteWriter {
  protected bytes = Buffer.allocUnsafeSlow(START_BYTES);
  protected at = 0;

  get length(): number {
    return this.at;
  }

  /** What was written since the last `take`; the caller's own. */
  take(): Buffer {
    const taken = Buffer.from(this.bytes.subarray(0, this.at));
    this.at = 0;
    return taken;
  }

  /** Bytes as they are. */
  raw(bytes: Uint8Array): this {
    return this.part(bytes, 0, bytes.length);
  }

  /** Those of `bytes` from `start` to before `end`. */
  part(bytes: Uint8Array, start: number, end: number): this {
    this.reserve(end - start);
    const to = this.bytes;
    let at = this.at;
    for (let i = start; i < end; i++) to[at++] = bytes[i]; // quicker than `set` for the short pieces that rows have
    this.at = at;
    return this;
  }

  protected reserve(bytes: number): void {
    if (this.at + bytes <= this.bytes.length) return;
    const grown = Buffer.allocUnsafeSlow(Math.max(this.bytes.length * 2, this.at + bytes));
    this.bytes.copy(grown, 0, 0, this.at);
    this.bytes = grown;
  }
}
