import { existsSync, mkdirSync, writeFileSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { type Block, KIND_FIXES } from '../model/block.js';
import { type FileOps, realFiles, syncDirNow } from './file-ops.js';
import { isMissing, segmentPath } from './segment-file.js';
import { recoverSegments } from './segment-recovery.js';

export interface SegmentLogOptions {
  dir: string;
  /** A segment is closed before it would grow beyond this. Default 64 MiB. */
  segmentBytes?: number;
  /** When `append` resolves: `fsync`, on disk; `write`, handed to the kernel and on disk some `fsyncMs` later. */
  level?: 'write' | 'fsync';
  fsyncMs?: number;
  /** The next record gets at least this number: more than any that a reader may have seen. Default 1. */
  notBefore?: number;
  /** Truncation spares segments younger than `keepMs` (default 0) while fewer than `keepRecords` follow (default: any). */
  keepMs?: number;
  keepRecords?: number;
  /** BigInt64: [0] number of the last committed record, [1] fixes committed. Made where absent. */
  shared?: SharedArrayBuffer;
  files?: FileOps;
  /** Pause before a refusing disk is tried again. Default 1,000 ms. */
  retryMs?: number;
}

interface Segment {
  firstSeq: number;
  path: string;
  /** Written so far, and of that, flushed to disk. */
  bytes: number;
  durableBytes: number;
  /** Epoch ms of the last write; Infinity while it is the one being written. */
  sealedAt: number;
}

/** Large enough that the cost of a new file does not show, small enough that truncation follows the readers. */
export const SEGMENT_BYTES = 64 * 1024 * 1024;
/** Numbers left out where some may have been given and lost again; beyond what any unflushed tail can hold. */
const SEQ_JUMP = 2 ** 24;
/** Level `write` waits for the disk beyond this. */
const UNFLUSHED_BYTES_MAX = 64 * 1024 * 1024;
/** Is there while a log is open at level `write`: found at the start, the end of the log may have been lost. */
const UNFLUSHED_MARK = 'unflushed';

/**
 * The write side of a log: append-only segment files of blocks, flushed in groups, truncated by whole segments.
 * One writer per directory; readers follow it with LogReader and `committedSeq`.
 *
 * A write or flush that fails is the end of its segment (after a failed fsync the kernel may have dropped the pages, and
 * a second fsync would say that all is well): the file is cut at what was durable and never written again, and
 * everything not yet acknowledged is appended to a new one. If that fails too, the state is 'failed' until a try, one
 * every `retryMs`, succeeds; nothing is acknowledged meanwhile, and nothing is lost.
 */
export class SegmentLog {
  readonly shared: SharedArrayBuffer;
  readonly stats = { tornTails: 0, tornBytes: 0, failures: 0 };
  state: 'ok' | 'failed' = 'ok';
  readonly #o: Required<Omit<SegmentLogOptions, 'shared' | 'notBefore'>>;
  #onState: (state: 'ok' | 'failed', detail: string) => void = () => {};
  readonly #view: BigInt64Array;
  readonly #segments: Segment[];
  #active: (Segment & { fd: number }) | null = null;
  #nextSeq: number;
  /** First number after those left out; 0 where none were. */
  readonly #sureFrom: number;
  #committedSeq: number;
  #committedFixes: number;
  /** Appends run one after another; this is the last of them. */
  #queue: Promise<void> = Promise.resolve();
  #truncation: Promise<void> = Promise.resolve();
  #failuresInARow = 0;
  #closing = false;
  #closed: Promise<void> | null = null;
  #endPause: () => void = () => {};
  // Level `write` only: what the kernel has and the disk may not.
  #unflushed: Block[] = [];
  #unflushedBytes = 0;
  #flushTimer: NodeJS.Timeout | null = null;
  #flush: Promise<void> = Promise.resolve();
  #flushError: unknown = null;

  /** Recovers what is in the directory, which is made where it does not exist. Throws where it cannot be written. */
  static async open(options: SegmentLogOptions): Promise<SegmentLog> {
    return new SegmentLog(options);
  }

  private constructor(options: SegmentLogOptions) {
    this.#o = {
      dir: options.dir,
      segmentBytes: options.segmentBytes ?? SEGMENT_BYTES,
      level: options.level ?? 'fsync',
      fsyncMs: options.fsyncMs ?? 5,
      keepMs: options.keepMs ?? 0,
      keepRecords: options.keepRecords ?? Infinity,
      files: options.files ?? realFiles,
      retryMs: options.retryMs ?? 1000,
    };
    mkdirSync(options.dir, { recursive: true });
    syncDirNow(dirname(options.dir));
    const found = recoverSegments(options.dir);
    this.stats.tornTails = found.tornTails;
    this.stats.tornBytes = found.tornBytes;
    this.#segments = found.segments.map((segment) => ({ ...segment, durableBytes: segment.bytes }));
    this.#committedSeq = found.lastSeq;
    this.#committedFixes = found.fixes;
    const mark = join(options.dir, UNFLUSHED_MARK);
    const unsure = existsSync(mark);
    this.#nextSeq = Math.max(found.seenSeq + (unsure ? SEQ_JUMP : 0) + 1, options.notBefore ?? 1);
    this.#sureFrom = unsure ? this.#nextSeq : 0;
    if (this.#o.level === 'write') writeFileSync(mark, 'this log is open at acknowledgement level "write"\n');
    syncDirNow(options.dir);
    this.shared = options.shared ?? new SharedArrayBuffer(16);
    this.#view = new BigInt64Array(this.shared);
    this.#publish();
  }

  /** The number that the next record appended must have. */
  get nextSeq(): number {
    return this.#nextSeq;
  }

  get committedSeq(): number {
    return this.#committedSeq;
  }

  /** Fixes in the log since it began, deleted segments included. */
  get committedFixes(): number {
    return this.#committedFixes;
  }

  /** `listener` is told when the disk begins to refuse writes, with its words, and when it takes them again. */
  onState(listener: (state: 'ok' | 'failed', detail: string) => void): void {
    this.#onState = listener;
  }

  /** Bytes of all segments. */
  get bytes(): number {
    let sum = 0;
    for (const segment of this.#segments) sum += segment.bytes;
    return sum;
  }

  get segmentCount(): number {
    return this.#segments.length;
  }

  /**
   * Writes blocks as one group; resolves once they are committed at the level of this log. The first must begin at
   * `nextSeq` and each follow the one before (RangeError). Rejects only where the log is closed while the disk refuses.
   */
  append(blocks: readonly Block[]): Promise<void> {
    if (this.#closing) return Promise.reject(new Error(`log ${this.#o.dir} is closed`));
    let expected = this.#nextSeq;
    for (const { firstSeq, count } of blocks) {
      if (firstSeq !== expected || count < 1) {
        throw new RangeError(`log ${this.#o.dir}: a block of ${count} from ${firstSeq} where ${expected} is next`);
      }
      expected += count;
    }
    this.#nextSeq = expected;
    return this.#enqueue(() => this.#write([...blocks]));
  }

  /**
   * Deletes whole segments of which every record is below `seq`, as far as `keepMs` and `keepRecords` allow. The newest
   * segment with a record on disk always stays: the next number is read off it.
   */
  truncateBefore(seq: number): Promise<void> {
    // Not in the queue of appends: while the disk is full, this is what makes room.
    const done = this.#truncation.then(() => this.#truncate(seq));
    this.#truncation = done.catch(() => {});
    return done;
  }

  async #truncate(seq: number): Promise<void> {
    let deleted = false;
    while (this.#segments.length > 1) {
      const [oldest, next] = this.#segments;
      if (next.firstSeq > seq || !this.#segments.some((other) => other !== oldest && other.durableBytes > 0)) break;
      const recordsBehind = this.#committedSeq - next.firstSeq + 1;
      const isYoung = oldest.sealedAt > Date.now() - this.#o.keepMs;
      if (isYoung && recordsBehind < this.#o.keepRecords) break;
      this.#segments.shift();
      deleted = true;
      try {
        await this.#o.files.unlink(oldest.path);
      } catch (error) {
        if (isMissing(error)) continue;
        this.#segments.unshift(oldest);
        throw error;
      }
    }
    if (deleted) await this.#o.files.syncDir(this.#o.dir);
  }

  /** Waits for what was appended, unless the disk refuses it, and closes the files. */
  close(): Promise<void> {
    this.#closed ??= this.#close();
    return this.#closed;
  }

  async #close(): Promise<void> {
    this.#closing = true;
    this.#endPause();
    if (this.#flushTimer) clearTimeout(this.#flushTimer);
    // Where this flush fails, it puts one more write in the queue.
    if (this.#o.level === 'write') await this.#flushNow();
    await this.#queue;
    if (this.#active) await this.#finish(this.#active);
    await this.#truncation;
    // Numbers that were left out stay out only once a record behind them is on disk.
    if (this.state === 'failed' || this.#committedSeq < this.#sureFrom) return;
    await this.#o.files.unlink(join(this.#o.dir, UNFLUSHED_MARK)).catch((error) => {
      if (!isMissing(error)) throw error;
    });
  }

  #enqueue(work: () => Promise<void>): Promise<void> {
    const done = this.#queue.then(work);
    this.#queue = done.catch(() => {}); // told to whoever asked for it
    return done;
  }

  async #write(rest: Block[]): Promise<void> {
    for (;;) {
      try {
        if (this.#flushError) throw this.#flushError;
        while (rest.length > 0) rest = rest.slice(await this.#writeSome(rest));
        if (this.state === 'failed') this.#setState('ok', 'the disk takes writes again');
        this.#failuresInARow = 0;
        return;
      } catch (error) {
        this.stats.failures += 1;
        rest = [...this.#unflushed, ...rest];
        this.#unflushed = [];
        this.#unflushedBytes = 0;
        this.#flushError = null;
        await this.#giveUpSegment();
        // One failure may be the file's; a second on a new file is the disk's.
        if (++this.#failuresInARow > 1) await this.#pause(error);
      }
    }
  }

  /** Writes as many blocks as fit in the segment, and commits them. Returns how many. */
  async #writeSome(blocks: Block[]): Promise<number> {
    let segment = this.#active;
    if (segment && segment.bytes > 0 && segment.bytes + blocks[0].bytes.length > this.#o.segmentBytes) {
      await this.#finish(segment);
      segment = null;
    }
    segment ??= await this.#begin(blocks[0].firstSeq);
    const group: Block[] = [];
    let end = segment.bytes;
    for (const block of blocks) {
      if (end > 0 && end + block.bytes.length > this.#o.segmentBytes) break;
      end += block.bytes.length;
      group.push(block);
    }
    await this.#writeAll(segment, group);
    if (this.#o.level === 'fsync') {
      await this.#o.files.fdatasync(segment.fd);
      segment.durableBytes = segment.bytes;
    } else {
      for (const block of group) {
        this.#unflushed.push(block);
        this.#unflushedBytes += block.bytes.length;
      }
      await this.#flushSoon();
    }
    this.#commit(group);
    return group.length;
  }

  async #writeAll(segment: Segment & { fd: number }, group: readonly Block[]): Promise<void> {
    let parts: Uint8Array[] = group.map((block) => block.bytes);
    let position = segment.bytes;
    while (parts.length > 0) {
      let written = await this.#o.files.writev(segment.fd, parts, position);
      if (written === 0) throw new Error(`${segment.path}: the disk took no bytes`);
      position += written;
      let whole = 0;
      while (whole < parts.length && written >= parts[whole].length) written -= parts[whole++].length;
      parts = parts.slice(whole);
      if (written > 0) parts[0] = parts[0].subarray(written);
    }
    segment.bytes = position;
  }

  #commit(group: readonly Block[]): void {
    const last = group[group.length - 1];
    const lastSeq = last.firstSeq + last.count - 1;
    if (lastSeq <= this.#committedSeq) return; // level `write`: once more, to a new file
    this.#committedSeq = lastSeq;
    this.#committedFixes = last.fixesBefore + (last.kind === KIND_FIXES ? last.count : 0);
    this.#publish();
  }

  #publish(): void {
    // The number last: whoever sees it finds the count at least as far.
    Atomics.store(this.#view, 1, BigInt(this.#committedFixes));
    Atomics.store(this.#view, 0, BigInt(this.#committedSeq));
  }

  async #begin(firstSeq: number): Promise<Segment & { fd: number }> {
    const { files, dir } = this.#o;
    const path = segmentPath(dir, firstSeq);
    let fd: number;
    try {
      fd = await files.create(path);
    } catch (error) {
      // What remains of a segment that failed before anything in it was durable. It goes; the next try finds room.
      if ((error as NodeJS.ErrnoException).code === 'EEXIST') await files.unlink(path);
      throw error;
    }
    const segment = { firstSeq, path, fd, bytes: 0, durableBytes: 0, sealedAt: Infinity };
    this.#segments.push(segment);
    this.#active = segment;
    await files.syncDir(dir);
    return segment;
  }

  /** Closes a segment that is full, everything in it on disk. */
  async #finish(segment: Segment & { fd: number }): Promise<void> {
    await this.#flush;
    // A flush that failed must not be followed by one that succeeds because the kernel has dropped the pages.
    if (this.#flushError) throw this.#flushError;
    if (segment.durableBytes < segment.bytes) await this.#o.files.fdatasync(segment.fd);
    segment.durableBytes = segment.bytes;
    segment.sealedAt = Date.now();
    this.#unflushed = [];
    this.#unflushedBytes = 0;
    this.#active = null;
    await this.#o.files.close(segment.fd);
  }

  /** Ends the segment at what is durable. Each step is a best effort: blocks that stay behind are equal to their copies. */
  async #giveUpSegment(): Promise<void> {
    const segment = this.#active;
    if (!segment) return;
    this.#active = null;
    const { files } = this.#o;
    const ignore = () => {};
    await files.ftruncate(segment.fd, segment.durableBytes).catch(ignore);
    await files.close(segment.fd).catch(ignore);
    segment.bytes = segment.durableBytes;
    segment.sealedAt = Date.now();
    if (segment.durableBytes > 0) return;
    await files.unlink(segment.path).catch(ignore);
    this.#segments.splice(this.#segments.indexOf(segment), 1);
  }

  /** Level `write`: has the disk follow within `fsyncMs`; waits only where it is far behind. */
  async #flushSoon(): Promise<void> {
    if (this.#unflushedBytes > UNFLUSHED_BYTES_MAX) {
      await this.#flushNow();
    } else {
      this.#flushTimer ??= setTimeout(() => {
        this.#flushTimer = null;
        this.#flushNow();
      }, this.#o.fsyncMs);
    }
  }

  #flushNow(): Promise<void> {
    this.#flush = this.#flush.then(() => this.#flushActive());
    return this.#flush;
  }

  async #flushActive(): Promise<void> {
    const segment = this.#active;
    if (!segment || this.#flushError) return;
    const { bytes } = segment;
    const blocks = this.#unflushed.length;
    try {
      await this.#o.files.fdatasync(segment.fd);
    } catch (error) {
      if (segment !== this.#active) return;
      this.#flushError = error;
      this.#enqueue(() => this.#write([])).catch(() => {}); // rejects only at the close
      return;
    }
    if (segment !== this.#active) return;
    segment.durableBytes = bytes;
    for (const block of this.#unflushed.splice(0, blocks)) this.#unflushedBytes -= block.bytes.length;
  }

  async #pause(error: unknown): Promise<void> {
    if (this.state === 'ok') this.#setState('failed', (error as Error).message);
    if (!this.#closing) {
      await new Promise<void>((resolve) => {
        const timer = setTimeout(resolve, this.#o.retryMs);
        this.#endPause = () => {
          clearTimeout(timer);
          resolve();
        };
      });
    }
    if (this.#closing) throw error;
  }

  #setState(state: 'ok' | 'failed', detail: string): void {
    this.state = state;
    this.#onState(state, detail);
  }
}
