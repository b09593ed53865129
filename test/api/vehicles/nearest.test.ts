import fc from 'fast-check';
import { expect, test } from 'vitest';
import { nearestVehicles } from '../../../api/vehicles/nearest.js';
import { PlaceIndex } from '../../../api/vehicles/place-index.js';
import { distanceM } from '../../../geo/distance.js';

const anywhere = fc.record({
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
  lat: fc.double({ min: -90, max: 90, noNaN: true }),
});
/** Where planes and boxes go wrong: along 180° and around the poles. */
const awkward = fc.record({
  lon: fc.oneof(fc.double({ min: 179.9, max: 180, noNaN: true }), fc.double({ min: -180, max: -179.9, noNaN: true })),
  lat: fc.oneof(fc.double({ min: 89.5, max: 90, noNaN: true }), fc.double({ min: -1, max: 1, noNaN: true })),
});
const polar = fc.record({
  lon: fc.double({ min: -180, max: 180, noNaN: true }),
  lat: fc.double({ min: 88, max: 90, noNaN: true }),
});
const place = fc.oneof(anywhere, awkward, polar);

test('the nearest are those that measuring every one finds, on the whole sphere', () => {
  const fleet = fc.array(place, { minLength: 1, maxLength: 60 });
  fc.assert(
    fc.property(fleet, place, fc.integer({ min: 1, max: 12 }), fc.nat(6), (places, at, k, skip) => {
      const lon = Float64Array.from([NaN, ...places.map((p) => p.lon), NaN]);
      const lat = Float64Array.from([NaN, ...places.map((p) => p.lat), NaN]);
      const wanted = (no: number) => no % 7 !== skip;
      const found = nearestVehicles({ lon, lat }, [at.lon, at.lat], { k, end: lon.length, wanted });
      const all = places
        .map((p, i) => ({ no: i + 1, metres: distanceM(at.lon, at.lat, p.lon, p.lat) }))
        .filter(({ no }) => wanted(no))
        .sort((a, b) => a.metres - b.metres);
      expect(found.map(({ metres }) => metres)).toEqual(all.slice(0, k).map(({ metres }) => metres));
      for (const { no, metres } of found) expect(all.find((one) => one.no === no)?.metres).toBe(metres);
      const within = all[Math.min(k, all.length) - 1]?.metres ?? 0;
      const near = nearestVehicles({ lon, lat }, [at.lon, at.lat], { k: 100, end: lon.length, wanted, within });
      expect(near).toHaveLength(all.filter(({ metres }) => metres <= within).length);
    }),
    { seed: 180, numRuns: 1000 },
  );
});

/** A town, and some far away: where boxes are enough, and where they are not. */
const town = fc.record({
  lon: fc.double({ min: 120, max: 121.5, noNaN: true }),
  lat: fc.double({ min: 31, max: 32.5, noNaN: true }),
});

test('looking into boxes finds the same as looking at everybody', () => {
  const fleet = fc.array(fc.oneof({ weight: 9, arbitrary: town }, { weight: 1, arbitrary: place }), {
    minLength: 1,
    maxLength: 300,
  });
  const at = fc.oneof({ weight: 4, arbitrary: town }, { weight: 1, arbitrary: place });
  const within = fc.option(fc.double({ min: 0, max: 300_000, noNaN: true }), { nil: undefined });
  fc.assert(
    fc.property(
      fleet,
      at,
      fc.integer({ min: 1, max: 30 }),
      fc.nat(6),
      within,
      (vehicles, { lon, lat }, k, skip, most) => {
        // PlaceIndex goes through all of a small fleet in order: this one is large enough for its cells.
        const rest = new Array<number>(2000).fill(NaN);
        const columns = {
          lon: Float64Array.from([NaN, ...vehicles.map((p) => p.lon), ...rest]),
          lat: Float64Array.from([NaN, ...vehicles.map((p) => p.lat), ...rest]),
        };
        const places = new PlaceIndex({ ...columns, capacity: columns.lon.length });
        const wish = { k, end: vehicles.length, within: most, wanted: (no: number) => no % 7 !== skip };
        const all = nearestVehicles(columns, [lon, lat], wish);
        expect(nearestVehicles(columns, [lon, lat], { ...wish, places })).toEqual(all);
      },
    ),
    { seed: 181, numRuns: 1000 },
  );
});

test('in a town nobody looks at the whole fleet', () => {
  const lon = Float64Array.from({ length: 100_000 }, (_, i) => 100 + (i % 300) / 10);
  const lat = Float64Array.from({ length: 100_000 }, (_, i) => 20 + Math.floor(i / 300) / 20);
  const places = new PlaceIndex({ lon, lat, capacity: lon.length });
  let asked = 0;
  const wanted = () => {
    asked++;
    return true;
  };
  const found = nearestVehicles({ lon, lat }, [115, 30], { k: 5, end: lon.length, wanted, places });
  expect([found.length, asked < 100]).toEqual([5, true]);
});

test('a ship on the other side of 180° or of the pole is near, and one on the same parallel may be far', () => {
  const lon = Float64Array.from([NaN, -179.99, 0, 100]);
  const lat = Float64Array.from([NaN, 0, 89.9, 89]);
  const near = (at: [number, number], k: number) =>
    nearestVehicles({ lon, lat }, at, { k, end: 4, wanted: () => true }).map(({ no }) => no);
  expect(near([179.99, 0], 1)).toEqual([1]);
  // 0.2° away over the pole, against 1.1° and more by the parallel.
  expect(near([180, 89.9], 2)).toEqual([2, 3]);
});
