import { expect, onTestFinished, test } from 'vitest';
import { setCompression } from '../../store/compression.js';
import { openPool } from '../../store/db.js';
import { History } from '../../store/history.js';
import { LateRows } from '../../store/late-rows.js';
import { Retention } from '../../store/retention.js';
import { storeSizes } from '../../store/sizes.js';
import { needs } from '../support/needs.js';
import { connected, databasesOf, onEveryServer } from '../support/postgres.js';
import {
  accepted,
  closeLogs,
  fixAt,
  type Logs,
  openLogs,
  progressOf,
  type RunningWriter,
  rowsOf,
  startWriter,
} from './writer-support.js';

const DAY_S = 86_400;
const START = Date.UTC(2025, 0, 1);

interface Running {
  url: string;
  logs: Logs;
  writer: RunningWriter;
  pool: ReturnType<typeof openPool>;
  store(...fixes: ReturnType<typeof fixAt>[]): Promise<void>;
}

/** A writer on a fresh database, into which `before` was put while nobody wrote. */
async function running(url: string, before: () => Promise<void>, compressAfterDays: number | null): Promise<Running> {
  const logs = await openLogs();
  await startWriter(url, logs).stop(); // makes the tables
  await before();
  const writer = startWriter(url, logs, { compressAfterDays });
  const pool = openPool(url, () => {}, { connections: 2 });
  onTestFinished(async () => {
    await writer.stop();
    await closeLogs(logs);
    await pool.end();
  });
  const store = async (...fixes: ReturnType<typeof fixAt>[]) => {
    for (const p of fixes) expect(logs.spool.addFix(p)).toBe(true);
    await accepted(logs.spool);
    await writer.caughtUp();
  };
  return { url, logs, writer, pool, store };
}

/** Keys by table: `vehicle/second`, sorted. */
async function keysIn(url: string, table: 'positions' | 'positions_late' | 'all_positions'): Promise<string[]> {
  const rows = await rowsOf<{ key: string }>(
    url,
    `select vehicle_no || '/' || (extract(epoch from time - '2025-01-01 00:00+00'::timestamptz))::integer as key from ${table}`,
  );
  return rows.map(({ key }) => key).sort();
}

/** A late row that an earlier run has left. */
const leftOver = (url: string, vehicleNo: number, second: number) => () =>
  connected(url, async (db) => {
    await db.query(
      `insert into positions_late (time, received_at, lon, lat, vehicle_no, sub_seq, alarms, alarm_word, status_word, speed, quality, source, flags)
       values ($1, $1, 120, 31, $2, 0, 0, 0, 0, 40, 0, 1, 1)`,
      [new Date(START + second * 1000).toISOString(), vehicleNo],
    );
  });

