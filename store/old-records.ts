import type { Pool } from 'pg';

/** Rows of one statement: none of them waits or is waited for long, and a crash undoes no more. */
const MOST_ROWS = 5_000;

/**
 * Deletes alerts of which nothing has been told since `time` (epoch ms), with all their steps. One whose condition holds stays,
 * however old: its next step would bring it back without those before. Resolves with how many went.
 */
export async function dropAlerts(pool: Pool, time: number, stop?: AbortSignal, mostRows = MOST_ROWS): Promise<number> {
  return inPieces(pool, DROP_ALERTS, time, stop, mostRows);
}

/** Deletes commands that ended before `time` (epoch ms); one that nobody saw ending has done so when it expired. */
export async function dropCommands(pool: Pool, time: number, stop?: AbortSignal): Promise<number> {
  return inPieces(pool, DROP_COMMANDS, time, stop, MOST_ROWS);
}

/** Deletes what alerts point to and is no more since before `time` (epoch ms): mutes that ended, fences and roads that were removed. */
export async function dropBygones(pool: Pool, time: number): Promise<void> {
  const before = new Date(time).toISOString();
  await pool.query('delete from mutes where least("to", deleted_at) < $1', [before]);
  await pool.query('delete from fences where deleted_at < $1', [before]);
  await pool.query('delete from roads where deleted_at < $1', [before]);
}

/** Runs `text` until it finds nothing more; $1 is the time, $2 how many rows at most. */
async function inPieces(
  pool: Pool,
  text: string,
  time: number,
  stop: AbortSignal | undefined,
  mostRows: number,
): Promise<number> {
  const before = new Date(time).toISOString();
  for (let gone = 0; ; ) {
    const { rowCount } = await pool.query(text, [before, mostRows]);
    gone += rowCount ?? 0;
    if (!rowCount || rowCount < mostRows || stop?.aborted) return gone;
  }
}

/** Steps of older versions have no time of their own; those of before and after tell. */
const DROP_ALERTS = `
  with old as (
    select id from alerts
    where occurred_at < $1 and detected_at < $1 and cleared_at < $1
      and not exists (select from alert_transitions where alert_id = alerts.id and at >= $1)
    order by occurred_at limit $2
  ), steps as (
    delete from alert_transitions using old where alert_id = old.id
  )
  delete from alerts using old where alerts.id = old.id`;

const DROP_COMMANDS = `
  delete from commands where id in (
    select id from commands where created_at < $1 and coalesce(ended_at, expires_at) < $1 order by id limit $2
  )`;
