import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Position } from '../../model/position.js';
import { offLineM, simplifiedTrack } from '../../tracks/simplify.js';
import { at } from './support.js';

/** The farthest that any fix lies from the line between its kept neighbours, metres. */
function deviation(fixes: readonly Position[], kept: readonly Position[]): number {
  let most = 0;
  let next = 0;
  for (const p of fixes) {
    if (p === kept[next]) {
      next++;
      continue;
    }
    most = Math.max(most, offLineM(p, kept[next - 1], kept[next]));
  }
  expect(next).toBe(kept.length);
  return most;
}

const step = fc.record({
  s: fc.constantFrom(1, 10, 30, 700),
  east: fc.integer({ min: -400, max: 900 }),
  north: fc.integer({ min: -600, max: 20_000 }), // as far as from Hainan to Heilongjiang in all
  speedKmh: fc.oneof(fc.constant(NaN), fc.integer({ min: 0, max: 120 })),
  alarms: fc.constantFrom(0, 0, 0, 1),
});

test('no fix that is left out lies farther from the line than was asked', () => {
  fc.assert(
    fc.property(
      fc.array(step, { maxLength: 120 }),
      fc.double({ min: 0, max: 3000, noNaN: true }),
      (steps, tolerance) => {
        const sum = { s: 0, east: 0, north: -1_000_000 };
        const fixes = steps.map(({ s, east, north, speedKmh, alarms }) =>
          at((sum.s += s), (sum.east += east), (sum.north += north), { speedKmh, alarms }),
        );
        const kept = simplifiedTrack(fixes, tolerance);
        expect(deviation(fixes, kept)).toBeLessThanOrEqual(tolerance);
        for (let i = 1; i < fixes.length; i++) {
          if (fixes[i].alarms === fixes[i - 1].alarms && fixes[i].fixTime - fixes[i - 1].fixTime <= 600_000) continue;
          expect(kept).toContain(fixes[i]);
          expect(kept).toContain(fixes[i - 1]);
        }
      },
    ),
    { seed: 31, numRuns: 300 },
  );
});

test('a straight road is two fixes; where something happened there are more', () => {
  const road = Array.from({ length: 40 }, (_, i) => at(i * 30, i * 300, 0, { speedKmh: 36 }));
  expect(simplifiedTrack(road, 5)).toEqual([road[0], road[39]]);

  for (const [i, speedKmh] of [50, 70, 90, 80, 60].entries()) road[10 + i].speedKmh = speedKmh;
  road[20].alarms = road[21].alarms = 1;
  const kept = simplifiedTrack(road, 5).map((p) => road.indexOf(p));
  expect(kept).toEqual([0, 12, 19, 20, 21, 22, 39]); // the peak, and both edges of the alarm
});

test('both ends of a stop are kept, and of a silence', () => {
  const drive = [0, 300, 600, 600, 600, 600, 600, 600, 900, 1200, 1500].map((east, i) => at(i * 60, east));
  expect(simplifiedTrack(drive, 50).map((p) => drive.indexOf(p))).toEqual([0, 2, 7, 10]);
  const silent = [...drive.slice(0, 3), at(5000, 5000), at(5060, 5300), at(5120, 5600)];
  expect(simplifiedTrack(silent, 50).map((p) => silent.indexOf(p))).toEqual([0, 2, 3, 5]);
});

test('the line goes the short way round at 180°', () => {
  const lons = [179.98, 179.99, -179.99, -179.98];
  const fixes = lons.map((lon, i) => at(i * 60, 0, 0, { lon }));
  expect(simplifiedTrack(fixes, 5)).toEqual([fixes[0], fixes[3]]);
});
