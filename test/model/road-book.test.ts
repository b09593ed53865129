import { expect, test } from 'vitest';
import type { Road } from '../../model/road.js';
import { RoadBook } from '../../model/road-book.js';
import { jsonListInTurns } from '../../store/json-in-turns.js';

function road(id: string, revision: number): Road {
  const facts = { set: 's', name: null, highway: 'primary', oneWay: null, limits: { maxspeed: 60 } };
  return { id, revision, ...facts, lines: [[120, 31, 120.1, 31]] };
}

function bookOf(count: number): RoadBook {
  const book = new RoadBook();
  const roads = Array.from({ length: count }, (_, i) => road(`way/${i}`, 1));
  book.apply({ type: 'roads-put', revision: 1, at: 0, roads });
  return book;
}

test('written in turns it is the same text, and of the moment of the call; the next one has what changed meanwhile', async () => {
  const book = bookOf(5000);
  const plain = bookOf(5000).snapshot().toString();
  let others = 0;
  setImmediate(() => {
    others++;
    book.apply({ type: 'roads-put', revision: 2, at: 0, roads: [road('way/4999', 2)] });
    book.apply({ type: 'roads-delete', revision: 3, at: 0, ids: ['way/0'] });
  });
  expect((await book.snapshotBy(jsonListInTurns)).toString()).toBe(plain);
  expect(others).toBe(1);
  const again = new RoadBook();
  again.restore(await book.snapshotBy(jsonListInTurns));
  expect([again.size, again.get('way/0'), again.get('way/4999')?.revision]).toEqual([4999, undefined, 2]);
});

test('as long as no road changes it is written once', async () => {
  const book = bookOf(3);
  const bytes = await book.snapshotBy(jsonListInTurns);
  expect(await book.snapshotBy(() => Promise.reject(new Error('written again')))).toBe(bytes);
  expect(book.snapshot()).toBe(bytes);
  book.apply({ type: 'road-set-delete', revision: 2, at: 0, set: 's', before: 2 });
  expect((await book.snapshotBy(jsonListInTurns)).toString()).toBe('[]');
});
