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
  await makeStaging(db);
  // ctid is the order of the COPY.
  return stage(
    db,
    rows,
    `insert into positions (${COLUMNS}) select ${COLUMNS} from positions_staging order by ctid on conflict do nothing`,
  );
}

/**
 * The same for fixes of days that are compressed or soon will be (store/compression.ts): they go beside `positions`, where
 * that has not got their key yet. Inside the caller's transaction.
 */
export async function stageLatePositions(db: ClientBase, rows: CopyRows): Promise<PutResult> {
  await lockLateRows(db);
  await makeStaging(db);
  await db.query('truncate positions_staging'); // the same transaction may have staged others
  const [first, last] = timesOf(rows);
  return stage(
    db,
    rows,
    `insert into positions_late (${COLUMNS}) select ${COLUMNS} from positions_staging s
     where not exists (select from positions p where p.vehicle_no = s.vehicle_no and p.time = s.time and p.source = s.source
       and p.sub_seq = s.sub_seq and p.time between '${first}' and '${last}')
     order by ctid on conflict do nothing`,
  );
}

async function stage(db: ClientBase, rows: CopyRows, insert: string): Promise<PutResult> {
  await copyBytes(db, `copy positions_staging (${COLUMNS}) from stdin (format binary)`, rows.bytes());
  // Thousands of keys against millions of rows: only the index will do, whatever the planner thinks of a table that
  // nobody has analyzed. The bounds keep it to the days in question.
  await db.query('set local enable_hashjoin = off; set local enable_mergejoin = off');
  const inserted = await db.query(insert);
  const stored = inserted.rowCount ?? 0;
  if (stored === rows.count) return { stored, conflicts: 0 };
  const { rows: found } = await db.query<{ conflicts: number }>(KEEP_CONFLICTS, timesOf(rows));
  return { stored, conflicts: found[0].conflicts };
}

const KEEP_CONFLICTS = `
  with differing as (
    select s.*, md5(${payload('p')}::text) as stored_hash, md5(${payload('s')}::text) as payload_hash
    from positions_staging s join all_positions p using (vehicle_no, time, source, sub_seq)
    where p.time between $1 and $2 and ${payload('p')} is distinct from ${payload('s')}
  ), kept as (
    insert into position_conflicts (${COLUMNS}, stored_hash, payload_hash)
    select ${COLUMNS}, stored_hash, payload_hash from differing on conflict do nothing
  )
  select count(*)::integer as conflicts from differing`;

function payload(table: string): string {
  const columns = PAYLOAD.map((column) => `${table}.${column}`);
  return `row(${columns.join(', ')}, ${table}.flags & ${~BACKFILLED & 0x7fff})`;
}

async function makeStaging(db: ClientBase): Promise<void> {
  await db.query('create temporary table if not exists positions_staging (like positions) on commit delete rows');
}

/** Between which all legal times of these rows lie. */
function timesOf({ firstTime, lastTime }: CopyRows): [string, string] {
  return [new Date(Math.floor(firstTime)).toISOString(), new Date(Math.ceil(lastTime)).toISOString()];
}

function copyBytes(db: ClientBase, sql: string, bytes: Buffer): Promise<void> {
  return new Promise((resolve, reject) => {
    const stream = db.query(copyFrom(sql));
    stream.once('error', reject);
    stream.once('finish', resolve);
    stream.end(bytes);
  });
}
