import type { ClientBase } from 'pg';
import type { Edition } from './edition.js';
import { withLockTimeout } from './migrate.js';

const DAY_MS = 86_400_000;
/** Rows of this much time before the border go beside `positions` already: the policy may be at its work early. */
const MARGIN_DAYS = 1;

/**
 * Has the server compress chunks of `positions` that are older than `afterDays`, or no longer compress any (null). Rows of
 * a vehicle lie together in the order in which tracks are read. Only for the Community edition. Says what it did, for people;
 * null where everything was so already.
 */
export async function setCompression(db: ClientBase, afterDays: number | null): Promise<string | null> {
  const { rows } = await db.query<{ enabled: boolean; after: string | null }>(`
    select compression_enabled as enabled,
      (select extract(epoch from (config ->> 'compress_after')::interval) / 86400
       from timescaledb_information.jobs j
       where j.hypertable_name = h.hypertable_name and j.hypertable_schema = h.hypertable_schema
         and proc_name in ('policy_compression', 'policy_columnstore'))::text as after
    from timescaledb_information.hypertables h
    where hypertable_name = 'positions' and hypertable_schema = current_schema()`);
  const [{ enabled, after }] = rows;
  if (afterDays === (after === null ? null : Number(after))) return null;
  if (afterDays !== null && !enabled) await withLockTimeout(db, () => db.query(ENABLE).then(() => {}));
  // Names of before 2.18, which later versions still know.
  if (after !== null) await db.query("select remove_compression_policy('positions')");
  if (afterDays === null) return 'tracks are no longer compressed; what is compressed stays so';
  await db.query("select add_compression_policy('positions', make_interval(days => $1))", [afterDays]);
  return `the database compresses tracks that are older than ${afterDays} days`;
}

const ENABLE = `
  alter table positions set (timescaledb.compress, timescaledb.compress_segmentby = 'vehicle_no',
    timescaledb.compress_orderby = 'time, source, sub_seq')`;

/**
 * Fixes before this time (epoch ms) belong into `positions_late`: days that are compressed or soon will be, and days of
 * which late rows still wait, because a key that is there must not come into `positions` as well. -Infinity where there
 * are none.
 */
export async function lateBorder(
  db: ClientBase,
  edition: Edition,
  afterDays: number | null,
  now: number,
): Promise<number> {
  const waiting = await db.query<{ newest: number | null }>(
    'select extract(epoch from max(time))::double precision * 1000 as newest from positions_late',
  );
  const { newest } = waiting.rows[0];
  const border = newest === null ? -Infinity : Math.floor(newest) + 1;
  if (edition.name !== 'timescaledb-community') return border;
  const compressed = await db.query<{ until: number | null }>(`
    select extract(epoch from max(range_end))::double precision * 1000 as until from timescaledb_information.chunks
    where hypertable_name = 'positions' and hypertable_schema = current_schema() and is_compressed`);
  const policy = afterDays === null ? -Infinity : now - (afterDays - MARGIN_DAYS) * DAY_MS;
  return Math.max(border, compressed.rows[0].until ?? -Infinity, policy);
}
