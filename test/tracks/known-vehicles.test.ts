import { expect, test } from 'vitest';
import { KnownVehicles } from '../../tracks/known-vehicles.js';

const sums = { hour: null, before: null, minute: NaN };
const at = (until: number) => ({ until, sums, driving: null });

test('what is known counts only for news that are not older', () => {
  const known = new KnownVehicles();
  known.begin();
  known.remember(1, at(100));
  expect(known.find(1, 100)).toMatchObject({ until: 100 });
  expect(known.find(1, 99)).toBeUndefined();
  expect(known.find(2, 100)).toBeUndefined();
});

test('where there is no room, who was silent gives way, and nobody who has news each time', () => {
  const known = new KnownVehicles(2);
  const pass = (...vehicles: number[]) => {
    known.begin();
    for (const no of vehicles) known.remember(no, at(0));
  };
  const all = () => [1, 2, 3].filter((no) => known.find(no, 0));
  pass(1, 2, 3);
  expect(all()).toEqual([1, 2]);
  pass(2, 3);
  expect(all()).toEqual([1, 2]);
  pass(2, 3);
  expect(all()).toEqual([2, 3]);
});
