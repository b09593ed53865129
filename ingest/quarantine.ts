import type { QuarantineEntry } from '../model/quarantine.js';
import type { RejectReason } from '../model/reject.js';

export interface QuarantineLimits {
  entries: number;
  /** Sum of the raw bytes kept. */
  bytes: number;
  /** Raw bytes kept of one entry. */
  entryBytes: number;
  /** Entries kept per second and reason; the counters go on counting what is left out. */
  perSecond: number;
}

export const QUARANTINE_LIMITS: QuarantineLimits = {
  entries: 1_000,
  bytes: 4 * 1024 * 1024,
  entryBytes: 16 * 1024,
  perSecond: 10,
};

/**
 * The newest of what was refused, bounded in number and bytes. A sample, not a log: a flood of one reason costs a
 * comparison each and pushes no other reason out faster than `perSecond`.
 */
export class Quarantine {
  readonly #limits: QuarantineLimits;
  readonly #entries: QuarantineEntry[] = []; // oldest first
  #bytes = 0;
  #number = 0;
  #second = -1;
  #kept = new Map<RejectReason, number>();

  constructor(limits: Partial<QuarantineLimits> = {}) {
    this.#limits = { ...QUARANTINE_LIMITS, ...limits };
  }

  /** True where the next entry of this reason would be kept: asked before any work is done for it. */
  wants(reason: RejectReason, now: number): boolean {
    const second = Math.floor(now / 1000);
    if (second !== this.#second) {
      this.#second = second;
      this.#kept.clear();
    }
    return (this.#kept.get(reason) ?? 0) < this.#limits.perSecond;
  }

  /** Keeps a copy of `bytes`, if there is room for this reason in this second. */
  add(entry: Omit<QuarantineEntry, 'number' | 'length'>): void {
    if (!this.wants(entry.reason, entry.at)) return;
    this.#kept.set(entry.reason, (this.#kept.get(entry.reason) ?? 0) + 1);
    const bytes = Buffer.from(entry.bytes.subarray(0, this.#limits.entryBytes));
    this.#entries.push({ ...entry, bytes, number: ++this.#number, length: entry.bytes.length });
    this.#bytes += bytes.length;
    let drop = 0;
    while (this.#entries.length - drop > this.#limits.entries || this.#bytes > this.#limits.bytes) {
      this.#bytes -= this.#entries[drop++].bytes.length;
    }
    if (drop > 0) this.#entries.splice(0, drop);
  }

  /** Newest first, older than entry `before` where it is given. */
  list(limit: number, before = Infinity): QuarantineEntry[] {
    const found: QuarantineEntry[] = [];
    for (let i = this.#entries.length - 1; i >= 0 && found.length < limit; i--) {
      if (this.#entries[i].number < before) found.push(this.#entries[i]);
    }
    return found;
  }

  get(number: number): QuarantineEntry | undefined {
    return this.#entries.find((entry) => entry.number === number);
  }

  /** Oldest first. */
  all(): readonly QuarantineEntry[] {
    return this.#entries;
  }

  get size(): number {
    return this.#entries.length;
  }
}