onEveryServer('late rows', (server) => {
  test('while some wait, older fixes go beside them; a key is in one table only, and questions see every fix once', async () => {
    const url = await server.fresh();
    const { writer, pool, store } = await running(url, leftOver(url, 1, DAY_S), null);
    await store(fixAt(1, 60), fixAt(1, 2 * DAY_S), fixAt(1, DAY_S, { speedKmh: 99 }), fixAt(2, DAY_S - 1));
    expect(await keysIn(url, 'positions')).toEqual(['1/172800']);
    expect(await keysIn(url, 'positions_late')).toEqual(['1/60', '1/86400', '2/86399']);
    expect(writer.report.stats).toMatchObject({ storedNew: 3, duplicate: 1, conflict: 1, quarantined: 0 });
    const seconds: number[] = [];
    for await (const batch of new History(pool).track(1, START, START + 9 * DAY_S * 1000)) {
      for (const { fixTime } of batch) seconds.push((fixTime - START) / 1000);
    }
    expect(seconds).toEqual([60, DAY_S, 2 * DAY_S]);

    const late = new LateRows(pool, 1); // every row is a transaction of its own
    expect(await late.fold()).toBe(3);
    expect(await late.fold()).toBe(0);
    expect(await keysIn(url, 'positions_late')).toEqual([]);
    expect(await keysIn(url, 'positions')).toEqual(['1/172800', '1/60', '1/86400', '2/86399']);

    // The same again, as late rows and over rows that are folded in.
    await store(fixAt(1, 60), fixAt(1, 60, { lon: 7 }), fixAt(2, DAY_S - 1));
    expect(writer.report.stats).toMatchObject({ storedNew: 3, duplicate: 4, conflict: 2 });
    expect(await keysIn(url, 'all_positions')).toEqual(['1/172800', '1/60', '1/86400', '2/86399']);
    const { stored_new, duplicate } = await progressOf(url);
    expect(stored_new + duplicate).toBe(7);
  });

  test('a key that stands in both after all is folded into the first', async () => {
    const url = await server.fresh();
    const { pool, store } = await running(url, async () => {}, null);
    await store(fixAt(1, 60, { speedKmh: 41 }));
    await leftOver(url, 1, 60)();
    expect(await new LateRows(pool).fold()).toBe(1);
    expect(await rowsOf(url, 'select speed from all_positions')).toEqual([{ speed: 41 }]);
  });

  test('counts that do not agree leave everything where it was', async () => {
    const url = await server.fresh();
    const { pool } = await running(url, leftOver(url, 1, 60), null);
    await pool.query(`
      create function swallow() returns trigger language plpgsql as 'begin return null; end';
      create trigger swallow before delete on positions_late for each row execute function swallow()`);
    await expect(new LateRows(pool).fold()).rejects.toMatchObject({ code: 'late-rows-lost' });
    expect(await keysIn(url, 'positions')).toEqual([]);
    expect(await keysIn(url, 'positions_late')).toEqual(['1/60']);
    await pool.query('drop trigger swallow on positions_late');
    expect(await new LateRows(pool).fold()).toBe(1);
  });

  test('folding while the writer writes and loses its connection: every fix once, every count right', async () => {
    const url = await server.fresh();
    const { logs, pool, writer } = await running(url, leftOver(url, 9, 40 * DAY_S), null);
    const late = new LateRows(pool, 37);
    const keys = new Set<string>();
    let fixes = 0;
    for (let round = 0; round < 8; round++) {
      for (let i = 0; i < 150; i++) {
        // Three days, and every key again and again: beside those that wait, and over those that are folded in.
        const [vehicleNo, second] = [1 + (i % 3), (i % 3) * DAY_S + ((round * 53 + i * 7) % 90)];
        keys.add(`${vehicleNo}/${second}`);
        fixes++;
        logs.spool.addFix(fixAt(vehicleNo, second, i % 5 === 0 ? { speedKmh: 41 } : {}));
      }
      await accepted(logs.spool);
      writer.writer.wake();
      if (round === 3 || round === 5) {
        await pool.query(`select pg_terminate_backend(pid) from pg_stat_activity
          where application_name = 'cheji-writer' and datname = current_database()`);
        // Late again for the writer that comes back, as after a policy that changed.
        await leftOver(url, 9, (41 + round) * DAY_S)();
      }
      await late.fold();
    }
    await writer.caughtUp();
    await late.fold();
    const stored = (await keysIn(url, 'all_positions')).filter((key) => !key.startsWith('9/'));
    expect(stored).toEqual([...keys].sort());
    const { stored_new, duplicate, quarantined, missed } = await progressOf(url);
    expect({ stored_new, quarantined, missed }).toEqual({ stored_new: keys.size, quarantined: 0, missed: 0 });
    expect(stored_new + duplicate).toBe(fixes);
  });

  test('retention takes late rows too', async () => {
    const url = await server.fresh();
    const { pool } = await running(url, leftOver(url, 1, 60), null);
    await new Retention(pool, 2).apply(START + 30 * DAY_S * 1000);
    expect(await keysIn(url, 'all_positions')).toEqual([]);
  });
});

