import { randomBytes } from 'node:crypto';

const MS_DIGITS = 9; //    base 36: until the year 5188
const COUNT_DIGITS = 4; // 1.6 million in one millisecond
const MOST = 36 ** COUNT_DIGITS;

/**
 * Ids of commands: `c`, time, place within it, and four characters of this process, so that two logs never give the same.
 * Each is greater than the one before, byte by byte, also where the clock went back.
 */
export class CommandIds {
  readonly #suffix = (randomBytes(4).readUInt32BE() % 36 ** 4).toString(36).padStart(4, '0');
  #ms = 0;
  #count = 0;

  /** `last`: the greatest id that was given before, if any. */
  constructor(last?: string) {
    if (last === undefined) return;
    this.#ms = Number.parseInt(last.slice(1, 1 + MS_DIGITS), 36);
    this.#count = Number.parseInt(last.slice(1 + MS_DIGITS, 1 + MS_DIGITS + COUNT_DIGITS), 36);
  }

  /** `now` in epoch ms. */
  next(now: number): string {
    if (now > this.#ms) {
      this.#ms = now;
      this.#count = 0;
    } else if (++this.#count === MOST) {
      this.#ms++;
      this.#count = 0;
    }
    const ms = this.#ms.toString(36).padStart(MS_DIGITS, '0');
    return `c${ms}${this.#count.toString(36).padStart(COUNT_DIGITS, '0')}${this.#suffix}`;
  }
}
