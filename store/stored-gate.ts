import type { Change } from '../model/change.js';
import type { Position } from '../model/position.js';
import type { Spool } from './spool.js';

/** What ingest and the registry see of the log: `Spool` itself, or a gate before it. */
export interface AcceptLog {
  readonly accepting: boolean;
  readonly fixesAccepted: number;
  addFix(p: Position): boolean;
  addChange(change: Change): void;
  whenAccepted(fn: () => void): void;
  onCommit(fn: () => void): void;
  onDrain(fn: () => void): void;
}

/**
 * Acknowledgement level `stored` (reliability sheet §3): accepted means that the database has committed it. Records go
 * through the spool all the same; only the word to the sender waits for the writer's watermark.
 */
export class StoredGate implements AcceptLog {
  #fixes: number;
  #storedSeq = 0;
  readonly #waiting: { seq: number; fn: () => void }[] = [];
  readonly #commitListeners: (() => void)[] = [];

  constructor(readonly spool: Spool) {
    this.#fixes = spool.fixesAccepted;
  }

  get accepting(): boolean {
    return this.spool.accepting;
  }

  /** Fixes that the database has committed. Those in the log at the start count as such: their senders are gone. */
  get fixesAccepted(): number {
    return this.#fixes;
  }

  addFix(p: Position): boolean {
    return this.spool.addFix(p);
  }

  addChange(change: Change): void {
    this.spool.addChange(change);
  }

  onDrain(fn: () => void): void {
    this.spool.onDrain(fn);
  }

  onCommit(fn: () => void): void {
    this.#commitListeners.push(fn);
  }

  whenAccepted(fn: () => void): void {
    const seq = this.spool.lastSeq;
    if (seq <= this.#storedSeq) queueMicrotask(fn);
    else this.#waiting.push({ seq, fn });
  }

  /** The writer's word: every record up to `seq` is committed, and with it `fixes` fixes since the log began. */
  stored(seq: number, fixes: number): void {
    if (seq <= this.#storedSeq) return;
    this.#storedSeq = seq;
    if (fixes > this.#fixes) this.#fixes = fixes;
    for (const fn of this.#commitListeners) fn();
    const ready = this.#waiting.findIndex((waiter) => waiter.seq > seq);
    for (const { fn } of this.#waiting.splice(0, ready < 0 ? this.#waiting.length : ready)) fn();
  }
}
