import type { Pool } from 'pg';
import { copyOut, integerSql, microsSql, timeSql } from './copy-out.js';
import { FIX_COLUMNS, FixPage } from './position-rows.js';

/** Fixes in one page of a track: one question to the database. */
const PAGE_FIXES = 5_000;

/**
 * Fixes of one vehicle with from ≤ fixTime < to (epoch ms), oldest first, in pages that a slow reader pulls one by one:
 * between two pages nothing is held but the page, no connection, and who stops reading stops the work. The next page
 * begins behind the key of the last fix, so what is stored meanwhile neither repeats a fix nor hides one.
 */
export async function* trackPages(
  pool: Pool,
  vehicleNo: number,
  from: number,
  to: number,
  pageFixes = PAGE_FIXES,
): AsyncGenerator<FixPage> {
  // Of the whole condition only the last one excludes what is read already; `time >=` lets days be left out by it.
  let start = timeSql(from);
  let after = `(${start}, -1, -1)`;
  for (;;) {
    const rows = await copyOut(
      pool,
      `select ${FIX_COLUMNS} from all_positions
       where vehicle_no = ${integerSql(vehicleNo)} and time < ${timeSql(to)} and time >= ${start}
         and (time, source, sub_seq) > ${after}
       order by time, source, sub_seq limit ${integerSql(pageFixes)}`,
    );
    const page = new FixPage(rows);
    if (page.length > 0) yield page;
    if (page.length < pageFixes) return;
    const { micros, source, subSeq } = page.lastPlace();
    start = microsSql(micros);
    after = `(${start}, ${source}, ${subSeq})`;
  }
}

/**
 * Fixes of several vehicles, of each from its own time (epoch ms) on, by vehicle and in order of time; of each the first
 * `most`. One page, so the caller sees to it that vehicles times `most` is no more than it wants to hold.
 */
export async function fixesSince(pool: Pool, since: ReadonlyMap<number, number>, most: number): Promise<FixPage> {
  const wanted = [...since].map(([no, time]) => `(${integerSql(no)}, ${timeSql(time)}::timestamptz)`);
  // The earliest of all is said once more as a constant: days before it are then left out when the question is planned.
  const earliest = timeSql(Math.min(...since.values()));
  const rows = await copyOut(
    pool,
    `select ${FIX_COLUMNS} from (values ${wanted.join(', ')}) as wanted (no, since), lateral (
       select ${FIX_COLUMNS} from all_positions
       where vehicle_no = wanted.no and time >= wanted.since and time >= ${earliest}
       order by time, source, sub_seq limit ${integerSql(most)}
     ) as track
     order by vehicle_no, time, source, sub_seq`,
  );
  return new FixPage(rows);
}

/** The newest fixes of one vehicle with since ≤ fixTime < time (epoch ms), newest first. */
export async function fixesBefore(
  pool: Pool,
  vehicleNo: number,
  time: number,
  since: number,
  limit: number,
): Promise<FixPage> {
  const rows = await copyOut(
    pool,
    `select ${FIX_COLUMNS} from all_positions
     where vehicle_no = ${integerSql(vehicleNo)} and time < ${timeSql(time)} and time >= ${timeSql(since)}
     order by time desc, source desc, sub_seq desc limit ${integerSql(limit)}`,
  );
  return new FixPage(rows);
}
