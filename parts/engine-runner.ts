import { alertBlocks } from '../alerts/log/alert-commit.js';
import { Engine } from '../engine.js';
import type { Alert, AlertCommit, AlertTransition } from '../model/alert.js';
import type { Block } from '../model/block.js';
import type { LiveStats } from '../model/stats.js';
import type { Checkpoint } from '../store/checkpoint.js';
import { LogGapError } from '../store/log-reader.js';

/** What the engine's thread tells the main thread. */
export type EngineMessage =
  /** It has found its state and goes on from there. `open`: every open alert, oldest first. */
  | { type: 'ready'; epoch: string; alertNumber: number; watermark: number; open: Alert[] }
  /** Committed to the alert log, in order. */
  | { type: 'alerts'; epoch: string; transitions: AlertTransition[] }
  /** `watermark`: last record evaluated. `checkpointSeq`: the spool may be cut up to this record. */
  | { type: 'progress'; watermark: number; checkpointSeq: number; stats: LiveStats['engine'] }
  /** A step or rule threw; at most one of these in a second. */
  | { type: 'failure'; what: string; message: string }
  | { type: 'state'; state: 'ok' | 'failed'; detail: string }
  | { type: 'stopped' }
  | { type: 'fatal'; message: string };

/** What the main thread tells the engine's. */
export type EngineOrder =
  | { type: 'wake' }
  | { type: 'stop' }
  /** Alerts before this number are stored elsewhere; the log keeps what clients may still resume from. */
  | { type: 'truncate-alerts'; before: number };

/** Everything outside that the runner touches. */
export interface RunnerIo {
  /** Name of this generation of the alert log. */
  readonly epoch: string;
  /** The log of fixes and changes from record `fromSeq`. */
  openInput(fromSeq: number): { next(maxBytes?: number): Block[]; readonly lost: { fixes: number }; close(): void };
  /** Fixes committed in the input log since it began. */
  fixesCommitted(): number;
  readonly alertLog: { readonly nextSeq: number; append(blocks: readonly Block[]): Promise<void> };
  /** The newest commit in the alert log, or null. */
  lastCommit(): AlertCommit | null;
  loadCheckpoint(): Promise<Checkpoint | null>;
  /** Resolves to the record up to which the input is no longer needed. */
  saveCheckpoint(checkpoint: Checkpoint): Promise<number>;
  tell(message: EngineMessage): void;
  /** Epoch ms, for pacing and for the time of commits; nothing that is decided depends on it. */
  now(): number;
}

export interface RunnerOptions {
  checkpointMs?: number;
  checkpointRecords?: number;
  /** From one checkpoint to the next at least so many times what copying the state took. */
  checkpointRest?: number;
  progressMs?: number;
  /** A step takes no longer than this … */
  commitMs?: number;
  /** … and from the first alert on no longer than this: whoever waits for it does not wait for what comes behind it. */
  alertMs?: number;
  commitTransitions?: number;
}

const DEFAULTS: Required<RunnerOptions> = {
  checkpointMs: 30_000,
  checkpointRecords: 1_000_000,
  checkpointRest: 100,
  progressMs: 200,
  commitMs: 200,
  alertMs: 20,
  commitTransitions: 500,
};

/** Small enough that alerts of one piece are soon told, large enough that reading costs little. */
const READ_BYTES = 1024 * 1024;
const CHECKPOINT_PART = 'engine';

/**
 * Runs the engine over the log: reads, evaluates, commits what it found to the alert log, and only then tells of it.
 *
 * Exactly-once: state is a function of the log, and the alert log says how far it is covered. After a crash the engine
 * starts at its checkpoint, and what it finds again is dropped (docs/decisions/0004-alerts-by-replay.md).
 */
