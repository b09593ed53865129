import { expect, test } from 'vitest';
import { type Road, RoadIndex } from '../../geo/road-index.js';

/** 0.0001° of latitude is about 11 m. */
function road(id: string, line: [number, number][], others: Partial<Road> = {}): Road {
  return { id, line, limit: 60, stated: true, oneWay: false, ...others };
}

const street = road('street', [
  [120, 31],
  [120.01, 31],
]);
const beside = road('beside', [
  [120, 31.0004],
  [120.01, 31.0004],
]);
const across = road('across', [
  [120.005, 30.99],
  [120.005, 31.01],
]);
const index = new RoadIndex([street, beside, across]);

const on = (lon: number, lat: number, heading: number, held: string | null = null, speed = 50) =>
  index.match(lon, lat, heading, speed, held)?.road.id ?? null;

test('the nearest road that leads where the vehicle goes', () => {
  expect(on(120.003, 31.0001, 90)).toBe('street');
  expect(on(120.003, 31.0001, 270)).toBe('street'); // both ways
  expect(on(120.00505, 31.0001, 2)).toBe('across');
  expect(on(120.00505, 31.0001, 92)).toBe('street');
  expect(on(120.003, 31.0001, 0)).toBe(null); // it crosses a street here, on no road that is known
  expect(on(120.003, 31.0001, 0, null, 3)).toBe('street'); // who hardly moves has no heading
  expect(on(120.003, 31.001, 90)).toBe(null);
});

test('who was on a road stays on it until another is clearly nearer', () => {
  expect(on(120.003, 31.00023, 90)).toBe('beside');
  expect(on(120.003, 31.00023, 90, 'street')).toBe('street');
  expect(on(120.003, 31.00035, 90, 'street')).toBe('beside');
});

test('a one-way road is not driven against', () => {
  const oneWay = new RoadIndex([
    road(
      'one',
      [
        [120, 31],
        [120.01, 31],
      ],
      { oneWay: true },
    ),
  ]);
  expect(oneWay.match(120.003, 31, 90, 50, null)?.road.id).toBe('one');
  expect(oneWay.match(120.003, 31, 270, 50, null)).toBe(null);
});

test('confidence falls with distance, with another road as near, and where the limit is a guess', () => {
  const confidence = (lat: number) => index.match(120.003, lat, 90, 50, null)?.confidence ?? 0;
  expect(confidence(31)).toBeGreaterThan(0.9);
  expect(confidence(31.0002)).toBeLessThan(0.1);
  const guessed = new RoadIndex([{ ...street, stated: false }]);
  expect(guessed.match(120.003, 31, 90, 50, null)?.confidence).toBeCloseTo(0.7);
});
