const START_INTS = 1 << 16;

/**
 * Room for cells and their records in one piece of memory, in which what is found together lies together. Places in it are counted in
 * integers of 4 bytes; doubles lie at even ones.
 */
export class Arena {
  ints = new Int32Array(START_INTS);
  /** The same memory. */
  doubles = new Float64Array(this.ints.buffer);
  /** 0 is no place. */
  #next = 2;

  /** `usualMost`: integers; it grows in large steps up to there, and beyond by what it is asked for. */
  constructor(readonly usualMost: number) {}

  /** Whether it has grown to what it usually is at most: the next to ask for room should clear it first. */
  get isFull(): boolean {
    return this.#next > this.usualMost;
  }

  /** Room for so many integers, all 0, at an even place. `ints` and `doubles` may be others from now on. */
  take(count: number): number {
    const at = this.#next;
    this.#next += count + (count & 1);
    if (this.#next > this.ints.length) {
      const grown = new Int32Array(Math.max(this.#next, Math.min(this.ints.length * 2, this.usualMost)));
      grown.set(this.ints);
      this.ints = grown;
      this.doubles = new Float64Array(grown.buffer);
    }
    return at;
  }

  /** Lets go of all of it. */
  clear(): void {
    this.ints = new Int32Array(START_INTS);
    this.doubles = new Float64Array(this.ints.buffer);
    this.#next = 2;
  }
}
