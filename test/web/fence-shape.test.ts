import { booleanPointInPolygon } from '@turf/turf';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { Circle } from '../../geo/circle.js';
import { Corridor } from '../../geo/corridor.js';
import { fenceShape } from '../../web/map/fence-shape.js';
import { FENCES } from './support/samples.js';

const [circle, polygon, corridor] = FENCES;
/** Places all over the town: numbers that fast-check finds interesting would lie in its corners. */
const near = fc.noBias(
  fc.record({
    lon: fc.integer({ min: 120_220_000, max: 120_390_000 }).map((micro) => micro / 1e6),
    lat: fc.integer({ min: 31_530_000, max: 31_620_000 }).map((micro) => micro / 1e6),
  }),
);

/** What is drawn is what is judged, but for the outermost two per cent, where a circle is drawn with corners. */
test.each([
  ['circle', circle, (share: number) => new Circle(120.301, 31.584, circle.properties.radius! * share)],
  [
    'corridor',
    corridor,
    (share: number) => {
      const { coordinates } = corridor.geometry as GeoJSON.LineString;
      const half = ((corridor.properties.width as number) / 2) * share;
      return new Corridor(
        coordinates,
        coordinates.slice(1).map(() => half),
      );
    },
  ],
])('a %s is drawn where the rules see it', (_, fence, judged) => {
  const { area, box } = fenceShape(fence);
  const surely = judged(0.98);
  const possibly = judged(1.02);
  let inside = 0;
  fc.assert(
    fc.property(near, ({ lon, lat }) => {
      const drawn = booleanPointInPolygon([lon, lat], area);
      if (surely.contains(lon, lat)) expect(drawn).toBe(true);
      if (!possibly.contains(lon, lat)) expect(drawn).toBe(false);
      if (drawn) inside++;
      if (drawn) expect(lon >= box[0] && lat >= box[1] && lon <= box[2] && lat <= box[3]).toBe(true);
    }),
    { seed: 808, numRuns: 3000 },
  );
  expect(inside).toBeGreaterThan(30);
});

test('the name of a fence stands on the fence, not in its hole', () => {
  const { area, label } = fenceShape(polygon);
  expect(area).toBe(polygon.geometry);
  expect(booleanPointInPolygon(label, area)).toBe(true);
});

test('a corridor is drawn as wide as each of its segments is', () => {
  const coordinates = [
    [120.3, 31.55],
    [120.31, 31.55],
    [120.32, 31.55],
    [120.33, 31.55],
  ];
  const widths = [100, 100, 400];
  const { area } = fenceShape({
    ...corridor,
    geometry: { type: 'LineString', coordinates },
    properties: { ...corridor.properties, width: widths },
  });
  // 0.001° is 111 m.
  expect(booleanPointInPolygon([120.305, 31.5503], area)).toBe(true);
  expect(booleanPointInPolygon([120.315, 31.551], area)).toBe(false);
  expect(booleanPointInPolygon([120.325, 31.551], area)).toBe(true);
});
