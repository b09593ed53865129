import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteRanges } from '../../model/byte-ranges.js';

test('the same as marking every byte', () => {
  const piece = fc.tuple(fc.nat(60), fc.nat(20));
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 20 }), fc.nat(70), (pieces, length) => {
      const ranges = new ByteRanges();
      const marks = new Array<boolean>(100).fill(false);
      for (const [from, size] of pieces) {
        ranges.add(from, from + size);
        marks.fill(true, from, from + size);
      }
      expect(ranges.bytes).toBe(marks.filter(Boolean).length);
      const gaps = new Array<boolean>(length).fill(false);
      for (const { offset, length: n } of ranges.missing(length, 1000)) gaps.fill(true, offset, offset + n);
      expect(gaps).toEqual(marks.slice(0, length).map((here) => !here));
      const runs = ` ${marks.map((here) => (here ? 'x' : ' ')).join('')} `.match(/x+/g) ?? [];
      expect(ranges.count).toBe(runs.length);
    }),
    { seed: 11, numRuns: 2000 },
  );
});
