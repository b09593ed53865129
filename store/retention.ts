import type { Pool } from 'pg';

const DAY_MS = 86_400_000;

/** Drops whole days of positions, and of what was made of them, that are older than the installation keeps tracks. */
export class Retention {
  constructor(
    readonly pool: Pool,
    readonly days: number,
  ) {}

  /**
   * Drops what lies wholly before `now` (epoch ms) − days, and resolves with the names of what went. A partition goes
   * in two short steps that readers of other days do not notice; the rest of a day that is not over stays.
   */
  async apply(now: number): Promise<string[]> {
    const before = new Date(Math.floor(now / DAY_MS - this.days) * DAY_MS).toISOString();
    const { rows } = await this.pool.query<{ hypertable: boolean }>(
      "select relkind <> 'p' as hypertable from pg_class where oid = 'positions'::regclass",
    );
    const dropped = rows[0].hypertable ? await this.#dropChunks(before) : await this.#dropPartitions(before);
    await this.pool.query('delete from vehicle_hours where hour < $1', [before]);
    await this.pool.query('delete from trips where end_time < $1', [before]);
    await this.pool.query('delete from stops where end_time < $1', [before]);
    await this.pool.query('delete from uploads where received_at < $1', [before]);
    await this.pool.query('delete from position_conflicts where time < $1', [before]);
    return dropped;
  }

  async #dropChunks(before: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ name: string }>(
      "select drop_chunks('positions', older_than => $1::timestamptz)::text as name",
      [before],
    );
    return rows.map(({ name }) => name);
  }

  async #dropPartitions(before: string): Promise<string[]> {
    const { rows } = await this.pool.query<{ name: string; pending: boolean }>(
      `select relname as name, inhdetachpending as pending from pg_inherits join pg_class on pg_class.oid = inhrelid
       where inhparent = 'positions'::regclass and relname ~ '^positions_\\d{8}$'
         and to_date(right(relname, 8), 'YYYYMMDD') < ($1::timestamptz at time zone 'UTC')::date
       order by relname`,
      [before],
    );
    for (const { name, pending } of rows) {
      // The names are those of ensure_positions_day, so they need no quoting. What was broken off before is finished.
      await this.pool.query(`alter table positions detach partition ${name} ${pending ? 'finalize' : 'concurrently'}`);
      await this.pool.query(`drop table ${name}`);
    }
    return rows.map(({ name }) => name);
  }
}
