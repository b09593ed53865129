/** A rule that waits for a time, with a vehicle. */
interface Timer {
  /** Epoch ms. */
  at: number;
  no: number;
  ruleId: string;
}

/**
 * Who waits for time to pass. The entry of a vehicle and rule may name a time earlier than the one that is really waited for, and is
 * then put back: a fix that moves the time on costs nothing here.
 */
export class Timers {
  /** A heap by `at`. */
  readonly #heap: Timer[] = [];
  /** When the entry that counts is due. */
  readonly #known = new Map<string, number>();

  wait(at: number, no: number, ruleId: string): void {
    const key = `${no} ${ruleId}`;
    if (at === Infinity || at >= (this.#known.get(key) ?? Infinity)) return;
    this.#known.set(key, at);
    this.#push({ at, no, ruleId });
  }

  /**
   * Those that are due at `time`, in the order of the times that they really wait for, then by vehicle and rule: the same whatever
   * was in the heap. `really`: that time, or null where nothing is waited for any more.
   */
  due(time: number, really: (no: number, ruleId: string) => number | null): Timer[] {
    const found: Timer[] = [];
    const later: Timer[] = [];
    while (this.#heap.length > 0 && this.#heap[0].at <= time) {
      const { at: entered, no, ruleId } = this.#pop();
      const key = `${no} ${ruleId}`;
      if (this.#known.get(key) !== entered) continue; // an earlier one came after it
      this.#known.delete(key);
      const at = really(no, ruleId);
      if (at !== null) (at <= time ? found : later).push({ at, no, ruleId });
    }
    for (const { at, no, ruleId } of later) this.wait(at, no, ruleId);
    return found.sort((a, b) => a.at - b.at || a.no - b.no || (a.ruleId < b.ruleId ? -1 : 1));
  }

  #push(timer: Timer): void {
    const heap = this.#heap;
    let at = heap.push(timer) - 1;
    while (at > 0) {
      const parent = (at - 1) >> 1;
      if (heap[parent].at <= timer.at) break;
      heap[at] = heap[parent];
      at = parent;
    }
    heap[at] = timer;
  }

  #pop(): Timer {
    const heap = this.#heap;
    const top = heap[0];
    const last = heap.pop() as Timer;
    if (heap.length === 0) return top;
    let at = 0;
    for (;;) {
      let child = 2 * at + 1;
      if (child >= heap.length) break;
      if (child + 1 < heap.length && heap[child + 1].at < heap[child].at) child++;
      if (heap[child].at >= last.at) break;
      heap[at] = heap[child];
      at = child;
    }
    heap[at] = last;
    return top;
  }
}
