/** Times are looked up by the second. */
const SLOT_MS = 1000;

/**
 * Who will have been silent for too long, and when: each number waits in the slot of one second, so that a look costs what is due
 * and not what there is. That a time has moved on since is found out when its slot comes: a vehicle that goes on reporting
 * costs nothing in between.
 */
export class Silences {
  readonly #slots = new Map<number, number[]>();
  /** By number: the slot that counts; NaN where none does. */
  #slotOf = new Float64Array(0);

  /** `no` waits for `due`, epoch ms, unless it waits for an earlier time already. */
  wait(no: number, due: number): void {
    if (no >= this.#slotOf.length) this.#grow(no);
    const slot = Math.floor(due / SLOT_MS);
    if (this.#slotOf[no] <= slot) return;
    this.#slotOf[no] = slot;
    const others = this.#slots.get(slot);
    if (others) others.push(no);
    else this.#slots.set(slot, [no]);
  }

  /**
   * Calls `due` for every number whose time may have passed by `now`, epoch ms; it answers for what that one waits from then on, or
   * null where for nothing.
   */
  look(now: number, due: (no: number) => number | null): void {
    const current = Math.floor(now / SLOT_MS);
    // A few hundred slots, as many as the longest wait has seconds.
    for (const [slot, nos] of [...this.#slots]) {
      if (slot > current) continue;
      this.#slots.delete(slot);
      for (const no of nos) {
        if (this.#slotOf[no] !== slot) continue; // an earlier one came after it
        this.#slotOf[no] = NaN;
        const until = due(no);
        if (until !== null) this.wait(no, until);
      }
    }
  }

  clear(): void {
    this.#slots.clear();
    this.#slotOf.fill(NaN);
  }

  #grow(no: number): void {
    const grown = new Float64Array(Math.max(no + 1, this.#slotOf.length * 2)).fill(NaN);
    grown.set(this.#slotOf);
    this.#slotOf = grown;
  }
}
