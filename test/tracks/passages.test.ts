import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { prepareFence } from '../../geo/fence.js';
import { parseFence } from '../../geo/fence-input.js';
import { tileOf, tilesTouching } from '../../store/tile.js';
import { passagesIn } from '../../tracks/passages.js';
import { at, clock } from './support.js';

/** An area with corners in metres from 120 E, 31 N. */
function area(...rings: [number, number][][]) {
  return prepared(
    rings.map((ring) =>
      ring.map(([east, north]): [number, number] => [at(0, east, north).lon, at(0, east, north).lat]),
    ),
  );
}

/** Rings of corners in degrees, not closed. */
function prepared(rings: [number, number][][]) {
  const coordinates = rings.map((ring) => [...ring, ring[0]]);
  const parsed = parseFence({ type: 'Feature', geometry: { type: 'Polygon', coordinates }, properties: {} });
  if ('problems' in parsed) throw new Error(parsed.problems[0].message);
  return prepareFence({ no: 0, ...parsed });
}

const SQUARE = area([
  [0, 0],
  [1000, 0],
  [1000, 1000],
  [0, 1000],
]);

function told(fixes: ReturnType<typeof at>[], broken?: Set<number>) {
  return passagesIn(SQUARE, fixes, broken).map(
    (p) =>
      `${p.sawEntry ? 'in' : 'there'} ${clock(p.entered)} ${p.sawExit ? 'out' : 'there'} ${clock(p.left)} ${p.fixes}`,
  );
}

describe('passages', () => {
  test('in and out to the second, between the fixes', () => {
    expect(told([at(0, -500, 500), at(100, 500, 500), at(200, 1500, 500)])).toEqual(['in 00:00:50 out 00:02:30 1']);
  });

  test('through between two sparse fixes', () => {
    expect(told([at(0, -400, 500), at(180, 1400, 500)])).toEqual(['in 00:00:40 out 00:02:20 0']);
    expect(told([at(0, -400, -500), at(180, 1400, -500)])).toEqual([]);
    // A corner is cut: through, although both ends are far from it.
    expect(told([at(0, -300, 700), at(100, 700, -300)])).toEqual(['in 00:00:30 out 00:01:10 0']);
  });

  test('where the way between is not known, nothing is made up', () => {
    expect(told([at(0, -600, 500), at(120, 1600, 500)])).toEqual([]); // 2200 m
    expect(told([at(0, -100, 500), at(700, 1100, 500)])).toEqual([]); // 700 s
    expect(told([at(0, 500, 500), at(700, 1600, 500)])).toEqual(['there 00:00:00 there 00:00:00 1']);
  });

  test('who stays, stays; also silent for hours', () => {
    expect(told([at(0, 100, 100), at(60, 200, 100), at(7200, 210, 100), at(7260, -90, 100)])).toEqual([
      'there 00:00:00 out 02:00:42 3',
    ]);
  });

  test('in and out again are two', () => {
    expect(told([at(0, 500, 500), at(60, 500, 1400), at(120, 500, 500)])).toEqual([
      'there 00:00:00 out 00:00:33 1',
      'in 00:01:26 there 00:02:00 1',
    ]);
  });

  test('a leg that is known to be none is none', () => {
    const fixes = [at(0, -400, 500), at(180, 1400, 500)];
    expect(passagesIn(SQUARE, fixes)[0].doubtful).toEqual([[fixes[0].fixTime, fixes[1].fixTime]]);
    expect(told(fixes, new Set([fixes[0].fixTime]))).toEqual([]);
    expect(passagesIn(SQUARE, [at(0, -400, 500), at(20, 600, 500)])[0].doubtful).toEqual([]);
  });

  test('a hole is outside', () => {
    const ring = area(
      [
        [0, 0],
        [1000, 0],
        [1000, 1000],
        [0, 1000],
      ],
      [
        [300, 300],
        [300, 700],
        [700, 700],
        [700, 300],
      ],
    );
    const spans = passagesIn(ring, [at(0, -500, 500), at(200, 1500, 500)]).map((p) => [
      clock(p.entered),
      clock(p.left),
    ]);
    expect(spans).toEqual([
      ['00:00:50', '00:01:20'],
      ['00:02:00', '00:02:30'],
    ]);
  });
});

