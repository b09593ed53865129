import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { booleanPointInPolygon, pointToLineDistance } from '@turf/turf';
import type { FeatureCollection, LineString, MultiPolygon, Polygon } from 'geojson';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { fenceContains, prepareFence } from '../../geo/fence.js';
import { FenceIndex } from '../../geo/fence-index.js';
import { parseFence } from '../../geo/fence-input.js';
import type { Fence, FenceGeometry } from '../../model/fence.js';
import { needs } from '../support/needs.js';
import { fenceOf, starRing } from './support.js';

/** Fences of every shape over `span` degrees. */
function mixture(random: () => number, count: number, firstNo = 1, west = 113.7, south = 22.4, span = 0.6): Fence[] {
  return Array.from({ length: count }, (_, i) => {
    const [lon, lat] = [west + random() * span, south + random() * span];
    const size = 0.001 * 60 ** random();
    const ring = () => starRing(random, lon, lat, 4 + Math.floor(random() * 80), size * 0.5, size);
    const shapes: (() => [FenceGeometry, object])[] = [
      () => [{ type: 'Polygon', coordinates: [ring()] }, {}],
      () => [{ type: 'Polygon', coordinates: [ring(), starRing(random, lon, lat, 9, size * 0.1, size * 0.4)] }, {}],
      () => [
        { type: 'MultiPolygon', coordinates: [[ring()], [starRing(random, lon + size, lat, 12, size * 0.3, size)]] },
        {},
      ],
      () => [{ type: 'Point', coordinates: [lon, lat] }, { radius: size * 100_000 }],
      () => [
        {
          type: 'LineString',
          coordinates: Array.from({ length: 40 }, () => [lon + size * random(), lat + size * random()]),
        },
        { width: size * 20_000 },
      ],
    ];
    return fenceOf(firstNo + i, ...shapes[i % shapes.length]());
  });
}

/** Places in a few cells, so that these are cut into finer ones. */
function crowdedPlaces(random: () => number): [number, number][] {
  return Array.from({ length: 1500 }, () => [113.9 + random() * 0.02, 22.6 + random() * 0.02]);
}

function checkPlaces(index: FenceIndex, fences: readonly Fence[], places: readonly [number, number][]): number {
  const prepared = fences.map(prepareFence);
  let hits = 0;
  for (const [lon, lat] of places) {
    const expected = prepared.filter((fence) => fenceContains(fence, lon, lat)).map((fence) => fence.no);
    expect([...index.query(lon, lat)]).toEqual(expected.sort((a, b) => a - b));
    hits += expected.length;
  }
  return hits;
}

function checkAgainstEveryFence(
  index: FenceIndex,
  fences: readonly Fence[],
  random: () => number,
  count: number,
): number {
  const places = Array.from({ length: count }, (): [number, number] => [
    113.65 + random() * 0.7,
    22.35 + random() * 0.6,
  ]);
  return checkPlaces(index, fences, places);
}

