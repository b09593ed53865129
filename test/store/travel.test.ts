import { expect, onTestFinished, test } from 'vitest';
import type { Position } from '../../model/position.js';
import { NO_FIX } from '../../model/quality.js';
import { openPool } from '../../store/db.js';
import { type PlaceRow, Travel } from '../../store/travel.js';
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
    const travel = await stored(fixes);
    const read = async ([west, south, east, north]: number[], after = 0) => {
      const rows: PlaceRow[] = [];
      for await (const page of travel.placesIn({ west, south, east, north }, START, START + 3_600_000, after))
        rows.push(...page);
      return rows;
    };
    const near = await read([120.035, 31.49, 120.075, 31.51]);
    expect(near.map(([no, time]) => [no, (time - START) / 60_000])).toEqual(
      [1, 2, 3].flatMap((no) => [4, 6, 7].map((i) => [no, i])),
    );
    expect((await read([120.035, 31.49, 120.075, 31.51], 2)).every(([no]) => no === 3)).toBe(true);
    // So large a box is asked for by coarser tiles.
    expect(await read([110, 20, 130, 40])).toHaveLength(57);
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
      for (const [no, time, , , speed, heading] of page) {
        seen.push([(time - START) / 1000, no]);
        expect([speed, heading]).toEqual([40, null]);
      }
    }
    const wanted = Array.from({ length: 30 }, (_, i) => i + 1).flatMap((i) => [
      [i * 60 + 1, 1],
      [i * 60 + 2, 2],
    ]);
    expect(seen).toEqual(wanted.slice(0, -1));
  });
});
