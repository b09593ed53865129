import { expect, test } from 'vitest';
import { Area } from '../../geo/area.js';
import { Cell, type Entry } from '../../geo/cell.js';

const SIZE = 1 / 128;

/** A rectangle given in shares of the cell at 0, 0. */
function entry(no: number, west: number, south: number, east: number, north: number): Entry {
  const [minX, minY, maxX, maxY] = [west, south, east, north].map((share) => share * SIZE);
  const ring = [
    [minX, minY],
    [maxX, minY],
    [maxX, maxY],
    [minX, maxY],
    [minX, minY],
  ];
  return { no, turn: 0, minX, minY, maxX, maxY, shape: new Area([ring]) };
}

test('knows what covers it, what passes through it, and forgets the rest', () => {
  const entries = [entry(9, -1, -1, 2, 2), entry(4, 0.2, 0.2, 0.8, 0.8), entry(7, 3, 3, 4, 4), entry(2, -2, -2, 3, 3)];
  const cell = Cell.of(0, 0, SIZE, () => entries);
  expect(cell.covering).toEqual([2, 9]);
  expect(cell.edges.map(({ no }) => no)).toEqual([4]);
  for (let i = 0; i < 100; i++) expect(cell.isCrowded()).toBe(false);
});

test('a crowded cell that is asked often is cut, and its parts know more', () => {
  const entries = [
    entry(1, 0, 0, 0.4, 0.4),
    entry(2, 0.6, 0, 1, 0.4),
    entry(3, 0, 0.6, 0.4, 1),
    entry(4, -0.5, -0.5, 0.55, 1.5),
  ];
  const cell = Cell.of(0, 0, SIZE, () => entries);
  expect(cell.edges.length).toBe(4);
  let asked = 0;
  while (!cell.isCrowded()) asked++;
  expect(asked).toBeGreaterThan(10);
  expect(cell.isSplit).toBe(false);
  expect(cell.split()).toBe(4);
  expect(cell.isSplit).toBe(true);
  expect(cell.count()).toBe(5);
  const northWest = cell.part(0.25 * SIZE, 0.75 * SIZE);
  expect(northWest.covering).toEqual([4]);
  expect(northWest.edges.map(({ no }) => no)).toEqual([3]);
  const southEast = cell.part(0.5 * SIZE, 0); // the border belongs to the east
  expect(southEast.edges.map(({ no }) => no)).toEqual([2, 4]);
  expect(southEast.covering).toEqual([]);
  expect(southEast.isCrowded()).toBe(false);
});
