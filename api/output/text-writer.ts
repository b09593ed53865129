import { ByteWriter } from './byte-writer.js';

const DAY_MS = 86_400_000;
/** A power of two. */
const SLOTS = 16;
const GMT8_MS = 8 * 3_600_000;
/** From here on numbers are not what 31 bits hold, and JavaScript writes them itself. */
const MOST = 2 ** 31;
/** JavaScript writes smaller numbers with an exponent. */
const LEAST = 1e-6;
const NULL = ascii('null');

const ZERO = 48;
const TENS = Uint8Array.from({ length: 100 }, (_, i) => ZERO + Math.floor(i / 10));
const ONES = Uint8Array.from({ length: 100 }, (_, i) => ZERO + (i % 10));

/** Text that is written again and again, as the bytes it becomes; ASCII only. */
export function ascii(text: string): Uint8Array {
  return Buffer.from(text, 'latin1');
}

/**
 * Text as its bytes in UTF-8. Tracks are made of numbers and times, and written here digit by digit they cost a third of
 * what strings that are joined and then encoded do.
 *
 * `| 0` keeps a number an integer of the machine, of which quotients and remainders cost a tenth.
 */
export class TextWriter extends ByteWriter {
  /** Days since 1970, and their dates as text, each in the slot of its last bits: nearly all times are of a few days. */
  readonly #days = new Float64Array(SLOTS).fill(NaN);
  readonly #dates: Uint8Array[] = [];

  text(text: string): this {
    this.reserve(3 * text.length); // UTF-8 has at most three bytes for a UTF-16 unit
    this.at += this.bytes.write(text, this.at);
    return this;
  }

  /** The digits that `String` gives for the value rounded to `digits` decimals (at most 7); "null" where it is not known. */
  decimal(value: number, digits: number): this {
    if (!Number.isFinite(value)) return this.raw(NULL);
    return this.#decimal(value, digits);
  }

  /** The same; nothing where it is not known. */
  decimalIfKnown(value: number, digits: number): this {
    return Number.isFinite(value) ? this.#decimal(value, digits) : this;
  }

  #decimal(value: number, digits: number): this {
    const scale = SCALES[digits];
    const scaled = Math.round(value * scale);
    const size = Math.abs(scaled);
    const whole = Math.floor(size / scale);
    if (whole >= MOST || (size > 0 && size < LEAST * scale)) return this.text(String(scaled / scale));
    this.reserve(24);
    if (scaled < 0) this.bytes[this.at++] = 45; // -
    this.#whole(whole);
    const rest = size - whole * scale;
    if (rest > 0) this.#fraction(rest, digits);
    return this;
  }

  /** Below MOST. */
  #whole(value: number): void {
    const to = this.bytes;
    if (value < 10) {
      to[this.at++] = ZERO + value;
      return;
    }
    let digits = 2;
    for (let limit = 100; value >= limit; limit *= 10) digits++;
    this.at += digits;
    let rest = value | 0;
    for (let at = this.at; digits > 0; digits--) {
      const tens = (rest / 10) | 0;
      to[--at] = ZERO + rest - tens * 10;
      rest = tens;
    }
  }

  /** `value` of 10^digits, without the zeros at its end; not 0. */
  #fraction(value: number, digits: number): void {
    const to = this.bytes;
    to[this.at++] = 46; // .
    let rest = value | 0;
    let left = digits;
    for (; rest % 10 === 0; left--) rest = (rest / 10) | 0;
    this.at += left;
    for (let at = this.at; left > 0; left--) {
      const tens = (rest / 10) | 0;
      to[--at] = ZERO + rest - tens * 10;
      rest = tens;
    }
  }

  /** `2024-05-01T08:00:00.000Z`, as Date.toISOString has it; epoch ms, a time that is known. */
  utc(ms: number): this {
    const whole = Math.trunc(ms);
    const millis = this.#dateAndTime(whole) % 1000;
    const hundreds = (millis / 100) | 0;
    const to = this.bytes;
    const at = this.at;
    to[at] = 46; // .
    to[at + 1] = ZERO + hundreds;
    to[at + 2] = TENS[millis - 100 * hundreds];
    to[at + 3] = ONES[millis - 100 * hundreds];
    to[at + 4] = 90; // Z
    this.at = at + 5;
    return this;
  }

  /** `2024-05-01T16:00:00+08:00`; epoch ms, a time that is known. Milliseconds are cut off. */
  beijing(ms: number): this {
    this.#dateAndTime(Math.trunc(ms) + GMT8_MS);
    return this.raw(PLUS_8);
  }

  /** A time as a JSON value: `utc` in quotes, or null where it is not known. */
  jsonTime(ms: number): this {
    if (!Number.isFinite(ms)) return this.raw(NULL);
    this.raw(QUOTE).utc(ms);
    return this.raw(QUOTE);
  }

  /** Eight digits of an unsigned 32-bit number. */
  hex32(value: number): this {
    this.reserve(8);
    for (let shift = 28; shift >= 0; shift -= 4) this.bytes[this.at++] = HEX[(value >>> shift) & 15];
    return this;
  }

  /** Up to the second; answers the milliseconds since midnight. */
  #dateAndTime(ms: number): number {
    const day = Math.floor(ms / DAY_MS);
    const slot = day & (SLOTS - 1);
    if (day !== this.#days[slot]) {
      this.#dates[slot] = ascii(new Date(day * DAY_MS).toISOString().slice(0, -'T00:00:00.000Z'.length));
      this.#days[slot] = day;
    }
    this.raw(this.#dates[slot]);
    this.reserve(16);
    const inDay = (ms - day * DAY_MS) | 0;
    const seconds = (inDay / 1000) | 0;
    const minutes = (seconds / 60) | 0;
    const hours = (minutes / 60) | 0;
    const to = this.bytes;
    const at = this.at;
    to[at] = 84; // T
    to[at + 1] = TENS[hours];
    to[at + 2] = ONES[hours];
    to[at + 3] = 58; // :
    to[at + 4] = TENS[minutes - 60 * hours];
    to[at + 5] = ONES[minutes - 60 * hours];
    to[at + 6] = 58;
    to[at + 7] = TENS[seconds - 60 * minutes];
    to[at + 8] = ONES[seconds - 60 * minutes];
    this.at = at + 9;
    return inDay;
  }
}

const SCALES = Array.from({ length: 8 }, (_, digits) => 10 ** digits);
const QUOTE = ascii('"');
const HEX = ascii('0123456789abcdef');
const PLUS_8 = ascii('+08:00');
