import fc from 'fast-check';
import { expect, test } from 'vitest';
import { TextWriter } from '../../../api/output/text-writer.js';
import { jsonNumber } from '../../../model/position.js';
import { msToBeijing, msToRfc3339 } from '../../../model/units.js';

const out = new TextWriter();

test('a number is written as JavaScript writes it, rounded', () => {
  const value = fc.oneof(
    fc.double(),
    fc.double({ min: -1000, max: 1000, noNaN: true }),
    fc.integer({ min: -2e7, max: 2e7 }).map((n) => n / 1e7), // tiny ones, which get an exponent
    fc.integer().map((n) => n / 1e6),
    fc.constantFrom(
      0,
      -0,
      9,
      10,
      99,
      100,
      0.05,
      -0.05,
      1e21,
      2 ** 31,
      2 ** 31 - 1,
      -(2 ** 31),
      0xffffffff,
      179.9999999,
    ),
  );
  fc.assert(
    fc.property(value, fc.nat(7), (v, digits) => {
      expect(out.decimal(v, digits).take().toString()).toBe(String(jsonNumber(v, digits)));
      expect(out.decimalIfKnown(v, digits).take().toString()).toBe(
        Number.isFinite(v) ? String(jsonNumber(v, digits)) : '',
      );
    }),
    { seed: 5, numRuns: 3000 },
  );
});

test('a time is written as Date writes it, whatever the day before it', () => {
  fc.assert(
    fc.property(fc.array(fc.integer({ min: -6e12, max: 3e14 }), { minLength: 2 }), (times) => {
      for (const ms of times) {
        expect(out.utc(ms).take().toString()).toBe(msToRfc3339(ms));
        expect(out.jsonTime(ms).take().toString()).toBe(JSON.stringify(new Date(ms)));
        // Beyond the year 9999 the other one cuts its text elsewhere.
        if (ms < 2e14) expect(out.beijing(ms).take().toString()).toBe(msToBeijing(ms));
      }
    }),
    { seed: 6 },
  );
  expect(out.jsonTime(NaN).take().toString()).toBe('null');
});

test('text, words and bytes come out in order, however long they are', () => {
  const piece = fc.oneof(
    fc.string({ unit: 'grapheme', maxLength: 40 }).map((text) => ({ write: () => out.text(text), text })),
    fc.nat(0xffffffff).map((n) => ({ write: () => out.hex32(n), text: n.toString(16).padStart(8, '0') })),
    fc.nat(30_000).map((n) => ({ write: () => out.raw(Buffer.alloc(n, 97)), text: 'a'.repeat(n) })),
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 12 }), (pieces) => {
      for (const { write } of pieces) write();
      const wanted = Buffer.from(pieces.map(({ text }) => text).join(''));
      expect(out.length).toBe(wanted.length);
      expect(out.take().equals(wanted)).toBe(true);
      expect(out.length).toBe(0);
    }),
    { seed: 7 },
  );
});
