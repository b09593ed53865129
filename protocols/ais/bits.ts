/** The bits of an AIS message (ITU-R M.1371): six to a character, the highest first. Reads beyond the end give zeros. */
export class Bits {
  readonly length: number;
  readonly #sixes: Uint8Array;

  /** `payload`: of all sentences, one behind the other; `fillBits`: of the last one. */
  constructor(payload: string, fillBits: number) {
    this.#sixes = Uint8Array.from(payload, (c) => {
      const code = c.charCodeAt(0) - 48;
      return code > 40 ? code - 8 : code;
    });
    this.length = payload.length * 6 - fillBits;
  }

  /** `count` bits from `from` on; at most 32. */
  unsigned(from: number, count: number): number {
    let value = 0;
    for (let bit = from; bit < from + count; bit++) {
      const six = this.#sixes[Math.floor(bit / 6)] ?? 0;
      value = value * 2 + (bit < this.length ? (six >> (5 - (bit % 6))) & 1 : 0);
    }
    return value;
  }

  signed(from: number, count: number): number {
    const value = this.unsigned(from, count);
    return value >= 2 ** (count - 1) ? value - 2 ** count : value;
  }

  /** Six-bit characters up to the first `@`, without the spaces at the end. */
  text(from: number, characters: number): string {
    let text = '';
    for (let i = 0; i < characters; i++) {
      const code = this.unsigned(from + 6 * i, 6);
      if (code === 0) break;
      text += String.fromCharCode(code < 32 ? code + 64 : code);
    }
    return text.trimEnd();
  }
}
