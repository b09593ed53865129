import { expect, onTestFinished, test } from 'vitest';
import { openPool } from '../../store/db.js';
import { Retention } from '../../store/retention.js';
import { storeSizes } from '../../store/sizes.js';
import { connected, onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, fixAt, openLogs, rowsOf, startWriter } from './writer-support.js';

const DAY_S = 86_400;
const START = Date.UTC(2025, 0, 1);

onEveryServer('retention', (server) => {
  test('whole days that are too old go, the others stay, and a late fix finds its day again', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    const writer = startWriter(url, logs);
    const pool = openPool(url, () => {}, { connections: 2 });
    onTestFinished(async () => {
      await writer.stop();
      await closeLogs(logs);
      await pool.end();
    });
    const store = async (seconds: number[]) => {
      for (const second of seconds) logs.spool.addFix(fixAt(1, second));
      await accepted(logs.spool);
      await writer.caughtUp();
    };
    const days = async () =>
      (
        await rowsOf<{ day: number }>(
          url,
          "select (extract(epoch from time - '2025-01-01 00:00+00'::timestamptz) / 86400)::integer as day from positions order by 1",
        )
      ).map(({ day }) => day);
    await store([0, 1, 2, 3, 4].map((day) => day * DAY_S + 60));
    await pool.query(`insert into vehicle_hours (vehicle_no, hour, fixes, qualified, online_minutes, distance_m, complete_m, odometer_km, moving_ms, speed_profile, drift)
      select 1, '2025-01-01 00:00+00'::timestamptz + n * interval '1 day', 1, 1, 1, 0, 0, 0, 0, '{}', 0 from generate_series(0, 4) as n`);

    // Three days are kept on the fifth day, from its second hour on: the first two are over and too old.
    const retention = new Retention(pool, 2);
    expect((await retention.apply(START + 4 * DAY_S * 1000 + 3_600_000)).dropped).toHaveLength(2);
    expect(await days()).toEqual([2, 3, 4]);
    expect(await rowsOf(url, 'select hour from vehicle_hours')).toHaveLength(3);
    const nothing = { dropped: [], held: false };
    expect(await retention.apply(START + 4 * DAY_S * 1000 + 3_600_000)).toEqual(nothing);

    await store([DAY_S + 120]);
    expect(await days()).toEqual([1, 2, 3, 4]);

    const sizes = await connected(url, storeSizes);
    expect(sizes.positions).toMatchObject({
      oldest: '2025-01-02T00:02:00.000Z',
      newest: '2025-01-05T00:01:00.000Z',
      compression: null,
    });
    expect(sizes.positions.bytes).toBeGreaterThan(8192);
    expect(sizes.positions.parts).toBeGreaterThanOrEqual(4);
    expect(sizes.others.map(({ name }) => name)).toContain('vehicle_hours');
    expect(sizes.others.map(({ name }) => name)).not.toContain('positions_20250105');
  });

  test('a reader that stays long holds up the dropping, and neither the writer nor other readers', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    const writer = startWriter(url, logs);
    const pool = openPool(url, () => {}, { connections: 4 });
    onTestFinished(async () => {
      await writer.stop();
      await closeLogs(logs);
      await pool.end();
    });
    const store = async (...days: number[]) => {
      for (const day of days) logs.spool.addFix(fixAt(1, day * DAY_S + 60));
      await accepted(logs.spool);
      await writer.caughtUp();
    };
    await store(0, 1, 2, 3);
    const now = START + 4 * DAY_S * 1000;
    const retention = new Retention(pool, 2);

    const reader = await pool.connect();
    await reader.query('begin isolation level repeatable read');
    await reader.query('select count(*) from positions'); // holds every day
    // Twice: what was broken off the first time must not be in the way of the second.
    for (const round of [0, 1]) {
      const dropping = retention.apply(now);
      // Live days go on being written, new days begin, and others read all there is.
      for (let day = 3; day < 6; day++) {
        await store(day + 2 * round + 0.1);
        expect(await rowsOf(url, 'select time from all_positions')).not.toEqual([]);
      }
      expect(await dropping).toEqual({ dropped: [], held: true });
    }
    await reader.query('commit');
    reader.release();
    expect(await retention.apply(now)).toMatchObject({
      dropped: [expect.any(String), expect.any(String)],
      held: false,
    });
    expect(await rowsOf(url, "select from positions where time < '2025-01-03 00:00+00'")).toEqual([]);
    expect(writer.states.map(({ state }) => state)).toEqual(['starting', 'ready']);
    expect((await writer.caughtUp()).stats.storedNew).toBe(9);
  });
});
