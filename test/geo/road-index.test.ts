import fc from 'fast-check';
import { expect, test } from 'vitest';
import { lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from '../../geo/distance.js';
import { RoadIndex, type RoadSeeker } from '../../geo/road-index.js';
import type { Road } from '../../model/road.js';

/** 0.0001° of latitude is about 11 m. */
function road(id: string, line: number[], others: Partial<Road> = {}): Road {
  const facts = { set: 's', revision: 1, name: null, highway: null, oneWay: null, limits: { maxspeed: 60 } };
  return { id, ...facts, lines: [line], ...others };
}

const limitOf = ({ limits }: Road) => limits.maxspeed ?? NaN;
const street = road('street', [120, 31, 120.01, 31]);
const beside = road('beside', [120, 31.0004, 120.01, 31.0004], { limits: { maxspeed: 90 } });
const across = road('across', [120.005, 30.99, 120.005, 31.01]);
const index = new RoadIndex([street, beside, across]);

const seek = (lon: number, lat: number, headingDeg: number, others: Partial<RoadSeeker> = {}): RoadSeeker => ({
  lon,
  lat,
  headingDeg,
  speedKmh: 50,
  held: null,
  ...others,
});
const on = (lon: number, lat: number, headingDeg: number, others: Partial<RoadSeeker> = {}) =>
  index.match(seek(lon, lat, headingDeg, others), limitOf)?.road.id ?? null;

test('the nearest road that leads where the vehicle goes', () => {
  expect(on(120.003, 31.0001, 90)).toBe('street');
  expect(on(120.003, 31.0001, 270)).toBe('street'); // both ways
  expect(on(120.00505, 31.0001, 2)).toBe('across');
  expect(on(120.00505, 31.0001, 92)).toBe('street');
  expect(on(120.003, 31.0001, 0)).toBe(null); // it crosses a street here, on no road that is known
  expect(on(120.003, 31.0001, 0, { speedKmh: 3 })).toBe('street'); // who hardly moves has no heading
  expect(on(120.003, 31.001, 90)).toBe(null);
});

test('who was on a road stays on it until another is clearly nearer', () => {
  expect(on(120.003, 31.00023, 90)).toBe('beside');
  expect(on(120.003, 31.00023, 90, { held: 'street' })).toBe('street');
  expect(on(120.003, 31.00035, 90, { held: 'street' })).toBe('beside');
});

test('a one-way road is not driven against, in whichever direction its line runs', () => {
  const ways = (oneWay: Road['oneWay']) => {
    const one = new RoadIndex([road('one', [120, 31, 120.01, 31], { oneWay })]);
    return [90, 270].map((heading) => one.match(seek(120.003, 31, heading), limitOf)?.forward);
  };
  expect(ways('forward')).toEqual([true, undefined]);
  expect(ways('backward')).toEqual([undefined, false]);
  expect(ways(null)).toEqual([true, false]);
});

test('confidence falls with distance, and with another road as near whose limit is another', () => {
  const confidence = (of: RoadIndex, lat: number) => of.match(seek(120.003, lat, 90), limitOf)?.confidence ?? 0;
  expect(confidence(index, 31)).toBeGreaterThan(0.9);
  expect(confidence(index, 31.0002)).toBeLessThan(0.1);
  const alike = new RoadIndex([street, { ...beside, limits: street.limits }]);
  expect(confidence(alike, 31.0002)).toBeCloseTo(1 - (0.0002 * METRES_PER_DEGREE) / 40, 2);
});

test('roads come, change and go; a road that comes twice at once is there once', () => {
  const changing = new RoadIndex([street]);
  const north = { ...street, lines: [[120, 31.1, 120.01, 31.1]] };
  changing.put([street, north]);
  const at = (lat: number) => changing.match(seek(120.003, lat, 90), limitOf)?.road.id;
  expect([at(31), at(31.1)]).toEqual([undefined, 'street']);
  expect(changing.within({ minX: 120, minY: 31, maxX: 121, maxY: 32 })).toEqual(['street']);
  changing.remove(['street', 'nobody']);
  expect(at(31.1)).toBe(undefined);
});

test('a road across 180° is found from both sides', () => {
  const far = new RoadIndex([road('far', [179.99, 10, 180.01, 10]), road('other', [-179.5, 10, -180.5, 10.01])]);
  expect(far.match(seek(179.995, 10, 90), limitOf)?.road.id).toBe('far');
  expect(far.match(seek(-179.995, 10, 90), limitOf)?.road.id).toBe('far');
  expect(far.match(seek(179.75, 10.0075, 270), limitOf)?.road.id).toBe('other');
});

/** Every segment of every road, one after the other. */
function bruteForce(roads: readonly Road[], { lon, lat, headingDeg, speedKmh, held }: RoadSeeker) {
  let best: { id: string; cost: number } | null = null;
  for (const { id, lines, oneWay } of roads) {
    for (const line of lines) {
      for (let i = 0; i + 3 < line.length; i += 2) {
        const metres = segmentDistanceM(lon, lat, line[i], line[i + 1], line[i + 2], line[i + 3]);
        if (metres > 40) continue;
        const east = (line[i + 2] - line[i]) * lonMetresPerDegree(lat);
        const along = (Math.atan2(east, (line[i + 3] - line[i + 1]) * METRES_PER_DEGREE) * 180) / Math.PI;
        const turn = (((headingDeg - along) % 360) + 360) % 360;
        const between = Math.min(turn, 360 - turn);
        const aside = speedKmh < 8 ? 0 : oneWay === 'forward' ? between : Math.min(between, 180 - between);
        if (aside > 50) continue;
        const cost = metres + aside / 2 - (id === held ? 15 : 0);
        if (!best || cost < best.cost - 1e-9 || (Math.abs(cost - best.cost) <= 1e-9 && id < best.id))
          best = { id, cost };
      }
    }
  }
  return best;
}

test('the same as asking every segment', () => {
  // A town of 600 m, so that there is mostly something within reach.
  const place = fc.tuple(fc.integer({ min: 0, max: 6000 }), fc.integer({ min: 0, max: 6000 }));
  const degrees = ([x, y]: [number, number]) => [120 + x / 1e6, 31 + y / 1e6];
  const line = fc.array(place, { minLength: 2, maxLength: 30 }).map((places) => places.flatMap(degrees));
  const roads = fc
    .array(fc.tuple(fc.array(line, { minLength: 1, maxLength: 2 }), fc.boolean()), { minLength: 1, maxLength: 25 })
    .map((all) =>
      all.map(([lines, one], i) => road(`r${i}`, [], { lines, oneWay: one ? ('forward' as const) : null })),
    );
  const seeker = fc.record({
    place,
    headingDeg: fc.integer({ min: 0, max: 359 }),
    speedKmh: fc.constantFrom(3, 50),
    held: fc.constantFrom(null, 'r0', 'r1'),
  });
  let found = 0;
  fc.assert(
    fc.property(roads, fc.array(seeker, { minLength: 1, maxLength: 20 }), (all, seekers) => {
      const made = new RoadIndex(all.slice(0, 3));
      made.put(all.slice(2));
      for (const { place: at, ...others } of seekers) {
        const [lon, lat] = degrees(at);
        const asked = { lon, lat, ...others };
        const expected = bruteForce(all, asked);
        if (expected) found++;
        expect(made.match(asked, limitOf)?.road.id ?? null).toBe(expected?.id ?? null);
      }
    }),
    { seed: 7, numRuns: 200 },
  );
  expect(found).toBeGreaterThan(500);
});
