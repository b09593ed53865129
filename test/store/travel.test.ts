import { expect, onTestFinished, test } from 'vitest';
import type { Position } from '../../model/position.js';
import { NO_FIX } from '../../model/quality.js';
import { openPool } from '../../store/db.js';
import { type Place, placePages, reportPages } from '../../store/places.js';
import { Travel } from '../../store/travel.js';
import { onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, fixAt, openLogs, storeAll } from './writer-support.js';

const START = Date.UTC(2025, 0, 1);

onEveryServer('travel', (server) => {
  async function stored(fixes: Position[]): Promise<Travel> {
    const url = await server.fresh();
    const logs = await openLogs();
    for (const p of fixes) logs.spool.addFix(p);
    await accepted(logs.spool);
    await storeAll(url, logs);
    await closeLogs(logs);
    const pool = openPool(url, () => {}, { connections: 2 });
    onTestFinished(() => pool.end());
    return new Travel(pool);
  }

  test('places by tile and time, in order, reliable ones only; vehicles that are elsewhere between', async () => {
    const fixes = [1, 2, 3].flatMap((no) =>
      Array.from({ length: 20 }, (_, i) =>
        fixAt(no, i * 60, { lon: 120 + i / 100, lat: 31.5, quality: i === 5 ? NO_FIX : 0 }),
      ),
    );
    const atDateLine = [179.999, -179.999].map((lon, i) => fixAt(4 + i, 0, { lon, lat: 31.5 }));
    const travel = await stored([...fixes, ...atDateLine]);
    const read = async ([west, south, east, north]: number[], after = 0) => {
      const rows: Place[] = [];
      for await (const page of travel.placesIn({ west, south, east, north }, START, START + 3_600_000, after))
        rows.push(...page);
      return rows;
    };
    const near = await read([120.035, 31.49, 120.075, 31.51]);
    expect(near.map(({ vehicleNo, fixTime }) => [vehicleNo, (fixTime - START) / 60_000])).toEqual(
      [1, 2, 3].flatMap((no) => [4, 6, 7].map((i) => [no, i])),
    );
    expect((await read([120.035, 31.49, 120.075, 31.51], 2)).every(({ vehicleNo }) => vehicleNo === 3)).toBe(true);
    // So large a box is asked for by coarser tiles.
    expect(await read([110, 20, 130, 40])).toHaveLength(57);
    expect((await read([179.99, 31.4, 180.01, 31.6])).map(({ vehicleNo }) => vehicleNo)).toEqual([4, 5]);
    expect((await read([-180.01, 31.4, -179.99, 31.6])).map(({ vehicleNo }) => vehicleNo)).toEqual([4, 5]);
    expect((await read([179.99, 31.4, 180, 31.6])).map(({ vehicleNo }) => vehicleNo)).toEqual([4]);
    expect(
      await travel.hasBetween([
        [1, START, START + 120_000],
        [1, START, START + 60_000],
        [9, START, START + 120_000],
      ]),
    ).toEqual([true, false, false]);
    const before = await travel.before(2, START + 600_000, START, 3);
    expect(Array.from(before, ({ fixTime }) => (fixTime - START) / 60_000)).toEqual([9, 8, 7]);
  });

  test('reports of many vehicles in order of time, across the windows they are asked for by', async () => {
    const fixes = [2, 1].flatMap((no) =>
      Array.from({ length: 40 }, (_, i) =>
        fixAt(no, i * 60 + no, { lon: 120.001 + i / 1e5, lat: 31.5, headingDeg: NaN }),
      ),
    );
    const travel = await stored([...fixes, fixAt(3, 60, { lon: 121, lat: 31.5 })]);
    const seen: [number, number][] = [];
    const box = { west: 120, south: 31.4, east: 120.1, north: 31.6 };
    for await (const page of travel.reportsIn(box, START + 60_000, START + 1_801_500)) {
      for (const { vehicleNo, fixTime, speedKmh, headingDeg } of page) {
        seen.push([(fixTime - START) / 1000, vehicleNo]);
        expect([speedKmh, headingDeg]).toEqual([40, NaN]);
      }
    }
    const wanted = Array.from({ length: 30 }, (_, i) => i + 1).flatMap((i) => [
      [i * 60 + 1, 1],
      [i * 60 + 2, 2],
    ]);
    expect(seen).toEqual(wanted.slice(0, -1));
  });

  test('fixes of one second at the edge of a page: none is missed, none comes twice, also while more are stored', async () => {
    // Each vehicle has, at every moment, one to four fixes: by two sources, and two in one second.
    const kinds = [
      [1, 0],
      [1, 1],
      [2, 0],
      [2, 1],
    ];
    const at = (no: number, i: number, kind: number[], east = 0) =>
      fixAt(no, i * 30, { lon: 120 + i / 1e4 + east, lat: 31.5, source: kind[0], subSeq: kind[1] });
    const fixes = [1, 2].flatMap((no) =>
      Array.from({ length: 12 }, (_, i) => kinds.slice(0, 1 + ((i + no) % 4)).map((kind) => at(no, i, kind))).flat(),
    );
    const travel = await stored(fixes);
    const box = { west: 119.9, south: 31.4, east: 120.2, north: 31.6 };
    const key = ({ vehicleNo, fixTime, lon }: Place) => `${vehicleNo} ${fixTime} ${lon}`;
    const wanted = fixes.map(key).sort();
    for (const size of [5, 6, 7, 11, 1000]) {
      for (const pages of [
        placePages(travel.pool, box, START, START + 3_600_000, 0, size),
        reportPages(travel.pool, box, START, START + 3_600_000, size),
      ]) {
        const seen: string[] = [];
        for await (const page of pages) {
          expect(page.length).toBeLessThanOrEqual(size);
          seen.push(...page.map(key));
          if (size !== 7) continue;
          // Somebody stores more behind what was read: it does not move the rest.
          await travel.pool.query(
            `insert into positions select (jsonb_populate_record(p, jsonb_build_object('source', $1::int))).* from positions p
             where vehicle_no = 1 and source = 1 and sub_seq = 0 order by time limit 1`,
            [10 + seen.length],
          );
        }
        expect(seen.sort()).toEqual(wanted);
        await travel.pool.query('delete from positions where source > 9');
      }
    }
  });
});
