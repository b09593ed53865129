import fc from 'fast-check';
import { expect, test } from 'vitest';
import { openingHoursHold, readOpeningHours } from '../../geo/opening-hours.js';

/** Beijing time. */
const at = (text: string) => Date.parse(`${text}:00+08:00`);
// 2 March 2026 is a Monday.
const holds = (hours: string, time: string) => {
  const rules = readOpeningHours(hours);
  return rules && openingHoursHold(rules, at(time));
};

test.each<[string, string, boolean]>([
  ['22:00-06:00', '2026-03-02T21:59', false],
  ['22:00-06:00', '2026-03-02T22:00', true],
  ['22:00-06:00', '2026-03-03T05:59', true],
  ['22:00-06:00', '2026-03-03T06:00', false],
  ['Mo-Fr 07:00-09:00,17:00-19:00', '2026-03-06T18:00', true],
  ['Mo-Fr 07:00-09:00, 17:00-19:00', '2026-03-06T12:00', false],
  ['Mo-Fr 07:00-09:00', '2026-03-07T08:00', false],
  ['Sa,Su', '2026-03-08T23:59', true],
  ['Sa-Mo 10:00-11:00', '2026-03-02T10:30', true],
  ['Sa-Mo 10:00-11:00', '2026-03-03T10:30', false],
  // Of the night on Friday, that ends on Saturday.
  ['Fr 22:00-05:00', '2026-03-07T04:00', true],
  ['Fr 22:00-05:00', '2026-03-06T04:00', false],
  ['Fr 22:00-29:00', '2026-03-07T04:00', true],
  ['00:00-24:00', '2026-03-07T00:00', true],
  ['24/7', '2026-03-07T12:00', true],
  // Of several rules the last that is about the day.
  ['07:00-19:00; Su off', '2026-03-08T12:00', false],
  ['07:00-19:00; Su off', '2026-03-07T12:00', true],
  ['Mo-Fr 07:00-19:00; We 10:00-12:00', '2026-03-04T08:00', false],
  ['Nov-Mar', '2026-03-31T12:00', true],
  ['Nov-Mar', '2026-04-01T12:00', false],
  ['Nov 15-Mar 15 08:00-18:00', '2026-01-01T08:00', true],
  ['Nov 15-Mar 15 08:00-18:00', '2026-03-16T08:00', false],
  ['Oct 1-7', '2026-10-07T23:00', true],
  ['Oct 1-7', '2026-10-08T00:00', false],
  ['May Mo 08:00-09:00', '2026-05-04T08:30', true],
  ['Nov 08:00-18:00', '2026-11-20T09:00', true],
])('%s at %s: %s', (hours, time, expected) => {
  expect(holds(hours, time)).toBe(expected);
});

test.each([
  'sunset-sunrise',
  'Mo-Fr 08:00-09:30; PH off; SH off',
  'week 1-10',
  '2026 Mar',
  'winter',
  '08:00',
  '08:00-09:60',
  '25:00-26:00',
  'Mo-Fr08:00-09:00',
  'Jan-5',
  'Jan 0-3',
  'Oct-Mar 5',
  'Mo-Fr 08:00-09:00 "when children are there"',
  '',
  ';',
  Array.from({ length: 11 }, () => 'Mo 08:00-09:00').join(';'),
])('%s is not understood', (hours) => {
  expect(readOpeningHours(hours)).toBeNull();
});

test('whatever is written, it is read or not, and holds at every time or does not', () => {
  const word = fc.constantFrom('Mo', 'Fr', '-', ',', ';', ' ', '08:00', '24:00', 'off', 'Jan', '5', '(', 'PH', '–');
  fc.assert(
    fc.property(fc.array(word, { maxLength: 12 }), fc.integer({ min: 0, max: 2e12 }), (words, time) => {
      const rules = readOpeningHours(words.join(''));
      if (rules) expect(openingHoursHold(rules, time)).toBeTypeOf('boolean');
    }),
    { seed: 5, numRuns: 2000 },
  );
});

test('hours of every day are those of the clock', () => {
  const minute = fc.integer({ min: 0, max: 1439 });
  const text = (m: number) => `${String(Math.floor(m / 60)).padStart(2, '0')}:${String(m % 60).padStart(2, '0')}`;
  fc.assert(
    fc.property(minute, minute, minute, (from, to, now) => {
      const inside = from < to ? now >= from && now < to : now >= from || now < to;
      expect(holds(`${text(from)}-${text(to)}`, `2026-03-04T${text(now)}`)).toBe(inside);
    }),
    { seed: 6, numRuns: 500 },
  );
});