export class EngineRunner {
  readonly #o: Required<RunnerOptions>;
  #input: ReturnType<RunnerIo['openInput']>;
  /** The state holds transitions that are not in the alert log: no checkpoint may be made of it. */
  #uncommitted = false;
  /** Transitions caused by input up to here are in the alert log, and … */
  readonly #coveredSeq: number;
  /** … so are this many of those caused by later input. */
  #coveredBeyond: number;
  #checkpointSeq: number;
  #checkpointAt: number;
  /** What the copy of the state for the last one took. */
  #copyMs = 0;
  #cutSeq = 0;
  #saving: Promise<void> | null = null;
  #lostFixes = 0;
  #progressAt = -Infinity;
  #progressSeq = -1;
  #failureAt = -Infinity;

  private constructor(
    readonly engine: Engine,
    private readonly io: RunnerIo,
    options: RunnerOptions,
    covered: AlertCommit | null,
  ) {
    this.#o = { ...DEFAULTS, ...options };
    this.#coveredSeq = covered?.inputSeq ?? 0;
    this.#coveredBeyond = covered?.beyond ?? 0;
    this.#checkpointSeq = engine.seq;
    this.#checkpointAt = io.now();
    this.#input = io.openInput(engine.seq + 1);
    engine.onFailure = (what, error) => this.#tellFailure(what, error);
  }

  /** Finds the state: the checkpoint, or the log's start where there is none of this version. */
  static async start(io: RunnerIo, options: RunnerOptions = {}): Promise<EngineRunner> {
    const checkpoint = await io.loadCheckpoint();
    const state = checkpoint?.parts[CHECKPOINT_PART];
    const engine = (state && Engine.from(state)) || new Engine();
    const runner = new EngineRunner(engine, io, options, io.lastCommit());
    const { epoch, alertLog } = io;
    const open = engine.openAlerts();
    io.tell({ type: 'ready', epoch, alertNumber: alertLog.nextSeq - 1, watermark: engine.seq, open });
    return runner;
  }

