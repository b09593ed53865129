import type { MemoryBudget } from './subpackage.js';

/** How long a terminal may come back for parts. */
const KEPT_MS = 5 * 60_000;
/** Parts sent again at once; the terminal asks for the others when these have come. */
const AT_ONCE = 100;

/** The newest split message that went out, for a terminal that asks for parts of it again (0x0005, 2019 §8.7). */
export class SentParts {
  #serial = 0;
  #frames: readonly Buffer[] = [];
  #bytes = 0;
  #until = 0;

  constructor(private readonly budget: MemoryBudget) {}

  /** `now` in epoch ms. Where memory is short the parts are not kept. */
  keep(serial: number, frames: readonly Buffer[], now: number): void {
    this.drop();
    const bytes = frames.reduce((sum, frame) => sum + frame.length, 0);
    if (!this.budget.take(bytes)) return;
    this.#serial = serial;
    this.#frames = frames;
    this.#bytes = bytes;
    this.#until = now + KEPT_MS;
  }

  /** Parts by their indexes, from 1, of the message whose first part had this serial number; none where it is not kept. */
  find(serial: number, indexes: readonly number[]): Buffer[] {
    if (serial !== this.#serial) return [];
    return indexes.slice(0, AT_ONCE).flatMap((index) => this.#frames[index - 1] ?? []);
  }

  tick(now: number): void {
    if (this.#bytes > 0 && now > this.#until) this.drop();
  }

  drop(): void {
    this.budget.give(this.#bytes);
    this.#frames = [];
    this.#bytes = 0;
  }
}
