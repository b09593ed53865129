import fc from 'fast-check';
import { expect, test } from 'vitest';
import { PlaceIndex } from '../../../api/vehicles/place-index.js';
import { Fleet } from '../../../model/fleet.js';
import { fix } from '../support.js';

test('a box holds those that looking at every vehicle finds, wherever they have moved', () => {
  const lon = fc.oneof(fc.double({ min: 120, max: 120.5, noNaN: true }), fc.constantFrom(-180, 180, 120.03125, 120.25));
  const lat = fc.oneof(fc.double({ min: 31, max: 31.5, noNaN: true }), fc.constantFrom(-90, 90, 31.03125, 31.25));
  const move = fc.record({ no: fc.integer({ min: 1, max: 3000 }), lon, lat });
  const box = fc
    .tuple(lon, lat, lon, lat)
    .map(([a, b, c, d]) => [Math.min(a, c), Math.min(b, d), Math.max(a, c), Math.max(b, d)] as const);
  fc.assert(
    fc.property(fc.array(move, { maxLength: 80 }), fc.array(move, { maxLength: 80 }), box, (before, after, bbox) => {
      const fleet = new Fleet();
      for (const { no, ...place } of before) fleet.apply(fix(no, place));
      const index = new PlaceIndex(fleet);
      for (const { no, ...place } of after) {
        fleet.apply(fix(no, place));
        index.update(no);
      }
      const expected: number[] = [];
      for (let no = 1; no < fleet.capacity; no++) {
        const [x, y] = [fleet.lon[no], fleet.lat[no]];
        if (x >= bbox[0] && x <= bbox[2] && y >= bbox[1] && y <= bbox[3]) expected.push(no);
      }
      expect([...index.inside(bbox)]).toEqual(expected);
      expect([...index.inside(bbox, 1500)]).toEqual(expected.filter((no) => no >= 1500));
    }),
    { seed: 11, numRuns: 500 },
  );
});
