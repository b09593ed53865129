import { booleanPointInPolygon } from '@turf/turf';
import type { Polygon } from 'geojson';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { Area } from '../../geo/area.js';
import { fenceContains, prepareFence } from '../../geo/fence.js';
import { fenceOf, starRing } from './support.js';

const square: Polygon = {
  type: 'Polygon',
  coordinates: [
    [
      [0, 0],
      [4, 0],
      [4, 4],
      [0, 4],
      [0, 0],
    ],
    [
      [1, 1],
      [3, 1],
      [3, 3],
      [1, 3],
      [1, 1],
    ],
  ],
};

describe('a polygon with a hole', () => {
  const fence = prepareFence(fenceOf(1, square));
  test.each([
    ['between the rings', 0.5, 2, true],
    ['in the hole', 2, 2, false],
    ['outside', 5, 2, false],
    ['beside a corner, on its parallel', -1, 0, false],
    ['on a corner', 4, 4, true],
    ['on the lower edge', 2, 0, true],
    ['on the upper edge', 2, 4, true],
    ['on the left edge', 0, 2, true],
    ['on the edge of the hole', 1, 2, true],
    ['on a corner of the hole', 3, 3, true],
    ['level with the corners of the hole', 0.5, 1, true],
  ])('%s', (_where, lon, lat, inside) => {
    expect(fenceContains(fence, lon, lat)).toBe(inside);
  });
});

test('every corner of every ring is inside, and a hair beyond an outer corner is not', () => {
  const random = randomFrom(3);
  for (let i = 0; i < 50; i++) {
    const ring = starRing(random, 114, 22, 5 + Math.floor(random() * 60), 0.1, 0.3);
    const area = new Area([ring]);
    for (const [lon, lat] of ring) {
      expect(area.contains(lon, lat)).toBe(true);
      const [dx, dy] = [lon - 114, lat - 22];
      // Straight out from the centre of a star there is nothing more.
      expect(area.contains(lon + dx * 1e-6, lat + dy * 1e-6)).toBe(false);
    }
  }
});

test('agrees with turf for random polygons with holes, in the open and near edges and corners', () => {
  const random = randomFrom(4);
  let inside = 0;
  let asked = 0;
  for (let i = 0; i < 120; i++) {
    const corners = 4 + Math.floor(random() * (i % 10 === 0 ? 2000 : 80));
    const outer = starRing(random, 0, 0, corners, 0.5, 1);
    const hole = starRing(random, 0, 0, 3 + Math.floor(random() * 20), 0.1, 0.3);
    const polygon: Polygon = { type: 'Polygon', coordinates: [outer, hole] };
    const fence = prepareFence(fenceOf(1, polygon));
    const ask = (lon: number, lat: number) => {
      const answer = fenceContains(fence, lon, lat);
      expect([lon, lat, answer]).toEqual([lon, lat, booleanPointInPolygon([lon, lat], polygon)]);
      asked++;
      if (answer) inside++;
    };
    for (let j = 0; j < 60; j++) ask(random() * 2.4 - 1.2, random() * 2.4 - 1.2);
    for (let j = 0; j < 20; j++) {
      const at = Math.floor(random() * (outer.length - 1));
      const [[x1, y1], [x2, y2]] = [outer[at], outer[at + 1]];
      const t = random();
      const off = (random() - 0.5) * 1e-6;
      ask(x1 + t * (x2 - x1) - off * (y2 - y1), y1 + t * (y2 - y1) + off * (x2 - x1));
      ask(random() * 2.4 - 1.2, y1); // level with a corner
    }
  }
  expect(inside / asked).toBeGreaterThan(0.2);
  expect(inside / asked).toBeLessThan(0.8);
});

test('an edge that spans more than 180° goes across the 180° meridian', () => {
  const fiji = prepareFence(
    fenceOf(1, {
      type: 'Polygon',
      coordinates: [
        [
          [177, -19],
          [-179, -19],
          [-179, -16],
          [177, -16],
          [177, -19],
        ],
        [
          [-179.8, -18],
          [-179.4, -18],
          [-179.4, -17],
          [-179.8, -17],
          [-179.8, -18],
        ],
      ],
    }),
  );
  expect(fenceContains(fiji, 178, -18)).toBe(true);
  expect(fenceContains(fiji, -179.2, -18)).toBe(true);
  expect(fenceContains(fiji, 180, -18)).toBe(true);
  expect(fenceContains(fiji, -180, -18)).toBe(true);
  expect(fenceContains(fiji, -179.6, -17.5)).toBe(false);
  expect(fenceContains(fiji, 0, -18)).toBe(false);
});

test('the whole world as a rectangle holds the whole world', () => {
  const world = prepareFence(
    fenceOf(1, {
      type: 'Polygon',
      coordinates: [
        [
          [-180, -90],
          [180, -90],
          [180, 90],
          [-180, 90],
          [-180, -90],
        ],
      ],
    }),
  );
  for (const [lon, lat] of [
    [0, 0],
    [116, 40],
    [-180, 0],
    [180, 90],
  ])
    expect(fenceContains(world, lon, lat)).toBe(true);
});
