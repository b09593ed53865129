import { expect, test } from 'vitest';
import { isDayOff } from '../../../alerts/scope/calendar.js';
import { weekday } from '../../../model/beijing-time.js';

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

test('own days overrule the calendar, and hold in years that it has not', () => {
  const own = { off: ['2026-03-03', '2031-10-01'], work: ['2026-10-01', '2031-10-04'] };
  const dayOff = (day: string) => isDayOff(Date.parse(`${day}T12:00:00+08:00`), own);
  expect(['2026-03-03', '2031-10-01', '2026-03-01'].map(dayOff)).toEqual([true, true, true]);
  expect(['2026-10-01', '2031-10-04', '2026-03-04'].map(dayOff)).toEqual([false, false, false]);
});

test('days in lieu of 2024', () => {
  const dayOff = (day: string) => isDayOff(Date.parse(`${day}T00:00:00+08:00`));
  expect(['2024-02-12', '2024-06-10', '2024-09-17'].map(dayOff)).toEqual([true, true, true]);
  expect(['2024-02-04', '2024-02-18', '2024-10-12'].map(dayOff)).toEqual([false, false, false]);
});
