import { destination, distance, pointToLineDistance } from '@turf/turf';
import { expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { distanceM, segmentDistanceM } from '../../geo/distance.js';

test('distance: Beijing to Shanghai is 1,068 km, and equal to turf everywhere', () => {
  expect(distanceM(116.397451, 39.909187, 121.4737, 31.2304) / 1000).toBeCloseTo(1068.19, 1);
  const random = randomFrom(1);
  for (let i = 0; i < 500; i++) {
    const a = [random() * 360 - 180, random() * 180 - 90];
    const b = [random() * 360 - 180, random() * 180 - 90];
    expect(distanceM(a[0], a[1], b[0], b[1])).toBeCloseTo(distance(a, b, { units: 'meters' }), 3);
  }
});

test('distance to a segment: as turf has it, but for the bow of a great circle over 20 km', () => {
  const random = randomFrom(2);
  for (let i = 0; i < 500; i++) {
    const a = [116 + random() * 0.2, 39 + random() * 0.2];
    const b = [116 + random() * 0.2, 39 + random() * 0.2];
    const p = [116 + random() * 0.2, 39 + random() * 0.2];
    const theirs = pointToLineDistance(p, { type: 'LineString', coordinates: [a, b] }, { units: 'meters' });
    const ours = segmentDistanceM(p[0], p[1], a[0], a[1], b[0], b[1]);
    expect(Math.abs(ours - theirs)).toBeLessThan(theirs * 0.005 + 5);
  }
});

test('distance to a segment of no length is the distance to its point', () => {
  const [lon, lat] = destination([121, 31], 250, 40, { units: 'meters' }).geometry.coordinates;
  expect(segmentDistanceM(lon, lat, 121, 31, 121, 31)).toBeCloseTo(250, 1);
});
