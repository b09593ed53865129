import fc from 'fast-check';
import { expect, onTestFinished, test, vi } from 'vitest';
import type { Change } from '../../model/change.js';
import { copyOfFix } from '../../model/fixes.js';
import { LOCATED, type Position } from '../../model/position.js';
import type { SumQuery } from '../../model/travel-sum.js';
import { openPool } from '../../store/db.js';
import { History } from '../../store/history.js';
import { JourneyTables } from '../../store/journeys.js';
import { Travel } from '../../store/travel.js';
import { travelSums } from '../../store/travel-sums.js';
import { Digest } from '../../tracks/digest.js';
import { HourSums } from '../../tracks/hours.js';
import { tripsAndStops } from '../../tracks/trips.js';
import { accepted, closeLogs, fixAt, openLogs, rowsOf, startWriter } from '../store/writer-support.js';
import { onEveryServer } from '../support/postgres.js';

const END = Date.UTC(2100, 0, 1);

/** A vehicle that drives and rests by turns: a fix a minute, 24 an hour of them at rest. */
function drive(vehicleNo: number, minutes: number, from = 0): Position[] {
  return Array.from({ length: minutes }, (_, i) => {
    const minute = from + i;
    const driven = Math.floor(minute / 30) * 18 + Math.min(minute % 30, 18);
    return fixAt(vehicleNo, minute * 60, { lon: 120 + driven / 200, mileageKm: driven / 2, flags: LOCATED });
  });
}