  /**
   * Evaluates what the log has, up to a commit's worth, and commits. False where there was nothing.
   * Throws where the log no longer has what the state needs next.
   */
  async step(): Promise<boolean> {
    const { commitTransitions, commitMs, alertMs } = this.#o;
    const transitions: AlertTransition[] = [];
    let worked = false;
    let until = this.io.now() + commitMs;
    while (transitions.length < commitTransitions && this.io.now() < until) {
      const blocks = this.#read();
      if (blocks.length === 0) break;
      worked = true;
      for (const block of blocks) {
        this.engine.apply(block);
        for (const transition of this.engine.take()) if (this.#isNew(transition)) transitions.push(transition);
      }
      if (transitions.length > 0) until = Math.min(until, this.io.now() + alertMs);
    }
    await this.#commit(transitions);
    this.#tellProgress();
    if (this.#checkpointIsDue()) this.#startCheckpoint();
    return worked;
  }

  /** Saves the state and lets go of the log. */
  async stop(): Promise<void> {
    await this.#saving;
    if (this.engine.seq > this.#checkpointSeq && !this.#uncommitted) this.#startCheckpoint();
    await this.#saving;
    this.#progressAt = -Infinity;
    this.#tellProgress();
    this.#input.close();
  }

  #read(): Block[] {
    const blocks = this.#nextBlocks();
    const lost = this.#input.lost.fixes - this.#lostFixes;
    if (lost > 0) {
      this.#lostFixes += lost;
      this.engine.noteLost(lost);
    }
    return blocks;
  }

  #nextBlocks(): Block[] {
    try {
      return this.#input.next(READ_BYTES);
    } catch (error) {
      // A log may begin at a number above 1 and yet be whole: nothing was counted before its first block.
      if (!(error instanceof LogGapError) || this.engine.seq > 0) throw error;
      this.#input.close();
      this.#input = this.io.openInput(error.oldest);
      const blocks = this.#input.next(READ_BYTES);
      if (blocks.length === 0 || blocks[0].fixesBefore > 0) throw error;
      return blocks;
    }
  }

  /** False for what the alert log has from before a restart. */
  #isNew(transition: AlertTransition): boolean {
    if (transition.inputSeq <= this.#coveredSeq) return false;
    if (this.#coveredBeyond === 0) return true;
    this.#coveredBeyond--;
    return false;
  }

  async #commit(transitions: AlertTransition[]): Promise<void> {
    if (transitions.length === 0) return;
    const { alertLog, epoch } = this.io;
    this.#uncommitted = true;
    await alertLog.append(alertBlocks(transitions, this.engine.seq, alertLog.nextSeq, this.io.now()));
    this.#uncommitted = false;
    this.io.tell({ type: 'alerts', epoch, transitions });
  }

  #checkpointIsDue(): boolean {
    const records = this.engine.seq - this.#checkpointSeq;
    // At rest one more is made: the log may be cut only up to the older of the two that are kept, and a log that is full
    // takes in nothing that would bring the next one about.
    if ((records === 0 && this.#cutSeq >= this.#checkpointSeq) || this.#saving) return false;
    // Copying the state of a large fleet takes a while, in which nobody hears of an alert: not too often, then.
    if (this.io.now() - this.#checkpointAt < this.#copyMs * this.#o.checkpointRest) return false;
    return records >= this.#o.checkpointRecords || this.io.now() - this.#checkpointAt >= this.#o.checkpointMs;
  }

  /** The state is copied now, with every alert in it committed; the disk takes its time beside the next steps. */
  #startCheckpoint(): void {
    const { seq } = this.engine;
    this.#checkpointSeq = seq;
    this.#checkpointAt = this.io.now();
    const parts = { [CHECKPOINT_PART]: this.engine.snapshot() };
    this.#copyMs = this.io.now() - this.#checkpointAt;
    this.#saving = this.io
      .saveCheckpoint({ seq, parts })
      .then(
        (cutSeq) => {
          this.#cutSeq = cutSeq;
          this.#progressSeq = -1;
        },
        (error: unknown) => this.#tellFailure('checkpoint', error), // the log stays longer; the next try may succeed
      )
      .finally(() => {
        this.#saving = null;
      });
  }

  #tellProgress(): void {
    const now = this.io.now();
    if (now - this.#progressAt < this.#o.progressMs || this.engine.seq === this.#progressSeq) return;
    this.#progressAt = now;
    this.#progressSeq = this.engine.seq;
    const stats = this.stats();
    this.io.tell({ type: 'progress', watermark: this.engine.seq, checkpointSeq: this.#cutSeq, stats });
  }

  /** Counters as of now; `inSpool` from what is committed and what was taken in. */
  stats(): LiveStats['engine'] {
    const { evaluated, notEvaluable, stepFailures, alerts, clocksGivenUp } = this.engine.counters;
    const taken = Object.values(notEvaluable).reduce((sum, n) => sum + n, evaluated);
    return {
      evaluated,
      notEvaluable: { ...notEvaluable },
      watermark: this.engine.seq,
      inSpool: Math.max(0, this.io.fixesCommitted() - taken),
      stepFailures: { ...stepFailures },
      alerts: { ...alerts },
      clocksGivenUp,
    };
  }

  #tellFailure(what: string, error: unknown): void {
    const now = this.io.now();
    if (now - this.#failureAt < 1000) return;
    this.#failureAt = now;
    this.io.tell({
      type: 'failure',
      what,
      message: error instanceof Error ? (error.stack ?? error.message) : `${error}`,
    });
  }
}

/** What to say, and what to do, where the engine cannot go on. */
export function fatalMessage(error: unknown): string {
  if (error instanceof LogGapError) {
    return `${error.message}. The engine's checkpoint is missing or of another version, and the log before it is gone: put back checkpoints/engine.checkpoint from a backup, or go on with an empty data directory`;
  }
  return `the engine stopped: ${error instanceof Error ? (error.stack ?? error.message) : String(error)}`;
}
