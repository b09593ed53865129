import type { ClientBase } from 'pg';
import { from as copyFrom } from 'pg-copy-streams';
import { BACKFILLED } from '../model/position.js';
import { type CopyRows, POSITION_COLUMNS } from './copy-rows.js';
import { lockLateRows } from './late-rows.js';

const COLUMNS = POSITION_COLUMNS.join(', ');
/** Where it comes from and when it came does not make a fix another one, nor the marks that our intake gave it. */
const PAYLOAD = [
  'lon',
  'lat',
  'mileage',
  'alarms',
  'alarm_word',
  'status_word',
  'heading',
  'speed',
  'altitude',
  'items',
];

/** Rows that were new, and rows whose key was taken by another payload. */
export interface PutResult {
  stored: number;
  conflicts: number;
}

/** Straight into the table: the fast way. Rejects with SQLSTATE 23505 where any key is taken, and nothing is written. */
export async function copyPositions(db: ClientBase, rows: CopyRows): Promise<PutResult> {
  await copyBytes(db, `copy positions (${COLUMNS}) from stdin (format binary)`, rows.bytes());
  return { stored: rows.count, conflicts: 0 };
}

/**
 * By way of a temporary table, where some keys may be taken, also by each other: the first fix of a key stays, equal
 * ones vanish, others go to position_conflicts. Inside the caller's transaction.
 */
export async function stagePositions(db: ClientBase, rows: CopyRows): Promise<PutResult> {
  await fillStaging(db, rows);
  const inserted = await db.query(
    // ctid is the order of the COPY.
    `insert into positions (${COLUMNS}) select ${COLUMNS} from positions_staging order by ctid on conflict do nothing`,
  );
  const stored = inserted.rowCount ?? 0;
  if (stored === rows.count) return { stored, conflicts: 0 };
  // Thousands of keys against millions of rows: only the index will do, whatever the planner thinks of a table that
  // nobody has analyzed. The bounds keep it to the days in question.
  await db.query('set local enable_hashjoin = off; set local enable_mergejoin = off');
  const { rows: found } = await db.query<{ conflicts: number }>(keepConflicts(''), [
    new Date(Math.floor(rows.firstTime)).toISOString(),
    new Date(Math.ceil(rows.lastTime)).toISOString(),
  ]);
  return { stored, conflicts: found[0].conflicts };
}

/**
 * The same for fixes of days that are compressed or soon will be (store/compression.ts): they go beside `positions`, where
 * that has not got their key yet. Inside the caller's transaction; all of them have a legal time.
 *
 * A compressed row is a thousand fixes of a vehicle, so a look for one key unpacks as much as a look for all keys of that
 * vehicle's day. Day by day and vehicle by vehicle is therefore how it is asked, and the planner, who knows the size of what it
 * has to find, joins them at once: 17,000 fixes of one day in 0.2 s, where key by key took minutes.
 */
export async function stageLatePositions(db: ClientBase, rows: CopyRows): Promise<PutResult> {
  await lockLateRows(db);
  await fillStaging(db, rows);
  await db.query('set local enable_hashjoin = on; set local enable_mergejoin = on; analyze positions_staging');
  const { rows: days } = await db.query<{ first: string; last: string; vehicles: number[]; count: number }>(`
    select min(time)::text as first, max(time)::text as last, array_agg(distinct vehicle_no) as vehicles,
      count(*)::integer as count
    from positions_staging group by date_trunc('day', time, 'UTC') order by 1`);
  const result = { stored: 0, conflicts: 0 };
  for (const { first, last, vehicles, count } of days) {
    const day = [first, last, vehicles];
    const inserted = await db.query(PUT_LATE_DAY, day);
    const stored = inserted.rowCount ?? 0;
    result.stored += stored;
    if (stored === count) continue;
    const { rows: found } = await db.query<{ conflicts: number }>(keepConflicts(OF_VEHICLES), day);
    result.conflicts += found[0].conflicts;
  }
  return result;
}

const OF_VEHICLES = 'and p.vehicle_no = any($3)';

const PUT_LATE_DAY = `
  insert into positions_late (${COLUMNS}) select ${COLUMNS} from positions_staging s
  where s.time between $1 and $2 and not exists (
    select from positions p where p.vehicle_no = s.vehicle_no and p.time = s.time and p.source = s.source
      and p.sub_seq = s.sub_seq and p.time between $1 and $2 ${OF_VEHICLES})
  order by ctid on conflict do nothing`;

/** Between the times $1 and $2. */
function keepConflicts(condition: string): string {
  return `
  with differing as (
    select s.*, md5(${payload('p')}::text) as stored_hash, md5(${payload('s')}::text) as payload_hash
    from positions_staging s join all_positions p using (vehicle_no, time, source, sub_seq)
    where p.time between $1 and $2 ${condition} and ${payload('p')} is distinct from ${payload('s')}
  ), kept as (
    insert into position_conflicts (${COLUMNS}, stored_hash, payload_hash)
    select ${COLUMNS}, stored_hash, payload_hash from differing on conflict do nothing
  )
  select count(*)::integer as conflicts from differing`;
}

async function fillStaging(db: ClientBase, rows: CopyRows): Promise<void> {
  await db.query('create temporary table if not exists positions_staging (like positions) on commit delete rows');
  await db.query('delete from positions_staging'); // the same transaction may have staged others
  await copyBytes(db, `copy positions_staging (${COLUMNS}) from stdin (format binary)`, rows.bytes());
}

function payload(table: string): string {
  const columns = PAYLOAD.map((column) => `${table}.${column}`);
  return `row(${columns.join(', ')}, ${table}.flags & ${~BACKFILLED & 0x7fff})`;
}

function copyBytes(db: ClientBase, sql: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = db.query(copyFrom(sql));
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(bytes);
  });
}
