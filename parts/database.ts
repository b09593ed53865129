import type { Pool } from 'pg';
import type { Logger } from 'pino';
import type { LiveStats } from '../model/stats.js';
import type { DataDir } from '../store/data-dir.js';
import { DatabaseAwayError, openPool } from '../store/db.js';
import { EmbeddedPostgres } from '../store/embedded.js';
import type { Spool } from '../store/spool.js';
import type { UpkeepOptions } from '../store/upkeep.js';
import { fixesIn } from '../store/writer-progress.js';
import type { StoreSeed } from '../store/writer-session.js';
import type { FromWriter, ToWriter, WriterWorkerData } from '../store/writer-worker.js';
import type { DigestWorkerData, FromDigest, ToDigest } from '../tracks/digest-worker.js';
import { DatabaseReads } from './database-reads.js';
import { WorkerThread } from './worker-thread.js';

/** The writer gathers for half a second anyway. */
const WAKE_MS = 50;
const RETRY_MS = 30_000;

export interface DatabaseParts {
  dir: DataDir;
  /** null: the embedded one. */
  url: string | null;
  /** Name of the log. */
  node: string;
  keeping: UpkeepOptions;
  spool: Spool;
  alertsShared: SharedArrayBuffer;
  catalog: () => StoreSeed;
  /** Every record up to `seq` is committed in the database, and with it `fixes` fixes since the log began. */
  onStored: (seq: number, fixes: number) => void;
  log: Logger;
}

/**
 * The main thread's side of the database: brings up the embedded one where none is given, runs the writer's thread, and
 * hands out the history. Nothing waits for it: until it is there, and whenever it is away, the log keeps what comes.
 */
export class Database {
  /** For the API; rejects while there is no database to ask. */
  readonly reads = new DatabaseReads(() => this.#poolNow());
  /** Every record up to this one is stored, and every alert transition up to that one. */
  storedSeq = 0;
  alertsStored = 0;
  fixesStored = 0;
  /** The number that the next record got when the log was opened; taken before anything is added to it. */
  readonly #firstNewSeq: number;
  #url: string | null = null;
  #pool: Pool | null = null;
  #embedded: EmbeddedPostgres | null = null;
  #writer: WorkerThread<ToWriter, FromWriter> | null = null;
  /** Runs from the first time that the writer has reached the database and made its tables. */
  #digest: WorkerThread<ToDigest, FromDigest> | null = null;
  #starting: Promise<void> = Promise.resolve();
  #stopping = false;
  /** Of a start of the embedded one. */
  readonly #giveUp = new AbortController();
  #retry: NodeJS.Timeout | null = null;
  #state: Extract<FromWriter, { type: 'state' }> = { type: 'state', state: 'starting', detail: null, edition: null };
  #counts: Extract<FromWriter, { type: 'progress' }>['stats'] | null = null;

  constructor(private readonly parts: DatabaseParts) {
    this.#firstNewSeq = parts.spool.lastSeq + 1;
  }

  /** Begins; everything else happens by itself. */
  start(): void {
    this.#starting = this.#bringUp().catch((error: Error) => {
      this.#tellState({ type: 'state', state: 'away', detail: error.message, edition: null });
      if (!this.#stopping) this.#retry = setTimeout(() => this.start(), RETRY_MS);
    });
  }

  wake(): void {
    this.#writer?.wake();
  }

  /** `kept`: fixes in the log that wait for the database. */
  state(kept: number): { state: string; detail?: string } {
    const { state, detail, edition } = this.#state;
    if (state === 'ready') return { state, detail: edition ?? undefined };
    return { state, detail: `${detail ?? 'not reached yet'}; ${kept} fixes are kept in the spool` };
  }

