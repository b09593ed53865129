import fc from 'fast-check';
import module from 'gcoord';
import { describe, expect, test } from 'vitest';
import { toWgs84 } from '../../ingest/to-wgs84.js';
import { DATUMS, type Datum, datumFlags, datumOf } from '../../model/datum.js';
import { LOCATED, Position } from '../../model/position.js';

const gcoord = module as unknown as typeof module.default;

function converted(lon: number, lat: number, datum: Datum): Position {
  const p = Object.assign(new Position(), { lon, lat, flags: LOCATED | datumFlags(datum) });
  toWgs84(p);
  return p;
}

/** Coordinates sheet §5: WGS-84, GCJ-02, BD-09. */
const PLACES: [string, ...[number, number][]][] = [
  ['Beijing', [116.397451, 39.909187], [116.403695, 39.910591], [116.410067, 39.91693]],
  ['Shanghai', [121.4737, 31.2304], [121.478223, 31.228458], [121.484781, 31.234311]],
  ['Guangzhou', [113.2644, 23.1291], [113.26973, 23.126423], [113.276151, 23.132711]],
  ['Chengdu', [104.0665, 30.5723], [104.069005, 30.569846], [104.075481, 30.575856]],
  ['Ürümqi', [87.6168, 43.8256], [87.61965, 43.826805], [87.6261, 43.83295]],
  ['Harbin', [126.6424, 45.7567], [126.64837, 45.758651], [126.654999, 45.764346]],
  ['Hefei', [117.2272, 31.8206], [117.232682, 31.818601], [117.23911, 31.824931]],
  ['Haikou', [110.3312, 20.0311], [110.335571, 20.029054], [110.342119, 20.03473]],
  ['Lhasa', [91.1322, 29.6604], [91.133743, 29.65768], [91.140343, 29.663426]],
  ['Hong Kong', [114.1694, 22.3193], [114.174367, 22.316551], [114.180928, 22.322222]],
  ['Taipei', [121.5654, 25.033], [121.569173, 25.030066], [121.575597, 25.036387]],
  ['Tokyo', [139.6917, 35.6895], [139.6917, 35.6895], [139.698123, 35.695845]],
];

test.each(PLACES)('%s: GCJ-02 and BD-09 come out where WGS-84 is', (_, [lon, lat], gcj02, bd09) => {
  const wgs84 = converted(lon, lat, 'wgs84');
  expect([wgs84.lon, wgs84.lat]).toEqual([lon, lat]);
  const [a, b] = [converted(...gcj02, 'gcj02'), converted(...bd09, 'bd09')];
  expect(Math.max(Math.abs(a.lon - lon), Math.abs(a.lat - lat))).toBeLessThan(1.6e-6); // the sheet prints 1e-6
  expect(Math.max(Math.abs(b.lon - lon), Math.abs(b.lat - lat))).toBeLessThan(2.6e-6);
});

describe('the datum of the source', () => {
  test.each(DATUMS)('%s stays with the fix, beside its other flags', (datum) => {
    const { flags } = converted(121.5, 31.2, datum);
    expect([datumOf(flags), flags & 0b1111]).toEqual([datum, LOCATED]);
  });

  test('CGCS2000 is kept as it came', () => {
    expect(converted(121.5, 31.2, 'cgcs2000')).toMatchObject({ lon: 121.5, lat: 31.2 });
  });
});

const anywhere = fc.tuple(
  fc.double({ min: -180, max: 180, noNaN: true }),
  fc.double({ min: -90, max: 90, noNaN: true }),
);
const inTheBox = fc.tuple(
  fc.double({ min: 72.1, max: 137.8, noNaN: true }),
  fc.double({ min: 0.9, max: 55.8, noNaN: true }),
);

test('what GCJ-02 makes of a place comes back within 0.02 m, what BD-09 makes of it within 0.3 m', () => {
  const metres = (p: Position, [lon, lat]: [number, number]) =>
    Math.hypot((p.lon - lon) * 111_320 * Math.cos((lat * Math.PI) / 180), (p.lat - lat) * 110_574);
  fc.assert(
    fc.property(inTheBox, (place) => {
      const gcj02 = gcoord.transform(place, gcoord.WGS84, gcoord.GCJ02);
      const bd09 = gcoord.transform(place, gcoord.WGS84, gcoord.BD09);
      expect(metres(converted(...gcj02, 'gcj02'), place)).toBeLessThan(0.02);
      expect(metres(converted(...bd09, 'bd09'), place)).toBeLessThan(0.3);
    }),
    { seed: 5, numRuns: 2000 },
  );
});

test('outside the box GCJ-02 is left alone', () => {
  fc.assert(
    fc.property(anywhere, ([lon, lat]) => {
      fc.pre(lon < 72.004 || lon > 137.8347 || lat < 0.8293 || lat > 55.8271);
      const { lon: x, lat: y } = converted(lon, lat, 'gcj02');
      expect(Math.max(Math.abs(x - lon), Math.abs(y - lat))).toBeLessThan(1e-7);
    }),
    { seed: 6, numRuns: 2000 },
  );
});

test('at the edges of the box, where gcoord’s own inverse never ends, there is an answer within 2 km', () => {
  const edges = fc.oneof(
    fc.tuple(fc.double({ min: 72.0, max: 72.02, noNaN: true }), fc.double({ min: 0.8, max: 55.9, noNaN: true })),
    fc.tuple(fc.double({ min: 72.0, max: 137.9, noNaN: true }), fc.double({ min: 0.82, max: 0.85, noNaN: true })),
    fc.tuple(fc.double({ min: 137.82, max: 137.85, noNaN: true }), fc.double({ min: 0.8, max: 55.9, noNaN: true })),
    fc.tuple(fc.double({ min: 72.0, max: 137.9, noNaN: true }), fc.double({ min: 55.82, max: 55.84, noNaN: true })),
  );
  fc.assert(
    fc.property(edges, ([lon, lat]) => {
      const p = converted(lon, lat, 'gcj02');
      expect(Math.max(Math.abs(p.lon - lon), Math.abs(p.lat - lat))).toBeLessThan(0.02);
    }),
    { seed: 7, numRuns: 5000 },
  );
});

test.each([
  ['not known', NaN, NaN],
  ['beyond the poles', 120, 95],
  ['zero', 0, 0],
])('a place that is %s is not moved', (_, lon, lat) => {
  expect(converted(lon, lat, 'bd09')).toMatchObject({ lon, lat });
});