/** What only this edition has: chunks that are compressed. */
needs('community', 'late rows beside compressed chunks', (server) => {
  const compressed = (url: string) =>
    rowsOf<{ day: string; compressed: boolean }>(
      url,
      `select to_char(range_start at time zone 'UTC', 'YYYY-MM-DD') as day, is_compressed as compressed
       from timescaledb_information.chunks where hypertable_name = 'positions' order by range_start`,
    );
  /** Runs what the server does by itself in the background. */
  const runPolicy = (url: string) =>
    connected(url, async (db) => {
      const { rows } = await db.query(
        "select job_id from timescaledb_information.jobs where hypertable_name = 'positions' and proc_name like 'policy_co%'",
      );
      for (const { job_id } of rows) await db.query('call run_job($1)', [job_id]);
    });

  test('the policy is as it was asked for, again and again, and goes again', async () => {
    const url = await databasesOf(server).fresh();
    await running(url, async () => {}, null);
    const after = () =>
      rowsOf(
        url,
        "select config ->> 'compress_after' as after from timescaledb_information.jobs where hypertable_name = 'positions'",
      );
    await connected(url, async (db) => {
      expect(await setCompression(db, null)).toBeNull();
      expect(await setCompression(db, 7)).toContain('7 days');
      expect(await setCompression(db, 7)).toBeNull();
      expect(await after()).toEqual([{ after: '7 days' }]);
      expect(await setCompression(db, 30)).toContain('30 days');
      expect(await after()).toEqual([{ after: '30 days' }]);
      expect(await setCompression(db, null)).toContain('no longer');
      expect(await after()).toEqual([]);
    });
  });

  test('late fixes wait beside the chunks, are folded in once, counted once, and compressed with the others', async () => {
    const url = await databasesOf(server).fresh();
    const { logs, writer, pool, store } = await running(url, async () => {}, 7);
    const now = Math.floor((Date.now() - START) / 1000 / DAY_S) * DAY_S;
    const day = (n: number) => now - n * DAY_S;
    const late = new LateRows(pool);
    // A day of a past in which it was not late: as if it had been stored then.
    await store(...Array.from({ length: 500 }, (_, i) => fixAt(1 + (i % 5), day(20) + i)), fixAt(1, day(5)));
    expect(await keysIn(url, 'positions')).toEqual([`1/${day(5)}`]);
    expect(await late.fold()).toBe(500);
    await connected(url, (db) => setCompression(db, 7));
    await runPolicy(url);
    expect((await compressed(url)).map((chunk) => chunk.compressed)).toEqual([true, false]);

    await store(
      fixAt(1, day(20)), //                   equal to a compressed one
      fixAt(2, day(20) + 1, { speedKmh: 99 }), // another payload under its key
      fixAt(1, day(20) + 1), //               new, between compressed ones
      fixAt(9, day(20)), //                   a vehicle of which nothing is compressed
      fixAt(1, day(19)), //                   a day of which there is no chunk
      fixAt(1, day(6) + 1), //                not compressed yet, but so soon that it is not waited for
      fixAt(1, day(4)), //                    today's business
    );
    expect(writer.report.stats).toMatchObject({ storedNew: 506, duplicate: 2, conflict: 1, quarantined: 0 });
    const waiting = [`1/${day(20) + 1}`, `9/${day(20)}`, `1/${day(19)}`];
    expect(await keysIn(url, 'positions_late')).toEqual(expect.arrayContaining(waiting));
    const all = await keysIn(url, 'all_positions');
    expect(all).toHaveLength(506);

    expect(await late.fold()).toBeGreaterThanOrEqual(3);
    expect(await keysIn(url, 'positions_late')).toEqual([]);
    expect(await keysIn(url, 'positions')).toEqual(all);
    await runPolicy(url);
    expect(await keysIn(url, 'positions')).toEqual(all);
    expect((await compressed(url)).map((chunk) => chunk.compressed).slice(0, 2)).toEqual([true, true]);

    // The log again, from its start: nothing is stored twice, wherever it lies now.
    await writer.stop();
    await pool.query('update writer_progress set seq = 0, stored_new = 0, duplicate = 0, conflict = 0');
    const again = startWriter(url, logs, { compressAfterDays: 7 });
    await again.caughtUp();
    const { stats } = await again.stop();
    expect(stats).toMatchObject({ storedNew: 0, duplicate: 508, quarantined: 0, missed: 0 });
    expect(await keysIn(url, 'all_positions')).toEqual(all);

    const { positions } = await connected(url, storeSizes);
    expect(positions.compression).toMatchObject({ parts: 2, ratio: expect.any(Number) });
    expect(positions.rows).toBeGreaterThanOrEqual(501); // estimates: rows that were folded in are not told apart

    expect(await new Retention(pool, 10).apply(Date.now())).toMatchObject({
      dropped: [expect.any(String), expect.any(String)],
    });
    expect(await keysIn(url, 'all_positions')).toEqual([`1/${day(4)}`, `1/${day(5)}`, `1/${day(6) + 1}`].sort());
  });

  test('compression switched off: compressed days are left alone all the same', async () => {
    const url = await databasesOf(server).fresh();
    const first = await running(url, async () => {}, null);
    await first.store(fixAt(1, 60), fixAt(1, 3 * DAY_S));
    await connected(url, async (db) => {
      await setCompression(db, 7);
      await db.query(
        "select compress_chunk(c) from show_chunks('positions', older_than => '2025-01-02 00:00+00'::timestamptz) c",
      );
      await setCompression(db, null);
    });
    await first.writer.stop();
    const again = startWriter(url, first.logs, { compressAfterDays: null });
    onTestFinished(async () => void (await again.stop()));
    for (const p of [fixAt(1, 61), fixAt(1, 2 * DAY_S)]) first.logs.spool.addFix(p);
    await accepted(first.logs.spool);
    await again.caughtUp();
    expect(await keysIn(url, 'positions_late')).toEqual(['1/61']);
    expect(await keysIn(url, 'positions')).toEqual([`1/${2 * DAY_S}`, `1/${3 * DAY_S}`, '1/60'].sort());
  });
});
