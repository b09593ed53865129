import { destination, pointToLineDistance } from '@turf/turf';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { distanceM } from '../../geo/distance.js';
import { fenceContains, prepareFence } from '../../geo/fence.js';
import { fenceOf } from './support.js';

describe('circle', () => {
  test('holds what is within its radius on the sphere, at any latitude and across 180°', () => {
    const random = randomFrom(5);
    for (let i = 0; i < 400; i++) {
      const centre = [random() * 360 - 180, (random() * 2 - 1) * 89];
      const radius = 10 + random() * 200_000;
      const fence = prepareFence(fenceOf(1, { type: 'Point', coordinates: centre }, { radius }));
      for (const share of [0.2, 0.999, 1.001, 3]) {
        let [lon, lat] = destination(centre, radius * share, random() * 360 - 180, { units: 'meters' }).geometry
          .coordinates;
        lon = ((lon + 540) % 360) - 180;
        if (Math.abs(lat) > 90) lat = Math.sign(lat) * 90;
        expect(fenceContains(fence, lon, lat)).toBe(distanceM(lon, lat, centre[0], centre[1]) <= radius);
        if (share < 1) expect(fenceContains(fence, lon, lat)).toBe(true);
      }
    }
  });

  test('over a pole it reaches every meridian', () => {
    const fence = prepareFence(fenceOf(1, { type: 'Point', coordinates: [20, 89] }, { radius: 500_000 }));
    expect(fenceContains(fence, -160, 88)).toBe(true);
    expect(fenceContains(fence, -160, 86)).toBe(false);
  });
});

describe('corridor', () => {
  test('holds what is nearer to the line than half its width', () => {
    const random = randomFrom(6);
    let inside = 0;
    for (let i = 0; i < 40; i++) {
      let [lon, lat] = [121 + random(), 31 + random()];
      const line = Array.from({ length: 2 + Math.floor(random() * 60) }, () => {
        lon += (random() - 0.5) * 0.02;
        lat += (random() - 0.5) * 0.02;
        return [lon, lat];
      });
      const width = 50 + random() * 500;
      const fence = prepareFence(fenceOf(1, { type: 'LineString', coordinates: line }, { width }));
      for (let j = 0; j < 40; j++) {
        const at = line[Math.floor(random() * line.length)];
        const [x, y] = destination(at, random() * width, random() * 360 - 180, { units: 'meters' }).geometry
          .coordinates;
        const metres = pointToLineDistance([x, y], { type: 'LineString', coordinates: line }, { units: 'meters' });
        if (Math.abs(metres - width / 2) < 0.5 + width * 0.002) continue; // turf goes by another road there
        expect(fenceContains(fence, x, y)).toBe(metres < width / 2);
        if (metres < width / 2) inside++;
      }
    }
    expect(inside).toBeGreaterThan(300);
  });

  test('goes on across 180°', () => {
    const line = [
      [179.99, -17],
      [-179.99, -17],
    ];
    const fence = prepareFence(fenceOf(1, { type: 'LineString', coordinates: line }, { width: 100 }));
    expect(fenceContains(fence, 180, -17.0001)).toBe(true);
    expect(fenceContains(fence, -179.995, -17)).toBe(true);
    expect(fenceContains(fence, 179.995, -17)).toBe(true);
    expect(fenceContains(fence, 0, -17)).toBe(false);
    expect(fenceContains(fence, -179.98, -17)).toBe(false);
  });
});
