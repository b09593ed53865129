import { expect, test } from 'vitest';
import { LastLeaves } from '../../geo/last-leaves.js';

test('a vehicle is found in the leaf where it was, at every place of it and nowhere else', () => {
  const last = new LastLeaves([6, 4, 2, 0]);
  last.keep(7, 100, 200, 2, 41);
  for (const [x, y] of [
    [100, 200],
    [103, 203],
  ]) {
    expect(last.find(7, x, y)).toBe(41);
  }
  expect([last.find(7, 104, 200), last.find(7, 100, 204), last.find(7, 99, 200), last.find(8, 100, 200)]).toEqual([
    0, 0, 0, 0,
  ]);
  last.keep(7, 104, 200, 0, 43);
  expect([last.find(7, 100, 200), last.find(7, 64, 192), last.find(7, 63, 192)]).toEqual([43, 43, 0]);
});

test('nothing is known after a change, nor of vehicles that were never seen', () => {
  const last = new LastLeaves([6, 4, 2, 0]);
  expect([last.find(0, 0, 0), last.find(1, 0, 0), last.find(1e9, 0, 0)]).toEqual([0, 0, 0]);
  last.keep(1, 5, 5, 3, 41);
  last.forget();
  expect(last.find(1, 5, 5)).toBe(0);
  last.keep(1, 5, 5, 3, 45);
  expect(last.find(1, 5, 5)).toBe(45);
});

test('numbers beyond the bound are not remembered, and those up to it are', () => {
  const last = new LastLeaves([6, 4, 2, 0]);
  last.keep(100_000, 5, 5, 3, 41);
  last.keep(4 * 1024 * 1024, 5, 5, 3, 43);
  expect([last.find(100_000, 5, 5), last.find(4 * 1024 * 1024, 5, 5)]).toEqual([41, 0]);
});
