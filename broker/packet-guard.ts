/** Told of the bytes of a stream of MQTT packets, says when one of them announces itself as larger than allowed. */
export class PacketGuard {
  /** Bytes of the packet in hand that are still to come. */
  #left = 0;
  /** Of a length that is being read: bytes so far, and their value; −1 where the first byte of a packet comes next. */
  #lengthBytes = -1;
  #length = 0;

  constructor(private readonly maxBytes: number) {}

  /** False as soon as a packet is too large, or its length is none (MQTT 3.1.1 §2.2.3: at most four bytes). */
  admits(chunk: Uint8Array): boolean {
    let at = 0;
    while (at < chunk.length) {
      if (this.#left > 0) {
        const here = Math.min(this.#left, chunk.length - at);
        this.#left -= here;
        at += here;
      } else if (this.#lengthBytes < 0) {
        this.#lengthBytes = 0;
        this.#length = 0;
        at++;
      } else {
        const byte = chunk[at++];
        this.#length += (byte & 0x7f) << (7 * this.#lengthBytes++);
        if (byte & 0x80) {
          if (this.#lengthBytes === 4) return false;
        } else {
          if (this.#length > this.maxBytes) return false;
          this.#left = this.#length;
          this.#lengthBytes = -1;
        }
      }
    }
    return true;
  }
}
