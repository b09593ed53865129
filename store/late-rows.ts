import type { ClientBase, Pool } from 'pg';
import { POSITION_COLUMNS } from './copy-rows.js';
import { DayPartitions } from './day-partitions.js';

const COLUMNS = POSITION_COLUMNS.join(', ');
const KEY = 'vehicle_no, time, source, sub_seq';
const DAY_MS = 86_400_000;
/** Rows of one transaction: the writer waits for it with its late rows, and a crash has it done again. */
const FOLD_ROWS = 10_000;

/** Counts that do not agree: nothing was folded, and the rows are where they were. */
export class FoldError extends Error {
  readonly code = 'late-rows-lost';
}

/** Brings the fixes that wait in `positions_late` into `positions`, day by day, the oldest first. */
export class LateRows {
  constructor(
    readonly pool: Pool,
    readonly foldRows = FOLD_ROWS,
  ) {}

  /**
   * Folds in all that is there and resolves with how many rows that were. Each step is one transaction, in which a row
   * leaves one table and enters the other, after the counts of both were compared; so questions see every row once, and a
   * crash anywhere leaves work to do again and nothing else. Rejects with FoldError where the counts differ.
   */
  async fold(stop?: AbortSignal): Promise<number> {
    const db = await this.pool.connect();
    let failed: Error | undefined;
    try {
      const partitions = await DayPartitions.of(db);
      for (let folded = 0; ; ) {
        const { rows } = await db.query<{ oldest: Date | null }>('select min(time) as oldest from positions_late');
        const { oldest } = rows[0];
        if (oldest === null || stop?.aborted) return folded;
        partitions.want(oldest.getTime());
        await partitions.make(db);
        folded += await this.#foldSome(db, Math.floor(oldest.getTime() / DAY_MS) * DAY_MS);
      }
    } catch (error) {
      failed = error as Error;
      throw error;
    } finally {
      db.release(failed); // a connection that failed may be inside a transaction
    }
  }

  /** One transaction's worth of the day that begins at `day` (epoch ms). */
  async #foldSome(db: ClientBase, day: number): Promise<number> {
    const bounds = [new Date(day).toISOString(), new Date(day + DAY_MS).toISOString()];
    await db.query('begin');
    await lockLateRows(db);
    // As much of the chunk is unpacked as these rows touch; a server without the extension knows no such limit.
    await db.query("set local timescaledb.max_tuples_decompressed_per_dml_transaction = '0'");
    await db.query(
      `create temporary table folding on commit drop as
       select * from positions_late where time >= '${bounds[0]}' and time < '${bounds[1]}' order by ${KEY} limit ${this.foldRows}`,
    );
    await db.query('analyze folding'); // whether its keys are looked for one by one or at once is the planner's to say
    // No `on conflict`: in compressed chunks it has lost rows (timescaledb 7672). A key that is in both tables is known
    // before, and the first fix of a key stays.
    await db.query(
      `insert into positions (${COLUMNS}) select ${COLUMNS} from folding f where not exists (
         select from positions p where p.vehicle_no = f.vehicle_no and p.time = f.time and p.source = f.source
           and p.sub_seq = f.sub_seq and p.time >= $1 and p.time < $2)`,
      bounds,
    );
    const { rows } = await db.query<{ taken: number; present: number }>(
      `select (select count(*)::integer from folding) as taken,
         (select count(*)::integer from folding join positions p using (${KEY}) where p.time >= $1 and p.time < $2) as present`,
      bounds,
    );
    const gone = await db.query(
      `delete from positions_late l using folding f
       where l.vehicle_no = f.vehicle_no and l.time = f.time and l.source = f.source and l.sub_seq = f.sub_seq`,
    );
    const { taken, present } = rows[0];
    if (present !== taken || gone.rowCount !== taken) {
      throw new FoldError(
        `${taken} late rows of ${bounds[0]} were to be folded in, ${present} are there and ${gone.rowCount} were taken out; all stay where they were`,
      );
    }
    await db.query('commit');
    return taken;
  }
}

/**
 * Whoever adds late rows or folds them in is alone until its transaction ends: between looking whether `positions` has a key
 * and putting the row, nobody moves it. Readers do not notice.
 */
export async function lockLateRows(db: ClientBase): Promise<void> {
  await db.query('lock table positions_late in share row exclusive mode');
}
