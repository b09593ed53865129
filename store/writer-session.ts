import type { Client } from 'pg';
import type { AlertTransition } from '../model/alert.js';
import type { CatalogSnapshot } from '../model/catalog.js';
import type { Command } from '../model/command.js';
import { Position } from '../model/position.js';
import { REPEAT } from '../model/quality.js';
import type { Road } from '../model/road.js';
import { CopyRows, isLegalTime } from './copy-rows.js';
import { DayPartitions } from './day-partitions.js';
import { explain, isRefusal, sqlState, writerClient } from './db.js';
import { describeEdition, detectEdition } from './edition.js';
import { storeInHalves } from './in-halves.js';
import { addNews } from './journeys.js';
import { jsonText } from './json-text.js';
import { loadMigrations, migrate } from './migrate.js';
import { copyPositions, type PutResult, stagePositions } from './put-positions.js';
import { putAlerts } from './writer-alerts.js';
import { fixesBefore, halve, lastSeqIn, type Piece, recordsIn } from './writer-batch.js';
import { ChangeSet } from './writer-changes.js';
import { fixesIn, loadProgress, NO_PROGRESS, saveProgress, type WriterProgress } from './writer-progress.js';

/** What a database that knows nothing yet is told before the log. */
export interface StoreSeed extends CatalogSnapshot {
  commands?: Command[];
  roads?: Road[];
}

const UNIQUE_VIOLATION = '23505';

/**
 * One connection of the writer, from its start to its first trouble: whoever catches an error from it closes it and
 * opens another, which reads from the database how far this one came.
 *
 * Every write is one transaction that also moves `writer_progress`, so a record is in the tables exactly once and
 * counted exactly once, wherever a process or a connection dies.
 */
export class WriterSession {
  /** Rows of the batch under way; the buffer serves for all. */
  readonly #rows = new CopyRows();
  /** Of the batch under way: the vehicles that have a fix in it, each with the time of its earliest (epoch ms). */
  readonly #news = new Map<number, number>();
  /** Keys were taken lately: go by way of the staging table at once. */
  #careful = false;

  private constructor(
    readonly db: Client,
    readonly node: string,
    /** Kind and version of the database, for people. */
    readonly edition: string,
    readonly partitions: DayPartitions,
    /** What the database has. */
    public progress: WriterProgress,
  ) {}

  /** Connects, migrates, and reads how far the log is stored. */
  static async open(url: string, node: string): Promise<WriterSession> {
    const db = writerClient(url);
    db.on('error', () => {}); // the query under way, or the next one, rejects with it
    try {
      await db.connect();
      const edition = describeEdition(await detectEdition(db));
      await migrate(db, await loadMigrations());
      const partitions = await DayPartitions.of(db);
      return new WriterSession(db, node, edition, partitions, await loadProgress(db, node));
    } catch (error) {
      void db.end().catch(() => {});
      throw error;
    }
  }

  /** Does not wait for a server that no longer answers. */
  close(): void {
    void this.db.end().catch(() => {});
  }

  /** Partitions for today and the days to come. */
  async prepareDays(now: number): Promise<void> {
    this.partitions.wantAhead(now);
    await this.partitions.make(this.db);
  }

  /** Records of the spool, the first of which is the first that the database does not have. */
  async storeRecords(pieces: readonly Piece[]): Promise<void> {
    await storeInHalves(pieces, {
      size: recordsIn,
      halve,
      store: (work) => this.#storePieces(work),
      quarantine: (work, error) => this.#quarantinePiece(work[0], error),
    });
  }

  /** Transitions of the alert log, the first of which is the first that the database does not have. */
  async storeTransitions(transitions: readonly AlertTransition[]): Promise<void> {
    await storeInHalves(transitions, {
      size: (work) => work.length,
      halve: (work) => [work.slice(0, work.length >> 1), work.slice(work.length >> 1)],
      store: (work) => this.#transact(this.#afterTransitions(work), () => putAlerts(this.db, work)),
      quarantine: (work, error) =>
        this.#transact(this.#afterTransitions(work), () => this.#quarantine('alert', work[0].number, work[0], error)),
    });
  }

  /** Vehicles, terminals, fences, roads and remembered commands as they are now, where the log no longer tells all of it. */
  async seed(catalog: StoreSeed): Promise<void> {
    const changes = new ChangeSet();
    const { revision } = catalog;
    for (const vehicle of catalog.vehicles) changes.add({ type: 'vehicle-put', revision, at: 0, vehicle });
    for (const terminal of catalog.terminals) changes.add({ type: 'terminal-put', revision, at: 0, terminal });
    for (const fence of catalog.fences) changes.add({ type: 'fence-put', revision, at: 0, fence });
    changes.add({ type: 'roads-put', revision, at: 0, roads: catalog.roads ?? [] });
    changes.add({ type: 'command-put', revision, at: 0, commands: catalog.commands ?? [] });
    await this.#transact(this.progress, () => changes.apply(this.db));
  }