test('across 180° the short way counts', () => {
  const strait = prepared([
    [
      [179.995, 60],
      [-179.995, 60],
      [-179.995, 60.01],
      [179.995, 60.01],
    ],
  ]);
  const ship = (seconds: number, lon: number, lat = 60.005) => ({ ...at(seconds, 0, 0), lon, lat });
  const through = passagesIn(strait, [ship(0, 179.99), ship(100, -179.99)]);
  expect(through).toMatchObject([{ sawEntry: true, sawExit: true, fixes: 0 }]);
  expect(through[0].entry.lon).toBeCloseTo(179.995, 6);
  expect(through[0].exit.lon).toBeCloseTo(-179.995, 6);
  expect([through[0].entered, through[0].left].map(clock)).toEqual(['00:00:25', '00:01:15']);
  // Into what lies on one side of it, from the other.
  const beside = prepared([
    [
      [179.985, 60],
      [179.995, 60],
      [179.995, 60.01],
      [179.985, 60.01],
    ],
  ]);
  const [into] = passagesIn(beside, [ship(0, -179.99), ship(100, 179.99)]);
  expect(into).toMatchObject({ sawEntry: true, sawExit: false });
  expect(clock(into.entered)).toBe('00:01:15');
  // What lies on the long way is not passed.
  const west = prepared([
    [
      [179.98, 60],
      [179.985, 60],
      [179.985, 60.01],
      [179.98, 60.01],
    ],
  ]);
  expect(passagesIn(west, [ship(0, 179.99), ship(100, -179.99)])).toEqual([]);
});

test('passages are those of the same way walked in small steps', () => {
  const metres = fc.integer({ min: -900, max: 1900 });
  const shape = area([
    [0, 0],
    [700, -200],
    [1000, 300],
    [600, 400],
    [900, 1000],
    [300, 700],
    [-100, 900],
  ]);
  fc.assert(
    fc.property(fc.array(fc.tuple(metres, metres), { minLength: 2, maxLength: 12 }), (places) => {
      const sparse = places.map(([east, north], i) => at(i * 100, east, north));
      const dense = sparse.flatMap((b, i) => {
        const a = sparse[i - 1];
        if (!a || Math.hypot(places[i][0] - places[i - 1][0], places[i][1] - places[i - 1][1]) > 1990) return [];
        return Array.from({ length: 200 }, (_, k) => {
          const u = (k + 0.5) / 200;
          return {
            lon: a.lon + (b.lon - a.lon) * u,
            lat: a.lat + (b.lat - a.lat) * u,
            fixTime: a.fixTime + u * 100_000,
          };
        });
      });
      const found = passagesIn(shape, sparse);
      for (const { lon, lat, fixTime } of dense) {
        const inside = shape.shapes[0].contains(lon, lat);
        const says = found.some(({ entered, left }) => entered <= fixTime && fixTime <= left);
        expect(says).toBe(inside);
      }
    }),
    { seed: 21, numRuns: 60 },
  );
});

test('the tiles of a box hold every place in it, and not the world', () => {
  fc.assert(
    fc.property(
      fc.record({
        lon: fc.oneof(fc.double({ min: 73, max: 135, noNaN: true }), fc.double({ min: -183, max: 180, noNaN: true })),
        lat: fc.double({ min: 4, max: 53, noNaN: true }),
        w: fc.double({ min: 0, max: 3, noNaN: true }),
        h: fc.double({ min: 0, max: 3, noNaN: true }),
        u: fc.double({ min: 0, max: 1, noNaN: true }),
        v: fc.double({ min: 0, max: 1, noNaN: true }),
      }),
      ({ lon, lat, w, h, u, v }) => {
        const tiles = tilesTouching({ west: lon, south: lat, east: lon + w, north: lat + h });
        expect(tiles.numbers.length).toBeLessThanOrEqual(4096);
        expect(new Set(tiles.numbers).size).toBe(tiles.numbers.length);
        expect(tiles.numbers).toContain(tileOf(onEarth(lon + u * w), lat + v * h) >> tiles.up);
        expect(tiles.numbers).not.toContain(tileOf(onEarth(lon + w + 2), lat) >> tiles.up);
      },
    ),
    { seed: 22, numRuns: 300 },
  );
});

/** A longitude of −180 … 180. */
function onEarth(lon: number): number {
  return lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
}
