import { statSync } from 'node:fs';
import { type Block, KIND_FIXES } from '../model/block.js';
import { isMissing, listSegments, SegmentFile, type SegmentName } from './segment-file.js';

/** What a reader was asked for is no longer in the log. */
export class LogGapError extends Error {
  readonly code = 'log-gap';

  constructor(
    dir: string,
    readonly wanted: number,
    readonly oldest: number,
  ) {
    super(`log ${dir}: record ${wanted} is gone, the oldest kept is ${oldest}; start from a checkpoint at or after it`);
  }
}

/** How far a log is committed, as its writer shares it (`SegmentLog.shared`). */
export function committedIn(shared: SharedArrayBuffer): () => number {
  const view = new BigInt64Array(shared);
  return () => Number(Atomics.load(view, 0));
}

/**
 * Follows a log through its files, synchronously, from any record to the committed end and on: start-up, catch-up and
 * normal running are the same calls. Any number of readers, in any thread, beside one writer.
 *
 * Blocks come whole: the first may begin before the record asked for, and whoever counts records skips those below
 * `position` as it was before the call. Blocks stay valid for as long as they are kept.
 *
 * A segment may be deleted while it is read. Bytes that are no good block although the log says that something was
 * committed there are stepped over to the next good block, and told in `lost`.
 */
export class LogReader {
  /** Number of the next record that `next` will give. */
  position: number;
  /** What corruption has cost this reader: bytes stepped over, and fixes that were in them. */
  readonly lost = { bytes: 0, fixes: 0 };
  #file: SegmentFile | null = null;
  /** Fixes in the log up to `position`; NaN until the first block tells. */
  #fixes = NaN;

  constructor(
    readonly dir: string,
    fromSeq: number,
    readonly committed: () => number,
  ) {
    this.position = fromSeq;
  }

  /**
   * The next blocks of one segment, as many as fit in `maxBytes` and at least one; [] at the committed end only.
   * Throws LogGapError where the record at `position` was deleted.
   */
  next(maxBytes = 8 * 1024 * 1024): Block[] {
    const committed = this.committed();
    const blocks: Block[] = [];
    let bytes = 0;
    while (this.position <= committed) {
      const block = this.#file?.peek();
      if (typeof block !== 'object') {
        // Before going on to another place, which may fail: what was found so far is not to be lost.
        if (blocks.length > 0 || !this.#moveOn()) break;
        continue;
      }
      const lastSeq = block.firstSeq + block.count - 1;
      // Only whole groups are committed, so a block that reaches beyond is one that is still being written.
      if (lastSeq > committed) break;
      bytes += block.bytes.length;
      if (bytes > maxBytes && blocks.length > 0) break;
      this.#file?.advance(block);
      if (lastSeq < this.position) continue;
      this.#countFixes(block);
      this.position = lastSeq + 1;
      blocks.push(block);
    }
    return blocks;
  }

  close(): void {
    this.#file?.close();
    this.#file = null;
  }

  /** Goes to where the record at `position` must be. False where it is nowhere yet. */
  #moveOn(): boolean {
    // Only a new list says what follows a segment that was deleted between being listed and being opened.
    return this.#find() ?? this.#find() ?? false;
  }

  /** The same; null where the segment is gone that it must be in. */
  #find(): boolean | null {
    const segments = listSegments(this.dir);
    const holder = segments.findLast((segment) => segment.firstSeq <= this.position);
    if (!holder) {
      if (segments.length === 0) return false;
      throw new LogGapError(this.dir, this.position, segments[0].firstSeq);
    }
    if (!this.#isOpen(holder)) return this.#open(holder);
    // The right file, and yet the record is not there: rotten bytes, or numbers that were never given.
    const skipped = this.#file?.resync() ?? 0;
    this.lost.bytes += skipped;
    if (skipped > 0) return true;
    const following = segments.find((segment) => segment.firstSeq > this.position);
    if (!following) return false;
    this.lost.bytes += this.#file ? this.#file.size - this.#file.offset : 0;
    this.position = following.firstSeq;
    return this.#open(following);
  }

  /** Null where it was deleted since it was listed. */
  #open(segment: SegmentName): true | null {
    this.close();
    try {
      this.#file = new SegmentFile(segment);
      return true;
    } catch (error) {
      if (isMissing(error)) return null;
      throw error;
    }
  }

  #isOpen(segment: SegmentName): boolean {
    if (this.#file?.path !== segment.path) return false;
    // A segment that failed before anything in it was durable is replaced by another of the same name.
    return statSync(segment.path, { throwIfNoEntry: false })?.ino === this.#file.inode;
  }

  #countFixes(block: Block): void {
    if (block.fixesBefore > this.#fixes) this.lost.fixes += block.fixesBefore - this.#fixes;
    this.#fixes = block.fixesBefore + (block.kind === KIND_FIXES ? block.count : 0);
  }
}
