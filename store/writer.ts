import { setTimeout as pause } from 'node:timers/promises';
import type { AlertTransition } from '../model/alert.js';
import { readAlertCommit } from '../model/alert-commit.js';
import { type Block, KIND_ALERTS } from '../model/block.js';
import { backoffMs, explain } from './db.js';
import { describeEdition } from './edition.js';
import { LogGapError, LogReader } from './log-reader.js';
import { piecesAfter } from './writer-batch.js';
import { fixesIn, NO_PROGRESS, type WriterCounts, type WriterProgress } from './writer-progress.js';
import { type StoreSeed, WriterSession } from './writer-session.js';

export interface WriterOptions {
  /** Of the database, `postgres://…`. */
  url: string;
  /** Name of the log (store/log-id.ts). */
  node: string;
  spoolDir: string;
  alertDir: string;
  /** Last committed record of the spool, and fixes in it up to there. */
  committed: () => number;
  committedFixes: () => number;
  /** The number that the next record got when the log was opened: none from here on was given before. */
  firstNewSeq: number;
  /** Last committed transition of the alert log. */
  alertCommitted: () => number;
  /** Vehicles, terminals and fences of now; asked where the log no longer holds how they came to be. */
  catalog: () => Promise<StoreSeed>;
  onState: (state: WriterState) => void;
  onProgress: (report: WriterReport) => void;
  /** One line that an operator should read. */
  onNotice: (line: string) => void;
  /** A batch begins when it is due, this long after the one before (ms), or when so many fixes wait. */
  batchMs?: number;
  batchFixes?: number;
  /** Most that a batch reads of a log. A fix takes 62 bytes and its items, so this also bounds rows: 16,912. */
  batchBytes?: number;
  /** Days after which the database compresses tracks, where its edition can; null: never. */
  compressAfterDays?: number | null;
}

/**
 * Half a second instead of the reliability sheet's 200 ms: what a batch writes once per vehicle is then shared by more fixes
 * (docs/decisions/0005-rows-and-progress-together.md).
 */
export const DEFAULT_BATCH = { batchMs: 500, batchFixes: 16_000, batchBytes: 1024 * 1024 };

export interface WriterState {
  state: 'starting' | 'ready' | 'away';
  /** Why it is away. */
  detail: string | null;
  /** Kind and version of the database; null before it was reached. */
  edition: string | null;
}

export interface WriterReport {
  /** Last record of the spool, and last transition of the alert log, that are in the database. */
  watermark: number;
  alertWatermark: number;
  stats: WriterCounts & {
    /** Age of the oldest record that waits; 0 where none does. */
    lagSeconds: number;
  };
}

/** At most five reports a second. */
const REPORT_MS = 200;
/** Without anything to do it still looks this often, and tells how old the oldest waiting record is. */
const IDLE_MS = 1_000;
/** What is in the log is stored before the end, if it takes no longer than this. */
const DRAIN_MS = 10_000;
const HOUR_MS = 3_600_000;

/**
 * Follows the spool and the alert log into the database, from where the database says that it is, in batches. While
 * the database is away it waits, longer each time, and the logs keep what comes.
 */
export class Writer {
  readonly #options: Required<WriterOptions>;
  readonly #stop = new AbortController();
  #stopBy = Infinity;
  #progress: WriterProgress = NO_PROGRESS;
  #edition: string | null = null;
  #wake: (() => void) | null = null;
  /** Since when records wait: when the oldest of them was closed, as far as is known; NaN where none does. Epoch ms. */
  #waitingSince = NaN;
  #reportedAt = -Infinity;
  #reportTimer: NodeJS.Timeout | null = null;

  constructor(options: WriterOptions) {
    this.#options = { ...DEFAULT_BATCH, compressAfterDays: null, ...options };
  }

  /** The logs have grown. */
  wake(): void {
    this.#wake?.();
  }

  /** `run` stores what the logs hold and then resolves; where the database is away it resolves at once. */
  stop(): void {
    this.#stopBy = performance.now() + DRAIN_MS;
    this.#stop.abort();
    this.wake();
  }

