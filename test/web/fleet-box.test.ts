import { expect, test } from 'vitest';
import { boxAround, fleetBox } from '../../web/fleet-box.js';

/** `n` vehicles spread evenly over a city of 0.2° by 0.1°. */
const city = (n: number) =>
  Array.from({ length: n }, (_, i) => ({ lon: 120.2 + (0.2 * i) / (n - 1), lat: 31.5 + (0.1 * ((i * 7) % n)) / n }));
const URUMQI = { lon: 87.6, lat: 43.8 };

test.each([4, 11, 50, 1000])('of %i vehicles in a city, one that is far away does not decide the view', (n) => {
  const [west, south, east, north] = fleetBox([...city(n), URUMQI])!;
  expect(west).toBeGreaterThan(120.19);
  expect(east).toBeLessThan(120.41);
  expect(south).toBeGreaterThan(31.49);
  expect(north).toBeLessThan(31.61);
  expect(east - west).toBeGreaterThan(0.1);
});

test('a tenth may stray, on both sides', () => {
  const strays = Array.from({ length: 10 }, (_, i) => ({
    lon: i % 2 ? 80 + i : 130 - i,
    lat: i % 2 ? 20 + i : 50 - i,
  }));
  const [west, south, east, north] = fleetBox([...city(90), ...strays])!;
  expect([west, east].every((lon) => lon > 120.19 && lon < 120.41)).toBe(true);
  expect([south, north].every((lat) => lat > 31.49 && lat < 31.61)).toBe(true);
});

test('nobody is left out where nobody strays', () => {
  const places = city(30);
  expect(fleetBox(places)).toEqual(boxAround(places));
  const two = [{ lon: 120, lat: 31 }, URUMQI];
  expect(fleetBox(two)).toEqual([87.6, 31, 120, 43.8]); // neither of two is the stray one
});

test('a cell of a density counts as many as it holds', () => {
  const cells = [
    { lon: 116.4, lat: 39.9, count: 4000 },
    ...Array.from({ length: 40 }, (_, i) => ({ lon: 80 + i, lat: 25 + i / 2, count: 1 })),
  ];
  const [west, south, east, north] = fleetBox(cells)!;
  expect([west, south, east, north].map((degrees) => Math.round(degrees * 1000) / 1000)).toEqual([
    116.39, 39.89, 116.41, 39.91,
  ]);
});

test('a fleet in one yard is shown with its surroundings, and no fleet not at all', () => {
  const [west, south, east, north] = fleetBox([{ lon: 120.3, lat: 31.57 }])!;
  expect(east - west).toBeCloseTo(0.02, 9);
  expect(north - south).toBeCloseTo(0.02, 9);
  expect((west + east) / 2).toBeCloseTo(120.3, 9);
  expect((south + north) / 2).toBeCloseTo(31.57, 9);
  expect(fleetBox([])).toBeNull();
});
