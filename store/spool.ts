import { mkdirSync, statfsSync, statSync } from 'node:fs';
import {
  allocBlock,
  BLOCK_HEADER_BYTES,
  BLOCK_MAX_BYTES,
  type Block,
  type BlockKind,
  closeBlock,
  KIND_CHANGE,
  KIND_FIXES,
} from '../model/block.js';
import type { Change } from '../model/change.js';
import { FixBatchBuilder } from '../model/fix-batch.js';
import type { Position } from '../model/position.js';
import type { SpoolState } from '../model/stats.js';
import { jsonBytes } from '../model/written-geometry.js';
import type { FileOps } from './file-ops.js';
import { listSegments } from './segment-file.js';
import { SEGMENT_BYTES, SegmentLog } from './segment-log.js';

export interface SpoolOptions {
  dir: string;
  /** Default 64 MiB, and never more than an eighth of the quota, so that truncation can always make room. */
  segmentBytes?: number;
  /** Quota. Default 20 GiB or 70 % of the free space at the start, whichever is less. */
  maxBytes?: number;
  /** When a record counts as accepted: `fsync` (default), on disk; `write`, handed to the kernel. */
  ackLevel?: 'write' | 'fsync';
  /** Level `write` only: how soon the disk follows. Default 5 ms. */
  fsyncMs?: number;
  /** The next record gets at least this number: more than any number that a reader has a watermark for. */
  notBefore?: number;
  /** Fixes, and bytes, that may wait for the disk. Default 50,000 and 64 MiB. */
  maxPendingFixes?: number;
  maxPendingBytes?: number;
  files?: FileOps;
  retryMs?: number;
  /** Told of exceptions that callbacks throw. Default: a process warning. */
  onError?: (error: unknown) => void;
}

export interface SpoolStats {
  flushes: number;
  /** ms that all flushes took together, and the longest since `stats` was last called. */
  flushMsSum: number;
  flushMsMax: number;
  segments: number;
  tornTails: number;
  tornBytes: number;
  /** Writes or flushes that the disk refused. */
  failures: number;
}

const MAX_BYTES = 20 * 1024 ** 3;
const SHARE_OF_FREE_SPACE = 0.7;
const FILLING = 0.7;

/**
 * Where records become durable: fixes and changes, in the order of the calls, into one log by group commit.
 *
 * While one group is being flushed the next collects; when the flush ends the next starts at once, so groups grow with
 * the load and with the slowness of the disk. On an idle disk the first record waits for the end of the event loop's
 * turn, so that what is read from all sockets in that turn shares a flush.
 */
export class Spool {
  readonly maxBytes: number;
  readonly #log: SegmentLog;
  readonly #maxPendingFixes: number;
  readonly #maxPendingBytes: number;
  readonly #onError: (error: unknown) => void;
  readonly #builder = new FixBatchBuilder();
  /** Blocks for the next flush, and whom to call after it. */
  #sealed: Block[] = [];
  #waiters: (() => void)[] = [];
  /** Whom to call after the flush that is running. */
  #flyingWaiters: (() => void)[] = [];
  #flight: 'idle' | 'scheduled' | 'flushing' = 'idle';
  #nextSeq: number;
  #fixesAdded: number;
  #fixesSealed: number;
  /** Bytes of blocks not yet committed; the builder's few hundred KiB are left out. */
  #pendingBytes = 0;
  /** Where `#fixesAdded` and `#pendingBytes` reach the bound: of memory, or of what the quota leaves. */
  #fixesLimit = 0;
  #bytesLimit = 0;
  #accepting = true;
  #closed = false;
  #afterLast: (() => void) | null = null;
  #state: SpoolState = 'ok';
  readonly #commitListeners: ((blocks: readonly Block[]) => void)[] = [];
  readonly #drainListeners: (() => void)[] = [];
  readonly #stateListeners: ((state: SpoolState, detail: string) => void)[] = [];
  #flushes = 0;
  #flushMsSum = 0;
  #flushMsMax = 0;

  /** Recovers the log in `dir`. Throws where the directory cannot be written. */
  static async open(options: SpoolOptions): Promise<Spool> {
    mkdirSync(options.dir, { recursive: true });
    const maxBytes = Math.floor(options.maxBytes ?? Math.min(MAX_BYTES, roomFor(options.dir) * SHARE_OF_FREE_SPACE));
    const log = await SegmentLog.open({
      ...options,
      level: options.ackLevel,
      segmentBytes: Math.min(options.segmentBytes ?? SEGMENT_BYTES, Math.ceil(maxBytes / 8)),
    });
    return new Spool(log, maxBytes, options);
  }

