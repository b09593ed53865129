import type { Logger } from 'pino';
import type { AlertFeed } from '../alerts/log/feed.js';
import type { LiveStats } from '../model/stats.js';
import type { DataDir } from '../store/data-dir.js';
import type { Spool } from '../store/spool.js';
import type { EngineMessage, EngineOrder } from './engine-runner.js';
import type { EngineWorkerData } from './engine-worker.js';
import { WorkerThread } from './worker-thread.js';

/** An alert waits for the engine no longer than this, ms, and the engine is not woken for every flush. */
const WAKE_MS = 10;

const NOTHING_YET: LiveStats['engine'] = {
  evaluated: 0,
  notEvaluable: {},
  watermark: 0,
  inSpool: 0,
  stepFailures: {},
  alerts: {},
  clocksGivenUp: 0,
};

/** The main thread's side of the engine: feeds what it finds to the alert feed, and knows how far it is. */
export class EngineThread {
  /** How far the alert log is committed, for its other readers. */
  readonly alertsShared = new SharedArrayBuffer(16);
  /** For the engine's sake the log may lose records up to this one. */
  safeSeq = 0;
  readonly #thread: WorkerThread<EngineOrder, EngineMessage>;
  #stats = NOTHING_YET;
  #state: { state: string; detail?: string } = { state: 'starting' };
  #loaded: Promise<void> | null = null;

  constructor(private readonly parts: { dir: DataDir; spool: Spool; feed: AlertFeed; log: Logger }) {
    const { dir, spool, log } = parts;
    const data: EngineWorkerData = {
      spoolDir: dir.spool,
      alertsDir: dir.alerts,
      checkpointsDir: dir.checkpoints,
      spoolShared: spool.shared,
      alertsShared: this.alertsShared,
    };
    this.#thread = new WorkerThread({
      name: 'engine',
      url: new URL('./engine-worker.js', import.meta.url),
      data,
      wakeEveryMs: WAKE_MS,
      onMessage: (message) => this.#hear(message),
      onCrash: (error) => log.error({ err: error }, 'the engine crashed; it starts again and goes on from the log'),
      onGivenUp: (error) => this.#fail(error.message),
    });
  }

  wake(): void {
    this.#thread.wake();
  }

  /** Alerts before this number are in the database. */
  truncateAlerts(before: number): void {
    this.#thread.post({ type: 'truncate-alerts', before });
  }

  state(): { state: string; detail?: string } {
    return this.#state;
  }

  /** `accepted`: fixes in the log as of now; the engine's own word on what waits is up to half a second old. */
  stats(accepted: number): LiveStats['engine'] {
    const { evaluated, notEvaluable } = this.#stats;
    const taken = Object.values(notEvaluable).reduce((sum, n) => sum + n, evaluated);
    return { ...this.#stats, inSpool: accepted - taken };
  }

  async stop(graceMs: number): Promise<void> {
    await this.#loaded?.catch(() => {});
    await this.#thread.stop(graceMs);
  }

  #hear(message: EngineMessage): void {
    const { feed, log, dir } = this.parts;
    switch (message.type) {
      case 'ready':
        this.#state = { state: 'ready' };
        this.#loaded = feed.load(dir.alerts, message);
        this.#loaded.catch((error: Error) => log.error({ err: error }, 'the alert log could not be read'));
        break;
      case 'alerts':
        feed.push(message.transitions);
        break;
      case 'progress':
        this.#stats = message.stats;
        this.safeSeq = message.checkpointSeq;
        break;
      case 'failure':
        log.error(`engine: ${message.what} failed: ${message.message}`);
        break;
      case 'state':
        log.warn(`alert log: ${message.state}, ${message.detail}`);
        this.#state = message.state === 'ok' ? { state: 'ready' } : message;
        break;
      case 'fatal':
        this.#fail(message.message);
        break;
    }
  }

  /** Ingest goes on: what cannot be judged now is kept and judged later. */
  #fail(why: string): void {
    this.#state = { state: 'failed', detail: why };
    this.parts.log.fatal(`engine: ${why}`);
  }
}