describe('the index answers as asking every fence does', () => {
  test('for a mixture of shapes, asked again and again so that remembered and finer cells answer too', () => {
    // Many in the whole of the town, and a crowd of them in one quarter.
    const fences = [...mixture(randomFrom(7), 300), ...mixture(randomFrom(14), 60, 301, 113.9, 22.6, 0.02)];
    const index = new FenceIndex();
    for (const fence of fences) index.put(fence);
    expect(index.size).toBe(360);
    expect(checkAgainstEveryFence(index, fences, randomFrom(8), 4000)).toBeGreaterThan(1500);
    for (let i = 0; i < 20; i++) for (const [lon, lat] of crowdedPlaces(randomFrom(13))) index.query(lon, lat);
    checkAgainstEveryFence(index, fences, randomFrom(8), 4000);
    checkPlaces(index, fences, crowdedPlaces(randomFrom(13)));
  });

  test.each([
    ['memory', { ints: 40_000, lists: 1_000_000 }],
    ['lists', { ints: 1_000_000, lists: 30 }],
  ])('where the room for %s is so small that all is forgotten again and again', (_, room) => {
    const fences = [...mixture(randomFrom(17), 60), ...mixture(randomFrom(18), 60, 61, 113.9, 22.6, 0.02)];
    const index = new FenceIndex(room);
    for (const fence of fences) index.put(fence);
    expect(checkAgainstEveryFence(index, fences, randomFrom(19), 1000)).toBeGreaterThan(100);
    checkPlaces(index, fences, crowdedPlaces(randomFrom(13)));
  });

  test('while fences come, change their form and go', () => {
    const random = randomFrom(9);
    const index = new FenceIndex();
    const present = new Map<number, Fence>();
    for (let round = 0; round < 60; round++) {
      for (const fence of mixture(random, 5, 1 + Math.floor(random() * 60))) {
        if (random() < 0.3) {
          index.remove(fence.no);
          present.delete(fence.no);
        } else {
          index.put(fence);
          present.set(fence.no, fence);
        }
      }
      expect(index.size).toBe(present.size);
      checkAgainstEveryFence(index, [...present.values()], random, 60);
    }
  });

  test('whoever asks, while they drive and stand and fences change under them', () => {
    const random = randomFrom(15);
    const index = new FenceIndex();
    const present = new Map(mixture(randomFrom(16), 200).map((fence) => [fence.no, fence]));
    for (const fence of present.values()) index.put(fence);
    const vehicles = Array.from({ length: 40 }, () => [113.7 + random() * 0.6, 22.4 + random() * 0.6]);
    let hits = 0;
    for (let round = 0; round < 60; round++) {
      if (round % 10 === 9) {
        for (const fence of mixture(random, 5, 1 + Math.floor(random() * 200))) {
          index.put(fence);
          present.set(fence.no, fence);
        }
      }
      const prepared = [...present.values()].map(prepareFence).sort((a, b) => a.no - b.no);
      for (const [i, place] of vehicles.entries()) {
        const metres = random() < 0.5 ? 5 : 200;
        for (const axis of [0, 1]) place[axis] += ((random() - 0.5) * metres) / 50_000;
        const [lon, lat] = place;
        const expected = prepared.filter((fence) => fenceContains(fence, lon, lat)).map((fence) => fence.no);
        // Numbers are given as vehicles are made: far apart here, and some beyond what is remembered.
        expect([...index.query(lon, lat, 1 + i ** 4 * 10)]).toEqual(expected);
        hits += expected.length;
      }
    }
    expect(hits).toBeGreaterThan(500);
  });

  test('on corners and edges of rectangles, where cells meet too', () => {
    const index = new FenceIndex();
    const fences: Fence[] = [];
    for (let i = 0; i < 40; i++) {
      const [west, south] = [113.75 + (i % 8) / 128, 22.5 + Math.floor(i / 8) / 128];
      const [east, north] = [west + (1 + (i % 3)) / 128, south + 1 / 128];
      const ring = [
        [west, south],
        [east, south],
        [east, north],
        [west, north],
        [west, south],
      ];
      fences.push(fenceOf(i + 1, { type: 'Polygon', coordinates: [ring] }));
    }
    for (const fence of fences) index.put(fence);
    const prepared = fences.map(prepareFence);
    for (let x = -2; x < 24; x++) {
      for (let y = -2; y < 16; y++) {
        const [lon, lat] = [113.75 + x / 256, 22.5 + y / 256];
        const expected = prepared.filter((fence) => fenceContains(fence, lon, lat)).map((fence) => fence.no);
        expect([lon, lat, ...index.query(lon, lat)]).toEqual([lon, lat, ...expected]);
      }
    }
  });

  test('across 180°, near the poles, and nothing for places that do not exist', () => {
    const index = new FenceIndex();
    const fences = [
      fenceOf(1, { type: 'Point', coordinates: [179.9, 10] }, { radius: 50_000 }),
      fenceOf(2, { type: 'Point', coordinates: [-179.9, 10] }, { radius: 50_000 }),
      fenceOf(3, { type: 'Point', coordinates: [0, 89.9] }, { radius: 100_000 }),
      fenceOf(
        4,
        {
          type: 'LineString',
          coordinates: [
            [179, 10],
            [-179, 10],
          ],
        },
        { width: 2000 },
      ),
    ];
    for (const fence of fences) index.put(fence);
    const prepared = fences.map(prepareFence);
    const random = randomFrom(10);
    for (let i = 0; i < 3000; i++) {
      const near180 = i % 2 === 0;
      const lon = near180 ? ((179 + random() * 2 + 180) % 360) - 180 : random() * 360 - 180;
      const lat = near180 ? 9.5 + random() : 88.5 + random() * 1.5;
      const expected = prepared.filter((fence) => fenceContains(fence, lon, lat)).map((fence) => fence.no);
      expect([lon, lat, ...index.query(lon, lat)]).toEqual([lon, lat, ...expected]);
    }
    expect(index.query(NaN, 10)).toEqual([]);
    expect(index.query(181, 10)).toEqual([]);
    expect(index.query(0, 91)).toEqual([]);
  });
});

needs('recordings', 'real boundaries', (shared) => {
  const read = <G extends Polygon | MultiPolygon | LineString>(file: string) =>
    (JSON.parse(readFileSync(join(shared, 'data', file), 'utf8')) as FeatureCollection<G>).features;

  test('the districts of Shenzhen are good fences, and every place has the answer of turf', () => {
    const districts = read<Polygon | MultiPolygon>('shenzhen-districts.geojson');
    const index = new FenceIndex();
    for (const [i, district] of districts.entries()) {
      const parsed = parseFence({ ...district, properties: { name: district.properties?.qh } });
      if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
      index.put(fenceOf(i + 1, parsed.geometry));
    }
    const random = randomFrom(11);
    let hits = 0;
    for (let i = 0; i < 20_000; i++) {
      const [lon, lat] = [113.7 + random(), 22.4 + random() * 0.5];
      const expected = districts.flatMap((d, no) => (booleanPointInPolygon([lon, lat], d) ? [no + 1] : []));
      expect([...index.query(lon, lat)]).toEqual(expected);
      hits += expected.length;
    }
    expect(hits).toBeGreaterThan(5000);
  });

  test('bus route 71 in Shanghai as a corridor 60 m wide', () => {
    const [route] = read<LineString>('shanghai-bus-71-route.geojson');
    const parsed = parseFence({ ...route, properties: { width: 60 } }, 'route-71');
    if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
    const index = new FenceIndex();
    index.put(fenceOf(1, parsed.geometry, parsed.properties));
    const random = randomFrom(12);
    let hits = 0;
    for (let i = 0; i < 3000; i++) {
      const [x, y] = route.geometry.coordinates[Math.floor(random() * route.geometry.coordinates.length)];
      const [lon, lat] = [x + (random() - 0.5) * 0.0012, y + (random() - 0.5) * 0.0012];
      const metres = pointToLineDistance([lon, lat], route, { units: 'meters' });
      if (Math.abs(metres - 30) < 0.1) continue;
      expect(index.query(lon, lat).length === 1).toBe(metres < 30);
      if (metres < 30) hits++;
    }
    expect(hits).toBeGreaterThan(500);
  });
});
