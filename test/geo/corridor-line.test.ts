import fc from 'fast-check';
import { expect, test } from 'vitest';
import { CorridorLine } from '../../geo/corridor-line.js';
import { segmentDistanceM } from '../../geo/distance.js';
import { corridorLineOf, fenceContains, prepareFence } from '../../geo/fence.js';
import { FenceIndex } from '../../geo/fence-index.js';
import { parseFence } from '../../geo/fence-input.js';
import { fenceOf } from './support.js';

const micro = fc.integer({ min: 0, max: 40_000 }).map((n) => n / 1e6);
const place = fc.tuple(micro, micro).map(([x, y]): [number, number] => [120 + x, 31 + y]);
const corridor = fc
  .array(fc.tuple(place, fc.integer({ min: 10, max: 800 })), { minLength: 2, maxLength: 60 })
  .map((all) => ({ line: all.map(([at]) => at), widths: all.slice(1).map(([, width]) => width) }));

test('the segment is that which asking each of them gives', () => {
  fc.assert(
    fc.property(corridor, fc.array(place, { minLength: 1, maxLength: 10 }), ({ line, widths }, places) => {
      const halves = widths.map((width) => width / 2);
      const made = new CorridorLine(line, halves);
      for (const [lon, lat] of places) {
        const each = halves.map((half, i) => {
          const metres = segmentDistanceM(lon, lat, ...line[i], ...line[i + 1]);
          return { segment: i, metres, halfWidthM: half, beyondM: metres - half };
        });
        const holding = each.filter(({ beyondM }) => beyondM <= 0).sort((a, b) => a.metres - b.metres);
        const outside = [...each].sort((a, b) => a.beyondM - b.beyondM);
        expect(made.nearest(lon, lat)).toEqual(holding[0] ?? outside[0]);
      }
    }),
    { seed: 5, numRuns: 300 },
  );
});

test('a fence with a width for each segment holds what one of its segments holds, also by the index', () => {
  let inside = 0;
  fc.assert(
    fc.property(corridor, fc.array(place, { minLength: 1, maxLength: 20 }), ({ line, widths }, places) => {
      const fence = fenceOf(1, { type: 'LineString', coordinates: line }, { width: widths });
      const prepared = prepareFence(fence);
      const index = new FenceIndex();
      index.put(fence);
      for (const [lon, lat] of places) {
        const near = corridorLineOf(fence)?.nearest(lon, lat);
        const holds = (near?.beyondM ?? 1) <= 0;
        if (holds) inside++;
        expect(fenceContains(prepared, lon, lat)).toBe(holds);
        expect(index.query(lon, lat)).toEqual(holds ? [1] : []);
      }
    }),
    { seed: 6, numRuns: 200 },
  );
  expect(inside).toBeGreaterThan(300);
});

test('across 180°', () => {
  const line = new CorridorLine(
    [
      [179.99, 10],
      [-179.99, 10],
    ],
    [100],
  );
  expect(line.nearest(-179.995, 10.0005)).toMatchObject({ segment: 0, halfWidthM: 100 });
  expect(line.nearest(-179.995, 10.0005).metres).toBeCloseTo(55.6, 0);
  expect(line.nearest(179.995, 10.0005).metres).toBeCloseTo(55.6, 0);
});

const parsed = (
  properties: object,
  geometry: object = {
    type: 'LineString',
    coordinates: [
      [0, 0],
      [1, 0],
      [2, 0],
    ],
  },
) => parseFence({ type: 'Feature', geometry, properties });
const problems = (properties: object, geometry?: object) => {
  const read = parsed(properties, geometry);
  return 'problems' in read ? read.problems.map(({ path }) => path) : [];
};

test('widths and limits of segments, or of the corners that they begin at', () => {
  const wanted = {
    properties: { width: [40, 60], rules: [{ type: 'overspeed', limit: [80, null], duration: 5 }] },
  };
  expect(parsed({ width: [40, 60], speedLimit: [80, null], speedDuration: 5 })).toMatchObject(wanted);
  expect(parsed({ width: [40, 60, 99], speedLimit: [80, null, 7], speedDuration: 5 })).toMatchObject(wanted);
});

test('what is wrong with them is named', () => {
  expect(problems({ width: [40] })).toEqual(['properties.width']);
  expect(problems({ width: [40, -1] })).toEqual(['properties.width[1]']);
  expect(problems({ width: [40, 'x'] })).toEqual(['properties.width[1]']);
  expect(problems({ width: 40, speedLimit: [80, 0] })).toEqual(['properties.speedLimit[1]']);
  expect(problems({ width: 40, speedLimit: [null, null] })).toEqual(['properties.speedLimit']);
  expect(problems({ width: 40, rules: [{ type: 'overspeed', limit: [1, 2, 3, 4] }] })).toEqual([
    'properties.rules[0].limit',
  ]);
  expect(problems({ radius: 10, speedLimit: [80] }, { type: 'Point', coordinates: [0, 0] })).toEqual([
    'properties.speedLimit',
  ]);
  expect(problems({ width: [40, 300], onTerminal: true })).toEqual(['properties.width']);
});
