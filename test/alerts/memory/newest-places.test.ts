import fc from 'fast-check';
import { expect, test } from 'vitest';
import { NewestPlaces } from '../../../alerts/memory/newest-places.js';
import { randomFrom } from '../../../cli/support/random.js';
import { distanceM } from '../../../geo/distance.js';

interface Place {
  lon: number;
  lat: number;
  time: number;
}

/** What the index knows, asked one vehicle after the other. */
class EveryPlace {
  readonly all = new Map<number, Place>();

  within(lon: number, lat: number, metres: number, since = -Infinity): number[] {
    const found = [...this.all].filter(
      ([, there]) => there.time >= since && distanceM(lon, lat, there.lon, there.lat) <= metres,
    );
    return found.map(([no]) => no).sort((a, b) => a - b);
  }
}

function sought(places: NewestPlaces, lon: number, lat: number, metres: number, since: number): number[] {
  const found: number[] = [];
  places.seek(lon, lat, metres, since, (no) => {
    found.push(no);
    return false;
  });
  return found.sort((a, b) => a - b);
}

test('finds whom a look at everybody finds, while they move and go, across 180° too', () => {
  const random = randomFrom(4);
  const places = new NewestPlaces();
  const plain = new EveryPlace();
  const somewhere = (): [number, number] => {
    const lon = 179.95 + random() * 0.1;
    return [lon > 180 ? lon - 360 : lon, 60 + random() * 0.1];
  };
  for (let round = 0; round < 3000; round++) {
    const no = 1 + Math.floor(random() * 1500);
    if (random() < 0.1) {
      places.drop(no);
      plain.all.delete(no);
    } else {
      const [lon, lat] = somewhere();
      places.put(no, lon, lat, round);
      plain.all.set(no, { lon, lat, time: round });
    }
    if (round % 20 !== 0) continue;
    const [lon, lat] = somewhere();
    const metres = random() * 3000;
    expect(places.near(lon, lat, metres, no)).toEqual(plain.within(lon, lat, metres).filter((other) => other !== no));
  }
  expect(plain.all.size).toBeGreaterThan(700);
});

/** Depots on both sides of the corner of a cell, and of 180°, that fill and empty again. */
const DEPOTS = [
  [120.105, 31.405],
  [120.1, 31.4],
  [-180, 0],
  [179.9999, -60],
] as const;
const step = fc.record({
  no: fc.integer({ min: 1, max: 300 }),
  east: fc.integer({ min: -40, max: 40 }),
  up: fc.integer({ min: -40, max: 40 }),
  after: fc.constantFrom(0, 0, 1, 1, 5, -30),
  goes: fc.constantFrom(false, false, false, true),
});

test('a crowd: whom a look at everybody finds, and only those heard of since, in whatever order they come, move and go', () => {
  const days = fc.record({
    depot: fc.constantFrom(...DEPOTS),
    filling: fc.array(step, { minLength: 200, maxLength: 400 }),
    emptying: fc.integer({ min: 1, max: 3 }),
    metres: fc.constantFrom(0.05, 60, 300, 3000),
    ago: fc.constantFrom(0, 20, 400, Infinity),
  });
  fc.assert(
    fc.property(days, ({ depot, filling, emptying, metres, ago }) => {
      const places = new NewestPlaces();
      const plain = new EveryPlace();
      let time = 0;
      const compare = (lon: number, lat: number) => {
        const since = time - ago;
        expect(sought(places, lon, lat, metres, since)).toEqual(plain.within(lon, lat, metres, since));
      };
      for (const [i, { no, east, up, after, goes }] of filling.entries()) {
        time += after;
        const lon = ((((depot[0] + east * 1e-4 + 540) % 360) + 360) % 360) - 180;
        const lat = Math.max(-90, Math.min(90, depot[1] + up * 1e-4));
        if (goes) {
          places.drop(no);
          plain.all.delete(no);
        } else {
          places.put(no, lon, lat, time);
          plain.all.set(no, { lon, lat, time });
        }
        // Now and then: a cell that nobody searches is no crowd.
        if (i % 40 === 39) compare(lon, lat);
      }
      for (const no of [...plain.all.keys()]) {
        if (no % emptying === 0) {
          places.drop(no);
          plain.all.delete(no);
        }
        if (no % 25 === 0) compare(depot[0], depot[1]);
      }
      compare(depot[0], depot[1]);
    }),
    { seed: 5, numRuns: 60 },
  );
});

test('a search that has found enough goes no further', () => {
  const places = new NewestPlaces();
  for (let no = 1; no <= 1000; no++) places.put(no, 120.105, 31.405, no);
  for (let round = 0; round < 2; round++) {
    let met = 0;
    places.seek(120.105, 31.405, 100, -Infinity, () => ++met === 5);
    expect(met).toBe(5);
    expect(places.near(120.105, 31.405, 100, 7)).toHaveLength(999);
  }
});

test('what is nowhere is near nobody', () => {
  const places = new NewestPlaces();
  places.put(1, 120, 31, 1);
  places.put(1, NaN, 31, 2);
  places.put(2, 120, 31, NaN);
  expect(places.near(120, 31, 100, 0)).toEqual([]);
});
