import type { Pool, PoolClient } from 'pg';
import { sqlState } from './db.js';

const DAY_MS = 86_400_000;
/**
 * So long a day that somebody reads is waited for. Other readers of it, and on TimescaleDB of everything, queue behind
 * whoever waits to drop it; a day that cannot be had goes another time.
 */
const PATIENCE_MS = 1_000;
/** Rows that are of no use without tracks of before $1. Who a vehicle was then is one of them. */
const OLD_ROWS = [
  'delete from positions_late where time < $1',
  'delete from vehicle_hours where hour < $1',
  'delete from trips where end_time < $1',
  'delete from stops where end_time < $1',
  'delete from uploads where received_at < $1',
  'delete from position_conflicts where time < $1',
  'delete from quarantine where quarantined_at < $1',
  'delete from vehicle_versions where valid_to < $1',
  `with gone as (delete from vehicles where deleted_at < $1 returning vehicle_no)
   delete from vehicle_versions using gone where vehicle_versions.vehicle_no = gone.vehicle_no`,
];
const IN_USE = ['55P03', '57014']; // lock_not_available, query_canceled (by the statement timeout)

export interface RetentionResult {
  /** Partitions or chunks that are gone. */
  dropped: string[];
  /** Somebody reads one that should go as well. */
  held: boolean;
}

/** Drops whole days of positions, and of what was made of them, that are older than the installation keeps tracks. */
export class Retention {
  constructor(
    readonly pool: Pool,
    readonly days: number,
  ) {}

  /**
   * Drops what lies wholly before `now` (epoch ms) − days. A partition goes in two short steps that readers of other days
   * do not notice; the rest of a day that is not over stays.
   */
  async apply(now: number): Promise<RetentionResult> {
    const before = new Date(Math.floor(now / DAY_MS - this.days) * DAY_MS).toISOString();
    const result = await this.#dropDays(before);
    for (const text of OLD_ROWS) await this.pool.query(text, [before]);
    return result;
  }

  async #dropDays(before: string): Promise<RetentionResult> {
    const dropped: string[] = [];
    const db = await this.pool.connect();
    try {
      await db.query(`set statement_timeout = ${PATIENCE_MS}`);
      const { rows } = await db.query<{ hypertable: boolean }>(
        "select relkind <> 'p' as hypertable from pg_class where oid = 'positions'::regclass",
      );
      await (rows[0].hypertable ? dropChunks(db, before, dropped) : dropPartitions(db, before, dropped));
      return { dropped, held: false };
    } catch (error) {
      if (!IN_USE.includes(sqlState(error))) throw error;
      return { dropped, held: true };
    } finally {
      db.release(true); // with its own idea of patience
    }
  }
}

/** One by one, the oldest first: those before one that is in use are gone. */
async function dropChunks(db: PoolClient, before: string, dropped: string[]): Promise<void> {
  const { rows } = await db.query<{ until: string }>(
    `select range_end::text as until from timescaledb_information.chunks
     where hypertable_name = 'positions' and hypertable_schema = current_schema() and range_end <= $1 order by range_end`,
    [before],
  );
  for (const { until } of rows) {
    const gone = await db.query<{ name: string }>(
      "select drop_chunks('positions', older_than => $1::timestamptz)::text as name",
      [until],
    );
    dropped.push(...gone.rows.map(({ name }) => name));
  }
}

async function dropPartitions(db: PoolClient, before: string, dropped: string[]): Promise<void> {
  const { rows } = await db.query<{ name: string; pending: boolean }>(
    `select relname as name, inhdetachpending as pending from pg_inherits join pg_class on pg_class.oid = inhrelid
     where inhparent = 'positions'::regclass and relname ~ '^positions_\\d{8}$'
       and to_date(right(relname, 8), 'YYYYMMDD') < ($1::timestamptz at time zone 'UTC')::date
     order by inhdetachpending desc, relname`,
    [before],
  );
  for (const { name, pending } of rows) {
    // The names are those of ensure_positions_day, so they need no quoting. What was broken off before is finished first:
    // only one partition at a time may be half detached.
    await db.query(`alter table positions detach partition ${name} ${pending ? 'finalize' : 'concurrently'}`);
    await db.query(`drop table ${name}`);
    dropped.push(name);
  }
}