  /** Resolves after `stop`; nothing that happens to the database makes it reject. */
  async run(): Promise<void> {
    const idle = setInterval(() => this.#report(), IDLE_MS);
    this.#tell('starting', null);
    for (let attempt = 0; !this.#stop.signal.aborted; attempt++) {
      let session: WriterSession | null = null;
      const before = this.#progress;
      try {
        const { url, node, compressAfterDays } = this.#options;
        session = await WriterSession.open(url, node, compressAfterDays);
        this.#edition = describeEdition(session.edition);
        await this.#follow(session);
      } catch (error) {
        if (this.#progress.seq > before.seq) attempt = 0; // it was there for a while
        this.#tell('away', explain(error));
        await pause(backoffMs(attempt), undefined, { signal: this.#stop.signal }).catch(() => {});
      } finally {
        session?.close();
      }
    }
    clearInterval(idle);
    this.#reportNow();
  }

  async #follow(session: WriterSession): Promise<void> {
    const { spoolDir, alertDir, committed, alertCommitted } = this.#options;
    await this.#meetShorterLog(session);
    if (alertCommitted() > 0 && session.progress.alertNumber > alertCommitted()) await session.rewindAlerts();
    const spool = new LogReader(spoolDir, session.progress.seq + 1, committed);
    const alerts = new LogReader(alertDir, session.progress.alertNumber + 1, alertCommitted);
    this.#progress = session.progress;
    this.#tell('ready', null);
    let daysMade = -Infinity;
    try {
      for (;;) {
        const began = performance.now();
        if (began - daysMade > HOUR_MS) {
          await session.prepareDays(Date.now());
          daysMade = began;
        }
        const stored = await this.#storeRecords(session, spool);
        const told = await this.#storeTransitions(session, alerts);
        if (stored || told) this.#report();
        if (this.#stop.signal.aborted) {
          if (!(stored || told) || performance.now() > this.#stopBy) return;
        } else {
          await this.#rest(began, () => spool.position > committed() && alerts.position > alertCommitted());
        }
      }
    } finally {
      spool.close();
      alerts.close();
    }
  }

  /** The database may have records that the log lost in a power failure, or with an older copy of its directory. */
  async #meetShorterLog(session: WriterSession): Promise<void> {
    const { committed, committedFixes, firstNewSeq, onNotice } = this.#options;
    if (session.progress.seq <= committed()) return;
    if (session.progress.seq < firstNewSeq) {
      await session.countLost(committedFixes());
    } else {
      onNotice('the log ends before what the database has of it; reading again all that the log holds');
      await session.rewindRecords();
    }
  }

  /** One batch; false where there was nothing. */
  async #storeRecords(session: WriterSession, reader: LogReader): Promise<boolean> {
    const missedBefore = session.progress.missed;
    const blocks = await this.#read(reader, async () => {
      await session.seed(await this.#options.catalog());
    });
    const pieces = piecesAfter(blocks, session.progress.seq);
    if (pieces.length === 0) return false;
    await session.storeRecords(pieces);
    this.#progress = session.progress;
    // The next record is not older than the last that was stored.
    this.#waitingSince = reader.position > this.#options.committed() ? NaN : blocks[blocks.length - 1].closedAt;
    const missed = session.progress.missed - missedBefore;
    if (missed !== 0) {
      this.#options.onNotice(
        missed > 0
          ? `${missed} fixes are no longer in the log and were not stored in this database by us`
          : `the database has ${-missed} fixes that the log lost`,
      );
    }
    return true;
  }

  async #storeTransitions(session: WriterSession, reader: LogReader): Promise<boolean> {
    const blocks = await this.#read(reader, async () => {});
    const transitions = transitionsAfter(blocks, session.progress.alertNumber);
    if (transitions.length === 0) return false;
    await session.storeTransitions(transitions);
    this.#progress = session.progress;
    return true;
  }

  /** The next blocks; where the log was cut beyond our place, what is left of it, after `onGap`. */
  async #read(reader: LogReader, onGap: () => Promise<void>): Promise<Block[]> {
    try {
      return reader.next(this.#options.batchBytes);
    } catch (error) {
      if (!(error instanceof LogGapError)) throw error;
      await onGap();
      reader.position = error.oldest;
      return reader.next(this.#options.batchBytes);
    }
  }

  /** Until the next batch is due: not before there is something, and then when it is large or old enough. */
  async #rest(began: number, nothing: () => boolean): Promise<void> {
    const { batchMs, batchFixes, committedFixes } = this.#options;
    if (nothing()) await this.#nap(IDLE_MS);
    while (!this.#stop.signal.aborted && committedFixes() - fixesIn(this.#progress) < batchFixes) {
      const left = began + batchMs - performance.now();
      if (left <= 0) return;
      await this.#nap(left);
    }
  }

  /** Ends early at `wake`. */
  #nap(ms: number): Promise<void> {
    return new Promise((resolve) => {
      const done = () => {
        clearTimeout(timer);
        this.#wake = null;
        resolve();
      };
      const timer = setTimeout(done, ms);
      this.#wake = done;
    });
  }

  #tell(state: WriterState['state'], detail: string | null): void {
    this.#options.onState({ state, detail, edition: this.#edition });
    this.#report();
  }

  #report(): void {
    const wait = this.#reportedAt + REPORT_MS - performance.now();
    if (wait <= 0) this.#reportNow();
    else this.#reportTimer ??= setTimeout(() => this.#reportNow(), wait);
  }

  #reportNow(): void {
    if (this.#reportTimer) clearTimeout(this.#reportTimer);
    this.#reportTimer = null;
    this.#reportedAt = performance.now();
    const { seq, alertNumber, ...counts } = this.#progress;
    this.#options.onProgress({
      watermark: seq,
      alertWatermark: alertNumber,
      stats: { ...counts, lagSeconds: this.#lagSeconds(seq) },
    });
  }

  #lagSeconds(seq: number): number {
    if (seq >= this.#options.committed()) {
      this.#waitingSince = NaN;
      return 0;
    }
    const now = Date.now();
    if (Number.isNaN(this.#waitingSince)) this.#waitingSince = now;
    return Math.max(0, (now - this.#waitingSince) / 1000);
  }
}

/** The transitions of blocks of the alert log that come after number `number`. */
function transitionsAfter(blocks: readonly Block[], number: number): AlertTransition[] {
  const transitions: AlertTransition[] = [];
  for (const block of blocks) {
    if (block.kind !== KIND_ALERTS) continue;
    const commit = readAlertCommit(block);
    for (const [i, transition] of commit.transitions.entries()) {
      const place = block.firstSeq + i;
      if (place > number) transitions.push({ ...transition, number: place });
    }
  }
  return transitions;
}
