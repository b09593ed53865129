import { setTimeout as pause } from 'node:timers/promises';
import type { Logger } from 'pino';
import type { CommandDispatcher } from '../ingest/commands.js';
import { fleetTime } from '../model/fleet-clock.js';
import type { Registry } from '../store/registry.js';
import type { ShownState } from '../store/shown-state.js';
import type { Spool } from '../store/spool.js';
import type { Database } from './database.js';
import type { EngineThread } from './engine-thread.js';

const CHECKPOINT_MS = 60_000;
const TRUNCATE_MS = 5_000;
const TICK_MS = 5_000;
/** Recorded tracks may run fast: time is looked at so often, and told where it has gone on by so much. */
const FAST_TICK_MS = 250;
const LEAST_TICK_MS = 1_000;

interface HousekeepingParts {
  spool: Spool;
  state: ShownState;
  registry: Registry;
  dispatcher: CommandDispatcher;
  engine: EngineThread;
  database: Database;
  /** Recorded tracks have a time of their own, which may run fast. */
  replaying: boolean;
  clock: () => number;
  log: Logger;
}

/** What is done now and then: the time told to the log, checkpoints, and segments deleted that nobody needs any more. */
export class Housekeeping {
  readonly #parts: HousekeepingParts;
  readonly #timers: NodeJS.Timeout[];
  #saving: Promise<void> | null = null;
  #ticked = -Infinity;

  constructor(parts: HousekeepingParts) {
    this.#parts = parts;
    this.#timers = [
      setInterval(() => this.#tick(), parts.replaying ? FAST_TICK_MS : TICK_MS),
      setInterval(() => this.#tidy('checkpoint', this.#checkpoint()), CHECKPOINT_MS),
      setInterval(() => this.#tidy('truncation', this.truncate()), TRUNCATE_MS),
    ];
  }

  /** Nothing comes by itself any more. */
  stop(): void {
    for (const timer of this.#timers) clearInterval(timer);
  }

  /**
   * Everything that was accepted is in the log, and the last checkpoint knows of it. False where the disk has not taken it
   * within `graceMs`: none of that was acknowledged, and the next start goes on from what there is.
   */
  async settle(graceMs: number): Promise<boolean> {
    const settled = this.#settled().then(() => true);
    if (await Promise.race([settled, pause(graceMs, false, { ref: false })])) return true;
    this.#parts.log.warn('the log takes nothing: what it does not have was not acknowledged');
    return false;
  }

  async #settled(): Promise<void> {
    await this.#flushed();
    await this.#saving?.catch(() => {}); // it may not know of the last ones
    await this.#checkpoint().catch((error: Error) => this.#parts.log.warn(`checkpoint: ${error.message}`));
  }

  /** Deletes segments of both logs that no reader needs any more. */
  async truncate(): Promise<void> {
    const { spool, state, engine, database } = this.#parts;
    // Where room is short, it does not wait for the next checkpoint's turn.
    if (spool.state !== 'ok' && state.safeSeq < Math.min(engine.safeSeq, database.storedSeq)) await this.#checkpoint();
    await spool.truncateBefore(Math.min(state.safeSeq, engine.safeSeq, database.storedSeq) + 1);
    engine.truncateAlerts(database.alertsStored + 1);
  }

  /** One at a time. */
  #checkpoint(): Promise<void> {
    const { dispatcher, state } = this.#parts;
    dispatcher.flush(); // a checkpoint must not know of steps that the log will not
    this.#saving ??= state.checkpoint(() => this.#flushed()).finally(() => (this.#saving = null));
    return this.#saving;
  }

  #flushed(): Promise<void> {
    return new Promise((resolve) => this.#parts.spool.whenAccepted(resolve));
  }

  #tick(): void {
    const { replaying, state, registry, clock } = this.#parts;
    const time = replaying ? fleetTime(state.fleet, clock()).time : clock();
    if (!(time > this.#ticked + (replaying ? LEAST_TICK_MS : 0))) return;
    this.#ticked = time;
    registry.tick(time);
  }

  #tidy(what: string, work: Promise<void>): void {
    work.catch((error: Error) => this.#parts.log.warn(`${what}: ${error.message}`));
  }
}
