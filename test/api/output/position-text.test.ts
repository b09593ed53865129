import fc from 'fast-check';
import { expect, test } from 'vitest';
import { writePosition } from '../../../api/output/position-text.js';
import { TextWriter } from '../../../api/output/text-writer.js';
import { Position, positionJson } from '../../../model/position.js';
import { SOURCE_NAMES } from '../../../model/source.js';

const time = fc.oneof(
  fc.integer({ min: -6e12, max: 6e12 }),
  fc.constantFrom(NaN, Infinity, 0, -1, 86_399_999, 86_400_000),
);
const number = fc.oneof(fc.double({ min: -1e5, max: 1e7, noNaN: true }), fc.constantFrom(NaN, 0, -0, 120.30000004));

const out = new TextWriter(); // one for all, as it serves the API

test('a position is written as JSON.stringify would write it', () => {
  const position = fc.record({
    fixTime: time,
    receivedTime: time,
    lon: number,
    lat: number,
    speedKmh: number,
    headingDeg: number,
    altitudeM: number,
    mileageKm: number,
    alarms: fc.nat(0xffffffff),
    statusWord: fc.nat(0xffffffff),
    source: fc.nat(SOURCE_NAMES.length - 1),
    quality: fc.nat(255),
    flags: fc.nat(63),
  });
  fc.assert(
    fc.property(position, fc.string(), (given, id) => {
      const p = Object.assign(new Position(), given);
      writePosition(out, p, Buffer.from(JSON.stringify(id)));
      expect(out.text('}').take().toString()).toBe(JSON.stringify(positionJson(p, id)));
    }),
    { seed: 5, numRuns: 500 },
  );
});
