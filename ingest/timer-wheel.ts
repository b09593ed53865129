/**
 * Something to look at for many names, each at a time of its own: one entry per name, found again without a search.
 * Times are epoch ms. A name may be called up early, never late by more than a slot: whoever asked looks at its own clock.
 */
export class TimerWheel {
  readonly #slots: Set<string>[];
  /** Slot by name. */
  readonly #places = new Map<string, number>();
  /** Number of the slot that is looked at next, counted from the epoch. */
  #next: number;

  constructor(
    readonly slotMs: number,
    slots: number,
    now: number,
  ) {
    this.#slots = Array.from({ length: slots }, () => new Set<string>());
    this.#next = Math.floor(now / slotMs);
  }

  get size(): number {
    return this.#places.size;
  }

  /** Calls `name` up at `due`, or early where that is more than a turn of the wheel away; whatever was set before is off. */
  set(name: string, due: number): void {
    this.delete(name);
    const last = this.#next + this.#slots.length - 1;
    const slot = Math.min(Math.max(Math.ceil(due / this.slotMs), this.#next), last) % this.#slots.length;
    this.#slots[slot].add(name);
    this.#places.set(name, slot);
  }

  delete(name: string): void {
    const slot = this.#places.get(name);
    if (slot === undefined) return;
    this.#slots[slot].delete(name);
    this.#places.delete(name);
  }

  /** Calls up everything whose slot has come. */
  advance(now: number, call: (name: string) => void): void {
    const until = Math.floor(now / this.slotMs);
    // After a jump of the clock one turn looks at everything there is.
    if (until - this.#next >= this.#slots.length) this.#next = until - this.#slots.length + 1;
    for (; this.#next <= until; ) {
      const slot = this.#slots[this.#next % this.#slots.length];
      const names = [...slot];
      slot.clear();
      for (const name of names) this.#places.delete(name);
      this.#next++;
      for (const name of names) call(name);
    }
  }
}
