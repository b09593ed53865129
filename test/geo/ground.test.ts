import { expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { Area } from '../../geo/area.js';
import { Arena } from '../../geo/arena.js';
import { edgesContain } from '../../geo/contains.js';
import { type Entry, Ground } from '../../geo/ground.js';
import { LeafRecords, MAX_TABLED } from '../../geo/leaf-records.js';
import { NumberLists } from '../../geo/number-lists.js';
import { starRing } from './support.js';

const SIZE = 1 / 128;

function entryOf(no: number, ring: number[][]): Entry {
  const shape = new Area([ring]);
  return { no, turn: 0, shape, ...shape.box };
}

/** A rectangle given in shares of the square at 0, 0. */
function entry(no: number, ...sides: [west: number, south: number, east: number, north: number]): Entry {
  const [west, south, east, north] = sides.map((share) => share * SIZE);
  return entryOf(no, [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
    [west, south],
  ]);
}

test('knows what covers it, what passes through it, and forgets the rest', () => {
  const entries = [entry(9, -1, -1, 2, 2), entry(4, 0.2, 0.2, 0.8, 0.8), entry(7, 3, 3, 4, 4), entry(2, -2, -2, 3, 3)];
  const ground = Ground.of(0, 0, SIZE, () => entries);
  expect(ground.covering).toEqual([2, 9]);
  expect(ground.open.map(({ entry: { no }, edges }) => [no, (edges?.length ?? 0) / 4])).toEqual([[4, 4]]);
});

test('a part knows more: other edges are not near it, or it is all inside', () => {
  const entries = [entry(1, 0, 0, 0.4, 0.4), entry(3, 0, 0.6, 0.4, 1), entry(4, -0.5, -0.5, 0.55, 1.5)];
  const ground = Ground.of(0, 0, SIZE, () => entries);
  expect(ground.covering).toEqual([]);
  const northWest = ground.part(0, SIZE / 2, SIZE / 2);
  expect(northWest.covering).toEqual([4]);
  expect(northWest.open.map(({ entry: { no } }) => no)).toEqual([3]);
  const southEast = ground.part(SIZE * 0.75, 0, SIZE / 4);
  expect([southEast.covering, southEast.open]).toEqual([[], []]);
});

test.each([MAX_TABLED, 12])('a leaf answers as all the edges of its %i polygons do, wherever they run', (polygons) => {
  const random = randomFrom(polygons);
  for (let round = 0; round < 40; round++) {
    const rings = Array.from({ length: polygons }, () =>
      // Around the leaf, through it, and beside it to the east, where the chains are that are only counted.
      starRing(
        random,
        (random() * 3 - 1) * SIZE,
        (random() * 3 - 1) * SIZE,
        5 + Math.floor(random() * 60),
        0.2 * SIZE,
        2 * SIZE,
      ),
    );
    const entries = rings.map((ring, i) => entryOf(i + 1, ring));
    const lists = new NumberLists(1000);
    const records = new LeafRecords(new Arena(1024), lists);
    const leaf = records.add(Ground.of(0, 0, SIZE, () => entries));
    for (let i = 0; i < 100; i++) {
      const [lon, lat] = [random() * SIZE, random() * SIZE];
      const expected = rings.flatMap((ring, no) => {
        const edges = ring.slice(1).flatMap((corner, at) => [...ring[at], ...corner]);
        return edgesContain(Float64Array.from(edges), 0, edges.length / 4, lon, lat) ? [no + 1] : [];
      });
      expect([...records.ask(leaf, lon, lat)]).toEqual(expected);
    }
  }
});

test('equal lists are one', () => {
  const lists = new NumberLists(1000);
  const id = lists.idOf([1, 2]);
  expect(lists.idOf([1, 2])).toBe(id);
  expect(lists.idOf([12])).not.toBe(id);
  expect(lists.lists[id]).toEqual([1, 2]);
  expect(lists.idOf([])).toBe(0);
});

test('lists are full when there are more than usual, and empty again when they are cleared', () => {
  const lists = new NumberLists(2);
  lists.idOf([1]);
  expect(lists.isFull).toBe(false);
  lists.idOf([2]);
  expect(lists.isFull).toBe(true);
  lists.clear();
  expect([lists.isFull, lists.idOf([2])]).toEqual([false, 1]);
});