  private constructor(log: SegmentLog, maxBytes: number, options: SpoolOptions) {
    this.#log = log;
    this.maxBytes = maxBytes;
    this.#maxPendingFixes = options.maxPendingFixes ?? 50_000;
    this.#maxPendingBytes = options.maxPendingBytes ?? 64 * 1024 * 1024;
    this.#onError = options.onError ?? ((error) => process.emitWarning(error as Error));
    this.#nextSeq = log.nextSeq;
    this.#fixesAdded = log.committedFixes;
    this.#fixesSealed = log.committedFixes;
    log.onState((_, detail) => this.#updateState(detail));
    this.#updateState();
  }

  /** BigInt64: [0] number of the last committed record, [1] fixes committed; written after they are durable. */
  get shared(): SharedArrayBuffer {
    return this.#log.shared;
  }

  get committedSeq(): number {
    return this.#log.committedSeq;
  }

  /** Number of the last record added, committed or not. */
  get lastSeq(): number {
    return this.#nextSeq - 1;
  }

  /** Fixes committed since the log began, through every restart. */
  get fixesAccepted(): number {
    return this.#log.committedFixes;
  }

  /** Fixes added and not yet committed. */
  get pendingFixes(): number {
    return this.#fixesAdded - this.#log.committedFixes;
  }

  /** Bytes on disk. */
  get bytes(): number {
    return this.#log.bytes;
  }

  get state(): SpoolState {
    return this.#state;
  }

  /** False while `addFix` refuses: too much is pending, the quota is full, or the disk refuses writes. */
  get accepting(): boolean {
    return this.#accepting;
  }

  /** Takes a fix and gives it its `seq`. False, and nothing taken, while full: `onDrain` tells when to go on. */
  addFix(p: Position): boolean {
    if (!this.#accepting) return false;
    if (!this.#builder.add(p)) {
      this.#sealFixes();
      this.#builder.add(p); // the empty builder has room for the largest items there are
    }
    p.seq = this.#nextSeq++;
    if (++this.#fixesAdded >= this.#fixesLimit) this.#updateState();
    if (this.#flight === 'idle') this.#schedule();
    return true;
  }

  /**
   * Takes a change, behind the fixes added before it. Never refuses for want of room, because a change may be what the
   * fixes behind it need; who makes changes asks `accepting` first. Throws RangeError where it is too long for a block.
   */
  addChange(change: Change): void {
    if (this.#closed) throw new Error('the spool is closed');
    const body =
      change.type === 'fence-put' ? jsonBytes(change, 'fence', 'geometry') : Buffer.from(JSON.stringify(change));
    if (body.length > BLOCK_MAX_BYTES - BLOCK_HEADER_BYTES - 8) {
      throw new RangeError(
        `a change of ${body.length} bytes; the log takes ${BLOCK_MAX_BYTES - BLOCK_HEADER_BYTES - 8}`,
      );
    }
    this.#sealFixes();
    const block = allocBlock(body.length);
    block.set(body, BLOCK_HEADER_BYTES);
    this.#nextSeq += 1;
    this.#seal(block, KIND_CHANGE, 1);
    if (this.#flight === 'idle') this.#schedule();
  }

  /** Calls `fn` once everything added so far is committed. Calls come in the order of the requests, never at once. */
  whenAccepted(fn: () => void): void {
    if (this.#builder.count > 0 || this.#sealed.length > 0) this.#waiters.push(fn);
    else if (this.#flight === 'flushing') this.#flyingWaiters.push(fn);
    else queueMicrotask(() => this.#call(fn));
  }

  /** `fn` gets the blocks of each commit, in order, after `committedSeq` has passed them. */
  onCommit(fn: (blocks: readonly Block[]) => void): void {
    this.#commitListeners.push(fn);
  }

  /** `fn` is called when `addFix`, having refused, accepts again. */
  onDrain(fn: () => void): void {
    this.#drainListeners.push(fn);
  }

  /** `fn` is called when `state` has changed, with what the disk said where it failed. */
  onState(fn: (state: SpoolState, detail: string) => void): void {
    this.#stateListeners.push(fn);
  }

  stats(): SpoolStats {
    const flushMsMax = this.#flushMsMax;
    this.#flushMsMax = 0;
    return {
      flushes: this.#flushes,
      flushMsSum: this.#flushMsSum,
      flushMsMax,
      segments: this.#log.segmentCount,
      ...this.#log.stats,
    };
  }

  /** Deletes segments of which every record is below `seq`: every reader and every checkpoint must have passed it. */
  async truncateBefore(seq: number): Promise<void> {
    await this.#log.truncateBefore(seq);
    this.#updateState();
  }

  /** Refuses what comes, flushes what came (unless the disk refuses it: then it was never acknowledged), and closes. */
  async close(): Promise<void> {
    this.#closed = true;
    this.#accepting = false;
    if (this.#flight === 'scheduled') this.#flush();
    if (this.#flight === 'flushing' && this.#log.state === 'ok') {
      await new Promise<void>((resolve) => {
        this.#afterLast = resolve;
      });
    }
    await this.#log.close();
  }

  #schedule(): void {
    this.#flight = 'scheduled';
    setImmediate(() => {
      if (this.#flight === 'scheduled') this.#flush();
    });
  }

  #flush(): void {
    this.#sealFixes();
    const blocks = this.#sealed;
    if (blocks.length === 0) {
      this.#flight = 'idle';
      this.#afterLast?.();
      return;
    }
    this.#sealed = [];
    this.#flyingWaiters = this.#waiters;
    this.#waiters = [];
    this.#flight = 'flushing';
    const begun = performance.now();
    this.#log.append(blocks).then(
      () => this.#committed(blocks, performance.now() - begun),
      // Rejected only by closing a log whose disk refuses writes: nobody was promised anything.
      () => this.#afterLast?.(),
    );
  }

  #committed(blocks: readonly Block[], ms: number): void {
    this.#flushes += 1;
    this.#flushMsSum += ms;
    if (ms > this.#flushMsMax) this.#flushMsMax = ms;
    for (const block of blocks) this.#pendingBytes -= block.bytes.length;
    const accepted = this.#flyingWaiters;
    // The disk first, so that it works while the callbacks run.
    this.#flush();
    for (const listener of this.#commitListeners) this.#call(() => listener(blocks));
    for (const fn of accepted) this.#call(fn);
    this.#updateState();
  }

  #sealFixes(): void {
    const { count } = this.#builder;
    if (count > 0) this.#seal(this.#builder.take(), KIND_FIXES, count);
  }

  /** Closes a block whose records, `count` of them, are the last that got numbers. */
  #seal(block: Buffer, kind: BlockKind, count: number): void {
    const firstSeq = this.#nextSeq - count;
    this.#sealed.push(
      closeBlock(block, { kind, firstSeq, count, fixesBefore: this.#fixesSealed, closedAt: Date.now() }),
    );
    if (kind === KIND_FIXES) this.#fixesSealed += count;
    this.#pendingBytes += block.length;
    if (this.#pendingBytes >= this.#bytesLimit) this.#updateState();
  }

  /** Brings `state` and `accepting` up to date, and tells whoever wants to know of a change. */
  #updateState(detail = ''): void {
    const bytes = this.#log.bytes;
    this.#fixesLimit = this.#log.committedFixes + this.#maxPendingFixes;
    this.#bytesLimit = Math.min(this.#maxPendingBytes, this.maxBytes - bytes);
    const state = this.#judge(bytes);
    const before = this.#state;
    this.#state = state;
    const mayAccept = !this.#closed && (state === 'ok' || state === 'filling');
    if (this.#accepting) {
      this.#accepting = mayAccept && this.#pendingBytes < this.#bytesLimit && this.#fixesAdded < this.#fixesLimit;
    } else if (
      mayAccept &&
      this.#pendingBytes <= this.#maxPendingBytes / 2 &&
      this.pendingFixes <= this.#maxPendingFixes / 2
    ) {
      this.#accepting = true;
      for (const fn of this.#drainListeners) this.#call(fn);
    }
    if (state === 'failed') this.#afterLast?.();
    if (state !== before) for (const fn of this.#stateListeners) this.#call(() => fn(state, detail));
  }

  #judge(bytes: number): SpoolState {
    if (this.#log.state === 'failed') return 'failed';
    if (bytes + this.#pendingBytes >= this.maxBytes) return 'full';
    return bytes >= this.maxBytes * FILLING ? 'filling' : 'ok';
  }

  #call(fn: () => void): void {
    try {
      fn();
    } catch (error) {
      this.#onError(error); // one faulty callback must not cost the others theirs
    }
  }
}

/** Bytes that a log in `dir` can have: what is free, and what it has already. */
function roomFor(dir: string): number {
  const { bavail, bsize } = statfsSync(dir);
  let bytes = bavail * bsize;
  for (const { path } of listSegments(dir)) bytes += statSync(path).size;
  return bytes;
}
