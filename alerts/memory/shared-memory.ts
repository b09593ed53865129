/**
 * What nothing asks for in so long may go: longer than any rule counts, which is seven days, so that no alert hangs on it. A driver who has
 * left, or a vehicle that is no more, would be remembered for ever.
 */
const AGE_MS = 8 * 24 * 3_600_000;

type Entries = [key: string, value: unknown][];

/** With what is going to be forgotten, and when: a server that is started anew each week forgets all the same. */
export interface SharedSnapshot {
  /** Epoch ms; −Infinity before the first tick. */
  since: number;
  young: Entries;
  old: Entries;
}

/** What rules remember beyond one vehicle, such as a driver's hours: by rule id, a blank, and the rule's own key. */
export class SharedMemory {
  /** Asked for since `#since`, and before that. */
  #young = new Map<string, unknown>();
  #old = new Map<string, unknown>();
  /** Epoch ms. */
  #since = -Infinity;

  get size(): number {
    return this.#young.size + this.#old.size;
  }

  get(key: string): unknown {
    const value = this.#young.get(key) ?? this.#old.get(key);
    if (value !== undefined && this.#old.delete(key)) this.#young.set(key, value);
    return value;
  }

  set(key: string, value: unknown): void {
    this.#old.delete(key);
    this.#young.set(key, value);
  }

  /** It is `time`, epoch ms, by the ticks of the log. */
  passTime(time: number): void {
    if (time - this.#since < AGE_MS) return;
    if (this.#since > -Infinity) {
      this.#old = this.#young;
      this.#young = new Map();
    }
    this.#since = time;
  }

  forgetRules(ids: ReadonlySet<string>): void {
    for (const memory of [this.#young, this.#old]) {
      for (const key of memory.keys()) if (ids.has(key.slice(0, key.indexOf(' ')))) memory.delete(key);
    }
  }

  snapshot(): SharedSnapshot {
    return { since: this.#since, young: [...this.#young], old: [...this.#old] };
  }

  /** A list is a snapshot of before it told young and old apart. */
  restore(snapshot: SharedSnapshot | Entries): void {
    const { since, young, old } = Array.isArray(snapshot) ? { since: -Infinity, young: snapshot, old: [] } : snapshot;
    this.#since = since;
    this.#young = new Map(young);
    this.#old = new Map(old);
  }
}
