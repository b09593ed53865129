import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asTroddenPlaces, visit } from '../../../alerts/memory/trodden-places.js';

/** The same with a map, whose entries stand in the order of their newest visits. */
class PlainPlaces {
  readonly map = new Map<string, [no: number, time: number]>();

  visit(x: number, y: number, no: number, time: number, most: number): object | null {
    const key = `${x},${y}`;
    const before = this.map.get(key);
    this.map.delete(key);
    this.map.set(key, [no, time]);
    if (this.map.size > most) this.map.delete(this.map.keys().next().value as string);
    return before ? { no: before[0], time: before[1] } : null;
  }
}

const place = fc.record({
  x: fc.integer({ min: -40, max: 40 }),
  y: fc.constantFrom(-90_000_000, 0, 1, 90_000_000),
  no: fc.integer({ min: 1, max: 5 }),
});

test('what a map says, while places are forgotten, and through checkpoints of now and before', () => {
  const most = fc.constantFrom(1, 5, 100, 1023, 5000);
  fc.assert(
    fc.property(fc.array(place, { maxLength: 600 }), most, (visits, kept) => {
      let places = asTroddenPlaces(undefined);
      const plain = new PlainPlaces();
      for (const [time, { x, y, no }] of visits.entries()) {
        expect(visit(places, x, y, { no, time }, kept)).toEqual(plain.visit(x, y, no, time, kept));
        if (time % 100 === 99) places = asTroddenPlaces(time % 200 === 99 ? structuredClone(places) : plain.map);
      }
      expect(places.count).toBe(plain.map.size);
    }),
    { seed: 11, numRuns: 50 },
  );
});

test('grows to what is asked for and no further; the oldest go first', () => {
  const places = asTroddenPlaces(undefined);
  for (let i = 0; i < 10_000; i++) expect(visit(places, i, i, { no: 1, time: i }, 3000)).toBeNull();
  expect([places.count, places.x.length]).toEqual([3000, 3001]);
  expect(visit(places, 6999, 6999, { no: 2, time: 0 }, 3000)).toBeNull();
  expect(visit(places, 9999, 9999, { no: 2, time: 0 }, 3000)).toEqual({ no: 1, time: 9999 });
  expect(visit(places, 7001, 7001, { no: 2, time: 0 }, 3000)).toEqual({ no: 1, time: 7001 });
});
