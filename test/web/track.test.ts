import { expect, test } from 'vitest';
import type { PositionJson } from '../../model/position.js';
import { placeAt, toTrack } from '../../web/track.js';
import { position } from './support/samples.js';

const at = (minute: number) => new Date(Date.UTC(2026, 0, 1, 0, minute)).toISOString();
const fix = (minute: number, lon: number): PositionJson => position('v1', at(minute), lon, 31.5, 30);

test('joins fixes to stretches, and a long silence to a gap of its own', () => {
  const track = toTrack([fix(0, 120), fix(1, 120.01), fix(2, 120.02), fix(30, 120.1), fix(31, 120.11)]);
  expect(track.stretches).toEqual([
    { first: 0, last: 2, gap: false },
    { first: 2, last: 3, gap: true },
    { first: 3, last: 4, gap: false },
  ]);
  // 0.11° of longitude at 31.5° N: 111.195 km × cos 31.5° × 0.11.
  expect(track.km).toBeCloseTo(10.43, 1);
});

test('leaves out what has no place, or one that is not to be believed', () => {
  const track = toTrack([
    fix(0, 120),
    { ...fix(1, 120), lon: null },
    { ...fix(2, 120), time: null },
    { ...fix(3, 0), quality: ['suspect-place'] },
    { ...fix(4, 120), quality: ['no-fix'] },
    { ...fix(4, 120.01), quality: ['late'] },
  ]);
  expect(track.fixes.map(({ lon }) => lon)).toEqual([120, 120.01]);
});

test('one fix, or none, is a track without a line', () => {
  expect(toTrack([])).toEqual({ fixes: [], stretches: [], km: 0 });
  expect(toTrack([fix(0, 120)])).toMatchObject({ stretches: [], km: 0 });
});

test('places between fixes lie on the line between them', () => {
  const { fixes } = toTrack([fix(0, 120), fix(10, 121), fix(20, 121), fix(20, 122)]);
  const lonAt = (minute: number) => placeAt(fixes, Date.parse(at(0)) + minute * 60_000).lon;
  expect(lonAt(-5)).toBe(120);
  expect(lonAt(0)).toBe(120);
  expect(lonAt(5)).toBeCloseTo(120.5, 9);
  expect(lonAt(15)).toBe(121);
  expect(lonAt(25)).toBe(122);
  expect(placeAt(fixes.slice(0, 1), 0).lon).toBe(120);
});