  /** The log lost its end, and with it fixes that the database has; now it holds `fixes`, all of them stored. */
  async countLost(fixes: number): Promise<void> {
    const missed = this.progress.missed + fixes - fixesIn(this.progress);
    await this.#transact({ ...this.progress, missed }, async () => {});
  }

  /** The log lost its end and gives its numbers again: everything that it holds is read once more. */
  async rewindRecords(): Promise<void> {
    await this.#transact({ ...NO_PROGRESS, alertNumber: this.progress.alertNumber }, async () => {});
  }

  async rewindAlerts(): Promise<void> {
    await this.#transact({ ...this.progress, alertNumber: 0 }, async () => {});
  }

  async #storePieces(pieces: readonly Piece[]): Promise<void> {
    const { next, changes } = this.#plan(pieces);
    const store = (put: typeof copyPositions) => async () => {
      await changes.apply(this.db);
      if (this.#rows.count > 0) count(next, this.#rows.count, await put(this.db, this.#rows));
      if (this.#news.size > 0) await addNews(this.db, this.#news);
    };
    try {
      await this.partitions.make(this.db);
      if (!this.#careful) {
        try {
          await this.#transact(next, store(copyPositions));
          return;
        } catch (error) {
          if (sqlState(error) !== UNIQUE_VIOLATION) throw error;
        }
      }
      const storedBefore = this.progress.storedNew;
      await this.#transact(next, store(stagePositions));
      this.#careful = this.progress.storedNew - storedBefore < this.#rows.count;
    } catch (error) {
      // A partition that was dropped behind our back looks like a refused row; the next attempt makes it again.
      if (isRefusal(error)) this.partitions.forget();
      throw error;
    }
  }

  async #quarantinePiece(piece: Piece, error: unknown): Promise<void> {
    const { next } = this.#plan([piece]);
    const record = piece.kind === 'change' ? piece.change : readable(piece.batch.read(piece.from, new Position()));
    if (piece.kind === 'fixes') next.quarantined++;
    await this.#transact(next, () =>
      this.#quarantine(piece.kind === 'change' ? 'change' : 'fix', next.seq, record, error),
    );
  }

  async #quarantine(kind: 'fix' | 'change' | 'alert', seq: number, record: unknown, error: unknown): Promise<void> {
    await this.db.query(
      `insert into quarantine (kind, seq, node, sqlstate, error, record) values ($1, $2, $3, $4, $5, $6)
       on conflict do nothing`,
      [kind, seq, this.node, sqlState(error), explain(error), jsonText(record)],
    );
  }

  /**
   * Puts the fixes into `#rows` and the changes into a set, and counts what is known before the database is asked:
   * repeats, and fixes that the log no longer has.
   */
  #plan(pieces: readonly Piece[]): { next: WriterProgress; changes: ChangeSet } {
    const next = { ...this.progress, seq: lastSeqIn(pieces) };
    const changes = new ChangeSet();
    let fixes = fixesIn(this.progress);
    this.#rows.clear();
    this.#news.clear();
    for (const piece of pieces) {
      next.missed += fixesBefore(piece) - fixes;
      fixes = fixesBefore(piece);
      if (piece.kind === 'change') {
        changes.add(piece.change);
        continue;
      }
      for (let i = piece.from; i < piece.to; i++) {
        piece.batch.read(i, ROW);
        if (ROW.quality & REPEAT) {
          next.duplicate++;
        } else {
          this.#rows.add(ROW);
          if (isLegalTime(ROW.fixTime)) this.#noteNews(ROW);
        }
      }
      fixes += piece.to - piece.from;
    }
    return { next, changes };
  }

  #noteNews({ vehicleNo, fixTime }: Position): void {
    this.partitions.want(fixTime);
    const earliest = this.#news.get(vehicleNo);
    if (earliest === undefined || fixTime < earliest) this.#news.set(vehicleNo, fixTime);
  }

  #afterTransitions(transitions: readonly AlertTransition[]): WriterProgress {
    return { ...this.progress, alertNumber: transitions[transitions.length - 1].number };
  }

  /** `work` and the progress become visible together, or neither. `work` may still count into `next`. */
  async #transact(next: WriterProgress, work: () => Promise<void>): Promise<void> {
    await this.db.query('begin');
    try {
      await work();
      await saveProgress(this.db, this.node, this.progress, next);
      await this.db.query('commit');
    } catch (error) {
      await this.db.query('rollback').catch(() => {}); // a lost connection has rolled back by itself
      throw error;
    }
    this.progress = next;
  }
}

const ROW = new Position(); // reused: CopyRows keeps nothing of it

function count(next: WriterProgress, rows: number, { stored, conflicts }: PutResult): void {
  next.storedNew += stored;
  next.duplicate += rows - stored;
  next.conflict += conflicts;
}

/** A fix whole, as JSON can carry it. */
function readable(p: Position): Record<string, unknown> {
  return { ...p, items: p.items === null ? null : Buffer.from(p.items).toString('hex') };
}
