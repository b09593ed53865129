/** Which bytes of a file have come: neighbouring and overlapping pieces are one. */
export class ByteRanges {
  /** Begin and end of each, in order, none touching the next. */
  readonly #ranges: [from: number, to: number][] = [];

  /** Pieces that do not touch; their number is what this costs in memory. */
  get count(): number {
    return this.#ranges.length;
  }

  get bytes(): number {
    return this.#ranges.reduce((sum, [from, to]) => sum + to - from, 0);
  }

  add(from: number, to: number): void {
    if (to <= from) return;
    // Mostly it goes on where the last one ended.
    const last = this.#ranges[this.#ranges.length - 1];
    if (last && from >= last[0] && from <= last[1]) {
      last[1] = Math.max(last[1], to);
      return;
    }
    let at = 0;
    while (at < this.#ranges.length && this.#ranges[at][1] < from) at++;
    let until = at;
    while (until < this.#ranges.length && this.#ranges[until][0] <= to) until++;
    const joined = this.#ranges.slice(at, until);
    const begin = Math.min(from, ...joined.map(([a]) => a));
    const end = Math.max(to, ...joined.map(([, b]) => b));
    this.#ranges.splice(at, until - at, [begin, end]);
  }

  /** What is missing of the first `length` bytes, in order, at most `most` ranges. */
  missing(length: number, most: number): { offset: number; length: number }[] {
    const missing: { offset: number; length: number }[] = [];
    let at = 0;
    for (const [from, to] of [...this.#ranges, [length, length]]) {
      if (from > at && missing.length < most) missing.push({ offset: at, length: Math.min(from, length) - at });
      at = Math.max(at, to);
      if (at >= length) break;
    }
    return missing;
  }
}
