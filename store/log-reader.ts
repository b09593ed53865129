import type { Block } from '../model/block.js';

/** `fromSeq` was already deleted from the log. */
export class LogGapError extends Error {
  readonly code = 'log-gap';
}

/** How far a log is committed, read from what its writer shares. */
export function committedIn(shared: SharedArrayBuffer): () => number {
  const view = new BigInt64Array(shared);
  return () => Number(Atomics.load(view, 0));
}

export class LogReader {
  /** Sequence number of the next record that `next` will give. */
  position: number;
  /** What corruption cost this reader so far. */
  readonly lost = { bytes: 0, fixes: 0 };
  constructor(
    readonly dir: string,
    fromSeq: number,
    readonly committed: () => number,
  ) {
    this.position = fromSeq;
  }
  /** Whole blocks, at least one where there is one, then up to `maxBytes`; [] at the end. Throws LogGapError. */
  next(_maxBytes = 8 * 1024 * 1024): Block[] {
    return [];
  }
  close(): void {}
}
