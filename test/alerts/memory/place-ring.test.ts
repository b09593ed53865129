import fc from 'fast-check';
import { expect, test } from 'vitest';
import { asRing, lastAt, push, type Steps, stepsOf } from '../../../alerts/memory/place-ring.js';

const place = fc.tuple(fc.integer({ min: -3, max: 3 }), fc.constantFrom(1_800_000_000, -1_800_000_000));

test('what a list of texts says, however many places there are', () => {
  const most = fc.constantFrom(8, 20, 120);
  fc.assert(
    fc.property(fc.array(place, { maxLength: 400 }), most, (places: Steps[], kept) => {
      const ring = asRing(undefined);
      let texts: string[] = [];
      for (const at of places) {
        const back = texts.lastIndexOf(`${at}`);
        expect(lastAt(ring, at)).toBe(back < 0 ? 0 : texts.length - back);
        push(ring, at, kept);
        texts = [...texts, `${at}`].slice(-kept);
        expect(ring.count).toBe(texts.length);
      }
      const again = asRing(texts); // of an older checkpoint
      for (const at of places) expect(lastAt(again, at)).toBe(lastAt(ring, at));
    }),
    { seed: 7, numRuns: 50 },
  );
});

test('takes 8 bytes for each place that is kept, and no more than twice as much while there are few', () => {
  const ring = asRing(undefined);
  for (let i = 1; i <= 500; i++) {
    push(ring, stepsOf({ lon: i * 1e-7, lat: 0 }), 120);
    if (i >= 8) expect(ring.steps.byteLength).toBeLessThanOrEqual(8 * Math.min(120, 2 * i));
  }
  expect(ring.steps.byteLength).toBe(8 * 120);
  expect(asRing(structuredClone(ring))).toEqual(ring);
});
