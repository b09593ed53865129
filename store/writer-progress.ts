import type { ClientBase } from 'pg';

/** Fixes since the log began, by what became of them; every fix up to `seq` is in exactly one of the first, second, fourth and fifth. */
export interface WriterCounts {
  storedNew: number;
  /** Key was taken already, or the intake knew the fix as a repeat. */
  duplicate: number;
  /** Those among the duplicates whose payload was another one: kept in position_conflicts. */
  conflict: number;
  quarantined: number;
  /**
   * Gone from the log before this database had them: stored in an earlier database, or lost to a rotten disk. Below
   * zero: the database has fixes that the log lost (power failure at level `write`).
   */
  missed: number;
}

/** The row of `writer_progress`. */
export interface WriterProgress extends WriterCounts {
  /** Last record of the spool that is in the tables. */
  seq: number;
  /** Last transition of the alert log that is in the tables. */
  alertNumber: number;
}

export const NO_PROGRESS: WriterProgress = {
  seq: 0,
  alertNumber: 0,
  storedNew: 0,
  duplicate: 0,
  conflict: 0,
  quarantined: 0,
  missed: 0,
};

/** This database belongs to another log; the message says what to do. */
export class ForeignDatabaseError extends Error {
  readonly code = 'foreign-database';
}

/** Somebody else moved our row: another writer of this log, or the database went back to an older state. */
export class ProgressMovedError extends Error {
  readonly code = 'progress-moved';
}

/** Fixes of the log that are accounted for. */
export function fixesIn(counts: WriterCounts): number {
  return counts.storedNew + counts.duplicate + counts.quarantined + counts.missed;
}

export async function loadProgress(db: ClientBase, node: string): Promise<WriterProgress> {
  const { rows } = await db.query(
    `select node, seq, alert_number, stored_new, duplicate, conflict, quarantined, missed from writer_progress
     order by node = $1 desc`,
    [node],
  );
  if (rows.length === 0) {
    await db.query(
      `insert into writer_progress (node, seq, alert_number, stored_new, duplicate, conflict, quarantined, missed)
       values ($1, 0, 0, 0, 0, 0, 0, 0) on conflict do nothing`,
      [node],
    );
    return NO_PROGRESS;
  }
  const row = rows[0];
  if (row.node !== node) {
    // Vehicle numbers of two logs mean different vehicles; mixing their rows could never be undone.
    throw new ForeignDatabaseError(
      `the database holds the tracks of another data directory (log ${row.node}, ours is ${node}); ` +
        'start with that data directory, or give CHEJI_DATABASE_URL an empty database',
    );
  }
  return {
    seq: Number(row.seq),
    alertNumber: Number(row.alert_number),
    storedNew: Number(row.stored_new),
    duplicate: Number(row.duplicate),
    conflict: Number(row.conflict),
    quarantined: Number(row.quarantined),
    missed: Number(row.missed),
  };
}

/** Inside the transaction that wrote what `next` counts. Throws ProgressMovedError unless the row still says `before`. */
export async function saveProgress(
  db: ClientBase,
  node: string,
  before: WriterProgress,
  next: WriterProgress,
): Promise<void> {
  const { rowCount } = await db.query(
    `update writer_progress set seq = $4, alert_number = $5, stored_new = $6, duplicate = $7, conflict = $8,
       quarantined = $9, missed = $10, updated_at = now()
     where node = $1 and seq = $2 and alert_number = $3`,
    [
      node,
      before.seq,
      before.alertNumber,
      next.seq,
      next.alertNumber,
      next.storedNew,
      next.duplicate,
      next.conflict,
      next.quarantined,
      next.missed,
    ],
  );
  if (rowCount !== 1) throw new ProgressMovedError('writer_progress was moved by somebody else; reading it again');
}
