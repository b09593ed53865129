import { booleanIntersects, lineString, polygon } from '@turf/turf';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { fenceContains, fenceMeets, type PreparedFence, prepareFence } from '../../geo/fence.js';
import type { FenceGeometry, FenceProperties } from '../../model/fence.js';
import { fenceOf, starRing } from './support.js';

type Place = { lon: number; lat: number };

function prepared(geometry: FenceGeometry, properties: Partial<FenceProperties> = {}): PreparedFence {
  return prepareFence(fenceOf(1, geometry, properties));
}

/** Whether one of many places on the way is in the fence. */
function sampled(fence: PreparedFence, from: Place, to: Place, samples = 400): boolean {
  for (let i = 0; i <= samples; i++) {
    const lon = from.lon + ((to.lon - from.lon) * i) / samples;
    if (fenceContains(fence, lon, from.lat + ((to.lat - from.lat) * i) / samples)) return true;
  }
  return false;
}

function ways(seed: number, count: number): [Place, Place][] {
  const random = randomFrom(seed);
  const place = () => ({ lon: 121 + (random() - 0.5) * 0.1, lat: 31 + (random() - 0.5) * 0.1 });
  return Array.from({ length: count }, () => [place(), place()]);
}

describe('a straight way meets a fence', () => {
  test('of straight edges: exactly where the lines do, in a hole only at its edge', () => {
    const random = randomFrom(11);
    let met = 0;
    for (let i = 0; i < 40; i++) {
      const rings = [starRing(random, 121, 31, 40, 0.01, 0.03), starRing(random, 121, 31, 9, 0.002, 0.008)];
      const fence = prepared({ type: 'Polygon', coordinates: rings });
      for (const [from, to] of ways(i, 30)) {
        const line = lineString([
          [from.lon, from.lat],
          [to.lon, to.lat],
        ]);
        const meets = fenceMeets(fence, from, to);
        expect(meets).toBe(booleanIntersects(line, polygon(rings)));
        if (meets) met++;
      }
    }
    expect(met).toBeGreaterThan(200);
    const frame = prepared({ type: 'Polygon', coordinates: [box(0, 0, 3, 3), box(1, 1, 2, 2)] });
    expect(fenceMeets(frame, { lon: 1.2, lat: 1.5 }, { lon: 1.8, lat: 1.5 })).toBe(false);
    expect(fenceMeets(frame, { lon: 1.2, lat: 1.5 }, { lon: 2, lat: 1.5 })).toBe(true);
  });

  test.each([
    ['a circle', { type: 'Point', coordinates: [121, 31] }, (more: number) => ({ radius: 900 * more })],
    [
      'a corridor',
      {
        type: 'LineString',
        coordinates: [
          [120.99, 31.01],
          [121, 31],
          [121.02, 31.005],
          [121.021, 30.98],
        ],
      },
      (more: number) => ({ width: [60, 10, 400].map((width) => width * more) }),
    ],
  ] as [string, FenceGeometry, (more: number) => Partial<FenceProperties>][])('%s', (_, geometry, sized) => {
    const [fence, larger] = [prepared(geometry, sized(1)), prepared(geometry, sized(1.02))];
    let met = 0;
    for (const [from, to] of ways(7, 1500)) {
      const meets = fenceMeets(fence, from, to);
      if (meets) met++;
      else expect(sampled(fence, from, to)).toBe(false);
      if (meets) expect(sampled(larger, from, to, 20_000)).toBe(true);
    }
    expect(met).toBeGreaterThan(100);
  });

  test('however narrow, and across 180°', () => {
    const line = [
      [180, -1],
      [180, 1],
    ];
    const gate = prepared({ type: 'LineString', coordinates: line }, { width: 1 });
    expect(fenceMeets(gate, { lon: 179, lat: 0 }, { lon: 181, lat: 0.1 })).toBe(true);
    expect(fenceMeets(gate, { lon: -179, lat: 0 }, { lon: -181, lat: 0.1 })).toBe(true);
    expect(fenceMeets(gate, { lon: 179, lat: 2 }, { lon: 181, lat: 2.1 })).toBe(false);
  });

  test('a way of no length is its place', () => {
    const fence = prepared({ type: 'Polygon', coordinates: [box(0, 0, 1, 1)] });
    expect(fenceMeets(fence, { lon: 0.5, lat: 0.5 }, { lon: 0.5, lat: 0.5 })).toBe(true);
    expect(fenceMeets(fence, { lon: 1.5, lat: 0.5 }, { lon: 1.5, lat: 0.5 })).toBe(false);
  });
});

function box(west: number, south: number, east: number, north: number): number[][] {
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ];
}