  writerState(): { state: string; detail?: string } {
    const lag = this.#counts?.lagSeconds ?? 0;
    return { state: this.#state.state === 'ready' ? 'ready' : 'waiting', detail: `lag ${lag.toFixed(1)} s` };
  }

  /** `accepted`: fixes in the log as of now. */
  stats(accepted: number): LiveStats['store'] {
    const {
      storedNew = 0,
      duplicate = 0,
      conflict = 0,
      quarantined = 0,
      missed = 0,
      lagSeconds = 0,
    } = this.#counts ?? {};
    const inSpool = accepted - this.fixesStored;
    const { state } = this.#state;
    return {
      state,
      storedNew,
      duplicate,
      conflict,
      quarantined,
      missed,
      watermark: this.storedSeq,
      inSpool,
      lagSeconds,
    };
  }

  async stop(graceMs: number): Promise<void> {
    this.#stopping = true;
    if (this.#retry) clearTimeout(this.#retry);
    this.#giveUp.abort();
    await this.#starting;
    await Promise.all([this.#writer?.stop(graceMs), this.#digest?.stop(graceMs)]);
    await this.#pool?.end();
    await this.#embedded?.stop();
  }

  async #bringUp(): Promise<void> {
    const { dir, spool, node, alertsShared, log } = this.parts;
    let { url } = this.parts;
    if (url === null) {
      const say = (line: string) => log.info(line);
      this.#embedded = await EmbeddedPostgres.start({
        dir: dir.postgres,
        keys: dir.keys,
        say,
        signal: this.#giveUp.signal,
      });
      url = this.#embedded.url;
    }
    if (this.#stopping) return;
    this.#url = url;
    this.#pool = openPool(url, (error) => log.debug(`database connection: ${error.message}`));
    const data: WriterWorkerData = {
      url,
      node,
      spoolDir: dir.spool,
      alertDir: dir.alerts,
      firstNewSeq: this.#firstNewSeq,
      spoolShared: spool.shared,
      alertShared: alertsShared,
      compressAfterDays: this.parts.keeping.compressAfterDays,
    };
    this.#writer = new WorkerThread({
      name: 'writer',
      url: new URL('../store/writer-worker.js', import.meta.url),
      data,
      wakeEveryMs: WAKE_MS,
      onMessage: (message) => this.#hear(message),
      onCrash: (error) =>
        log.error({ err: error }, 'the writer crashed; it starts again and goes on from the database'),
      onGivenUp: (error) => {
        log.fatal({ err: error }, 'the writer crashes again and again');
        this.#tellState({ type: 'state', state: 'away', detail: error.message, edition: null });
      },
    });
  }

  #startDigest(url: string): void {
    const { log, keeping } = this.parts;
    this.#digest = new WorkerThread({
      name: 'digest',
      url: new URL('../tracks/digest-worker.js', import.meta.url),
      data: { url, ...keeping } satisfies DigestWorkerData,
      wakeEveryMs: WAKE_MS,
      onMessage: (message) => {
        if (message.type === 'notice') log.warn(message.line);
      },
      onCrash: (error) => log.error({ err: error }, 'the digest crashed; it starts again and reads the news again'),
      onGivenUp: (error) =>
        log.error({ err: error }, 'the digest crashes again and again: trips and sums stay as they are'),
    });
  }

  #poolNow(): Pool {
    if (!this.#pool) throw new DatabaseAwayError(this.#state.detail ?? 'the database is starting');
    return this.#pool;
  }

  #hear(message: FromWriter): void {
    switch (message.type) {
      case 'state':
        this.#tellState(message);
        break;
      case 'progress':
        this.#counts = message.stats;
        this.storedSeq = message.watermark;
        this.alertsStored = message.alertWatermark;
        this.fixesStored = fixesIn(message.stats);
        this.parts.onStored(message.watermark, this.fixesStored);
        break;
      case 'notice':
        this.parts.log.warn(message.line);
        break;
      case 'want-catalog':
        this.#writer?.post({ type: 'catalog', catalog: this.parts.catalog() });
        break;
    }
  }

  #tellState(next: Extract<FromWriter, { type: 'state' }>): void {
    const before = this.#state;
    this.#state = next;
    if (next.state === 'ready' && !this.#digest && !this.#stopping && this.#url) this.#startDigest(this.#url);
    if (before.state === next.state && before.detail === next.detail) return;
    const line = `database: ${[next.state, next.detail, next.edition].filter(Boolean).join(', ')}`;
    if (next.state === 'away') this.parts.log.warn(line);
    else this.parts.log.info(line);
  }
}
