import { expect, test } from 'vitest';
import { BACK_OFF, BackOff } from '../../client/back-off.js';

const GONE = 1006;
const RESTARTING = 1012;

test('waits double up to a bound, spread over all of it, and begin anew after a sound connection', () => {
  const longest = new BackOff(BACK_OFF, () => 1);
  expect([0, 0, 0, 0, 0, 0, 0].map((lasted) => longest.next(GONE, lasted))).toEqual([
    500, 1000, 2000, 4000, 8000, 15_000, 15_000,
  ]);
  expect(longest.next(GONE, 60_000)).toBe(500);
  const shortest = new BackOff(BACK_OFF, () => 0);
  expect([1, 2, 3].map(() => shortest.next(GONE, Number.NaN))).toEqual([50, 50, 50]);
});

test('a server that restarts is given up to 30 seconds', () => {
  expect(new BackOff(BACK_OFF, () => 0.5).next(RESTARTING, 0)).toBe(15_000);
});