onEveryServer('digest', (server) => {
  /** A running writer and a digest on one database. */
  async function start() {
    const url = await server.fresh();
    const logs = await openLogs();
    const writer = startWriter(url, logs);
    const pool = openPool(url, () => {}, { connections: 3 });
    const history = new History(pool);
    const travel = new Travel(pool);
    const digest = new Digest(new JourneyTables(pool), history, travel);
    onTestFinished(async () => {
      await writer.stop();
      await closeLogs(logs);
      await pool.end();
    });
    return {
      url,
      pool,
      digest,
      travel,
      addChange: (change: Change) => logs.spool.addChange(change),
      async store(fixes: Position[]) {
        for (const p of fixes) logs.spool.addFix(p);
        await accepted(logs.spool);
        await writer.caughtUp();
      },
      /** What the tables have must be what all fixes together say. */
      async check(vehicleNo: number) {
        const fixes: Position[] = [];
        for await (const batch of history.track(vehicleNo, 0, END)) fixes.push(...Array.from(batch, copyOfFix));
        const { trips, stops } = await travel.journey(vehicleNo, 0, END, 10_000);
        const said = tripsAndStops(fixes);
        expect(stops).toEqual(said.stops);
        expect(trips.map(rounded)).toEqual(said.trips.map(rounded));
        const sums = new HourSums();
        for (const p of fixes) sums.add(p);
        const hours = await rowsOf<Record<string, number | Date>>(
          url,
          'select hour, fixes, distance_m, complete_m, online_minutes from vehicle_hours where vehicle_no = $1 order by hour',
          [vehicleNo],
        );
        expect(
          hours.map((h) => [
            Number(h.hour),
            h.fixes,
            Math.round(Number(h.distance_m)),
            Math.round(Number(h.complete_m)),
            h.online_minutes,
          ]),
        ).toEqual(
          sums.hours.map((h) => [h.hour, h.fixes, Math.round(h.distanceM), Math.round(h.completeM), h.onlineMinutes]),
        );
        return said;
      },
    };
  }

  const rounded = <T extends { maxSpeedKmh: number }>(t: T) => ({ ...t, maxSpeedKmh: Math.fround(t.maxSpeedKmh) });

  test('follows the fixes as they come, and late ones into the past', async () => {
    const system = await start();
    const day = drive(7, 600);
    const late = day.filter((_, i) => i >= 200 && i < 330);
    await system.store(day.filter((p) => !late.includes(p) && p.fixTime < day[400].fixTime));
    await system.store(drive(8, 60));
    expect(await system.digest.pass()).toBe(2);
    expect((await system.check(7)).trips.some(({ ended }) => ended === 'gap')).toBe(true);
    await system.check(8);

    await system.store(day.slice(400)); // in order
    await system.store(late); //           from a blind spot
    expect(await system.digest.pass()).toBe(1);
    const { trips, stops } = await system.check(7);
    expect([trips.length, stops.length]).toEqual([20, 20]);
    expect(trips.every(({ ended }) => ended === 'stop')).toBe(true);
    expect(await system.digest.pass()).toBe(0);
  });

  test('a vehicle that has not rested for more than a week has one trip, however often it looks', async () => {
    const system = await start();
    // A fix each nine minutes, 1.1 km further each time; unheard of for an hour every two days, and then elsewhere.
    const voyage = Array.from({ length: 9 * 160 }, (_, i) =>
      fixAt(7, i * 540 + Math.floor(i / 320) * 3600, { lon: 100 + i / 100 + Math.floor(i / 320) / 10, flags: LOCATED }),
    );
    let stored = 0;
    for (const until of [1270, 1290, 1310, voyage.length]) {
      await system.store(voyage.slice(stored, until));
      stored = until;
      expect(await system.digest.pass()).toBe(1);
      const { trips, stops } = await system.check(7);
      expect([trips.length, stops.length]).toEqual([Math.ceil(until / 320), 0]);
    }
  });

  test('in whatever order fixes arrive, and however often it looks, the tables say the same', async () => {
    const system = await start();
    let vehicleNo = 100;
    await fc.assert(
      fc.asyncProperty(
        fc.array(fc.record({ s: fc.constantFrom(30, 60, 300, 700), m: fc.constantFrom(0, 0, 30, 150, 400, 900) }), {
          minLength: 5,
          maxLength: 60,
        }),
        fc.array(fc.nat(), { minLength: 1, maxLength: 6 }),
        async (steps, cuts) => {
          vehicleNo++;
          let second = 0;
          let metres = 0;
          const fixes = steps.map(({ s, m }) =>
            fixAt(vehicleNo, (second += s), { lon: 120 + (metres += m) / 95_000, speedKmh: m / 10 }),
          );
          const parts: Position[][] = cuts.map(() => []);
          for (const [i, p] of fixes.entries()) parts[(i + cuts[i % cuts.length]) % cuts.length].push(p);
          for (const part of parts) {
            await system.store(part);
            await system.digest.pass();
          }
          await system.check(vehicleNo);
        },
      ),
      { seed: 11, numRuns: 12 },
    );
  });

  test('what comes in order is worked in from where the last look was, whatever the vehicle does', async () => {
    const system = await start();
    let vehicleNo = 200;
    const steps = fc.array(
      fc.record({ s: fc.constantFrom(10, 30, 60, 300, 700), m: fc.constantFrom(0, 0, 30, 150, 400, 900) }),
      { minLength: 20, maxLength: 120 },
    );
    await fc.assert(
      fc.asyncProperty(
        steps,
        fc.array(fc.integer({ min: 1, max: 30 }), { minLength: 3, maxLength: 8 }),
        async (s, cuts) => {
          vehicleNo++;
          let second = 0;
          let metres = 0;
          const fixes = s.map(({ s, m }) =>
            fixAt(vehicleNo, (second += s), {
              lon: 120 + (metres += m) / 95_000,
              mileageKm: metres / 1000,
              speedKmh: m / 10,
            }),
          );
          let at = 0;
          for (const cut of [...cuts, fixes.length]) {
            await system.store(fixes.slice(at, (at += cut)));
            await system.digest.pass();
            await system.check(vehicleNo);
          }
        },
      ),
      { seed: 12, numRuns: 8 },
    );
  });

  test('who drives for hours is not read from the beginning each time', async () => {
    const system = await start();
    const read = vi.spyOn(system.travel, 'since');
    const way = Array.from({ length: 300 }, (_, i) => fixAt(9, i * 60, { lon: 120 + i / 100, mileageKm: i }));
    for (let at = 0; at < way.length; at += 20) {
      await system.store(way.slice(at, at + 20));
      await system.digest.pass();
    }
    expect((await system.check(9)).trips).toHaveLength(1);
    const lengths = await Promise.all(read.mock.results.map(async ({ value }) => (await value).length));
    // The new ones, those of the time before, and the one that the trip was known up to.
    expect(Math.max(...lengths)).toBeLessThanOrEqual(42);
    await system.store([fixAt(9, 100 * 60 + 30, { lon: 121.5 })]); // late, and off the way
    await system.digest.pass();
    await system.check(9);
  });

  test('hours add up by day and group, page by page, odometer jumps included', async () => {
    const system = await start();
    const putVehicle = (no: number, company: string | null, at = 1) =>
      system.addChange({
        type: 'vehicle-put',
        revision: no,
        at,
        vehicle: {
          no,
          id: `v${no}`,
          plate: null,
          plateColor: null,
          category: 'taxi',
          company,
          region: '3202',
          terminals: [],
          createdAt: 1,
        },
      });
    putVehicle(1, 'East');
    putVehicle(2, 'East');
    putVehicle(3, null);
    const two = drive(2, 600);
    for (const p of two.slice(300)) p.mileageKm -= 60; // a new odometer
    await system.store([...drive(1, 600), ...two, ...drive(3, 60)]);
    await system.digest.pass();

    // 2025-01-01 00:00 UTC is 08:00 in China: ten hours are one day there.
    const day = Date.UTC(2024, 11, 31, 16);
    const ask = (more: Partial<SumQuery>) =>
      travelSums(system.pool, {
        period: 'day',
        group: 'vehicle',
        from: day,
        to: day + 86_400_000,
        limit: 100,
        ...more,
      });
    const byVehicle = await ask({});
    expect(byVehicle.map(({ start, key, fixes, onlineMinutes }) => [start, key, fixes, onlineMinutes])).toEqual([
      [day, 'v1', 600, 600],
      [day, 'v2', 600, 600],
      [day, 'v3', 60, 60],
    ]);
    expect(byVehicle[0].odometerKm).toBeCloseTo(180);
    expect(byVehicle[1].jumps).toEqual([
      { at: two[300].fixTime, fromKm: two[299].mileageKm, toKm: two[300].mileageKm },
    ]);
    const companies = await ask({ group: 'company' });
    expect(companies.map(({ key, vehicles, fixes }) => [key, vehicles, fixes])).toEqual([
      ['', 1, 60],
      ['East', 2, 1200],
    ]);
    expect(companies[1].distanceM).toBeCloseTo(byVehicle[0].distanceM + byVehicle[1].distanceM, 3);
    expect(companies[1].speedProfile).toEqual([0, 0, 0, 1200, 0, 0, 0, 0]);
    expect((await ask({ company: 'East', after: { start: day, key: 'v1' } })).map(({ key }) => key)).toEqual(['v2']);
    expect(await ask({ period: 'hour', vehicleNo: 1 })).toHaveLength(10);

    // Vehicle 1 was sold at noon: what it did before stays with its company of then, and a second word changes nothing.
    for (let word = 0; word < 2; word++) putVehicle(1, 'West', day + 12 * 3_600_000);
    putVehicle(1, 'East');
    await system.store([]);
    const sold = await ask({ group: 'company' });
    expect(sold.map(({ key, fixes }) => [key, fixes])).toEqual([
      ['', 60],
      ['East', 840],
      ['West', 360],
    ]);
    expect((await ask({ period: 'month', vehicleNo: 1 })).map(({ start }) => start)).toEqual([day]);
  });

  test('many vehicles at once, and one among them whose track is too long to be one of many', async () => {
    const system = await start();
    const fleet = Array.from({ length: 150 }, (_, i) => i + 1);
    const long = 77;
    const minutes = (no: number) => (no === long ? 3000 : 90);
    await system.store(fleet.flatMap((no) => drive(no, minutes(no) - 30)));
    expect(await system.digest.pass()).toBe(150);
    await system.store(fleet.flatMap((no) => drive(no, 30, minutes(no) - 30)));
    await system.store([fixAt(5, 90, { lon: 120.004 })]); // late
    expect(await system.digest.pass()).toBe(150);
    for (const no of [1, 5, 63, 64, 65, long, 128, 129, 150]) await system.check(no);
  });

  test('what a broken pass left is worked in by the next', async () => {
    const system = await start();
    await system.store(drive(3, 120));
    const gone = new AbortController();
    gone.abort();
    expect(await system.digest.pass(gone.signal)).toBe(0);
    expect(await system.digest.pass()).toBe(1);
    await system.check(3);
    expect(await rowsOf(system.url, 'select 1 from track_news')).toEqual([]);
  });
});
