import type { Client } from 'pg';
import type { AlertTransition } from '../model/alert.js';
import { type AuditEntry, auditEntry } from '../model/audit.js';
import type { CatalogSnapshot } from '../model/catalog.js';
import type { Command } from '../model/command.js';
import { Position } from '../model/position.js';
import { REPEAT } from '../model/quality.js';
import type { Road } from '../model/road.js';
import { putAudit } from './audit.js';
import { lateBorder } from './compression.js';
import { CopyRows, isLegalTime } from './copy-rows.js';
import { DayPartitions } from './day-partitions.js';
import { explain, isRefusal, sqlState, writerClient } from './db.js';
import { detectEdition, type Edition } from './edition.js';
import { storeInHalves } from './in-halves.js';
import { addNews } from './journeys.js';
import { jsonText } from './json-text.js';
import { loadMigrations, migrate } from './migrate.js';
import { copyPositions, type PutResult, stageLatePositions, stagePositions } from './put-positions.js';
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
  /** Those of days that are compressed or soon will be. */
  readonly #late = new CopyRows();
  /** Of the batch under way: the vehicles that have a fix in it, each with the time of its earliest (epoch ms). */
  readonly #news = new Map<number, number>();
  /** Keys were taken lately: go by way of the staging table at once. */
  #careful = false;
  /** Fixes before this time (epoch ms) are late rows. */
  #lateBefore = -Infinity;

  private constructor(
    readonly db: Client,
    readonly node: string,
    readonly edition: Edition,
    readonly compressAfterDays: number | null,
    readonly partitions: DayPartitions,
    /** What the database has. */
    public progress: WriterProgress,
  ) {}

  /** Connects, migrates, and reads how far the log is stored. */
  static async open(url: string, node: string, compressAfterDays: number | null): Promise<WriterSession> {
    const db = writerClient(url);
    db.on('error', () => {}); // the query under way, or the next one, rejects with it
    try {
      await db.connect();
      const edition = await detectEdition(db);
      await migrate(db, await loadMigrations());
      const partitions = await DayPartitions.of(db);
      return new WriterSession(db, node, edition, compressAfterDays, partitions, await loadProgress(db, node));
    } catch (error) {
      void db.end().catch(() => {});
      throw error;
    }
  }

  /** Does not wait for a server that no longer answers. */
  close(): void {
    void this.db.end().catch(() => {});
  }

  /** Partitions for today and the days to come, and which days are to be left alone from now on. */
  async prepareDays(now: number): Promise<void> {
    this.partitions.wantAhead(now);
    await this.partitions.make(this.db);
    this.#lateBefore = await lateBorder(this.db, this.edition, this.compressAfterDays, now);
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

  /** Vehicles, terminals, fences, roads, mutes and remembered commands as they are now, where the log no longer tells all of it. */
  async seed(catalog: StoreSeed): Promise<void> {
    const changes = new ChangeSet();
    const { revision } = catalog;
    for (const vehicle of catalog.vehicles) changes.add({ type: 'vehicle-put', revision, at: 0, vehicle });
    for (const terminal of catalog.terminals) changes.add({ type: 'terminal-put', revision, at: 0, terminal });
    for (const fence of catalog.fences) changes.add({ type: 'fence-put', revision, at: 0, fence });
    changes.add({ type: 'roads-put', revision, at: 0, roads: catalog.roads ?? [] });
    changes.add({ type: 'command-put', revision, at: 0, commands: catalog.commands ?? [] });
    for (const mute of catalog.mutes ?? []) changes.add({ type: 'mute-put', revision, at: 0, mute });
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
    const { next, changes, audit } = this.#plan(pieces);
    let storedFast = 0;
    const store = (put: typeof copyPositions) => async () => {
      await changes.apply(this.db);
      await putAudit(this.db, audit);
      if (this.#rows.count > 0) storedFast = count(next, this.#rows, await put(this.db, this.#rows));
      if (this.#late.count > 0) count(next, this.#late, await stageLatePositions(this.db, this.#late));
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
      await this.#transact(next, store(stagePositions));
      this.#careful = storedFast < this.#rows.count;
    } catch (error) {
      // A partition that was dropped behind our back looks like a refused row; the next attempt makes it again.
      if (isRefusal(error)) this.partitions.forget();
      throw error;
    }
  }

  async #quarantinePiece(piece: Piece, error: unknown): Promise<void> {
    const { next } = this.#plan([piece]);
    const record = piece.kind === 'change' ? piece.change : readable(piece);
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
  #plan(pieces: readonly Piece[]): { next: WriterProgress; changes: ChangeSet; audit: AuditEntry[] } {
    const next = { ...this.progress, seq: lastSeqIn(pieces) };
    const changes = new ChangeSet();
    const audit: AuditEntry[] = [];
    let fixes = fixesIn(this.progress);
    this.#rows.clear();
    this.#late.clear();
    this.#news.clear();
    for (const piece of pieces) {
      next.missed += fixesBefore(piece) - fixes;
      fixes = fixesBefore(piece);
      if (piece.kind === 'change') {
        changes.add(piece.change);
        const entry = auditEntry(piece.change, piece.block.firstSeq);
        if (entry) audit.push(entry);
        continue;
      }
      for (let i = piece.from; i < piece.to; i++) {
        piece.batch.read(i, ROW);
        if (ROW.quality & REPEAT) {
          next.duplicate++;
        } else {
          const legal = isLegalTime(ROW.fixTime);
          const late = legal && ROW.fixTime < this.#lateBefore;
          (late ? this.#late : this.#rows).add(ROW, piece.batch.raw(i));
          if (legal) this.#noteNews(ROW);
          if (legal && !late) this.partitions.want(ROW.fixTime);
        }
      }
      fixes += piece.to - piece.from;
    }
    return { next, changes, audit };
  }

  #noteNews({ vehicleNo, fixTime }: Position): void {
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

/** How many of the rows were new. */
function count(next: WriterProgress, rows: CopyRows, { stored, conflicts }: PutResult): number {
  next.storedNew += stored;
  next.duplicate += rows.count - stored;
  next.conflict += conflicts;
  return stored;
}

/** A fix whole, as JSON can carry it. */
function readable({ batch, from }: Extract<Piece, { kind: 'fixes' }>): Record<string, unknown> {
  const p = batch.read(from, new Position());
  return { ...p, items: hex(p.items), raw: hex(batch.raw(from)) };
}

function hex(bytes: Uint8Array | null): string | null {
  return bytes === null ? null : Buffer.from(bytes).toString('hex');
}
