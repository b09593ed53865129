import { expect, test } from 'vitest';
import { isDayOff, weekday } from '../../alerts/calendar.js';

/** Noon in Beijing. */
const noon = (day: string) => Date.parse(`${day}T12:00:00+08:00`);

test.each([
  ['2026-02-17', true], // Spring Festival, a Tuesday
  ['2026-02-14', false], // a Saturday that is worked
  ['2026-02-16', true],
  ['2026-03-01', true], // a Sunday
  ['2026-03-02', false],
  ['2025-10-08', true],
  ['2025-10-11', false],
  ['2031-01-01', false], // a Wednesday of a year that nobody has announced
  ['2031-01-04', true],
])('%s is a day off: %s', (day, off) => {
  expect(isDayOff(noon(day))).toBe(off);
});

test('days are those of Beijing', () => {
  expect(weekday(noon('2026-03-02'))).toBe(1);
  expect(weekday(noon('2026-03-01'))).toBe(7);
  expect(weekday(Date.parse('2026-03-01T16:00:00Z'))).toBe(1);
  expect(isDayOff(Date.parse('2026-03-01T15:59:59Z'))).toBe(true);
});
