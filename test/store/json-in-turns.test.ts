import fc from 'fast-check';
import { expect, test } from 'vitest';
import { jsonInTurns, jsonListInTurns } from '../../store/json-in-turns.js';

test('the text is that of JSON.stringify', async () => {
  await fc.assert(
    fc.asyncProperty(fc.dictionary(fc.string(), fc.jsonValue()), async (value) => {
      expect((await jsonInTurns(value)).toString()).toBe(JSON.stringify(value));
    }),
    { seed: 11, numRuns: 300 },
  );
});

test.each([1999, 2000, 2001, 4000, 4001])('%i items are all there, once', async (count) => {
  const value = { before: 1, items: Array.from({ length: count }, (_, no) => ({ no, plate: `苏B${no}` })), after: [2] };
  expect((await jsonInTurns(value)).toString()).toBe(JSON.stringify(value));
});

test('a list of its own has the text of JSON.stringify, too', async () => {
  await fc.assert(
    fc.asyncProperty(fc.array(fc.jsonValue()), async (items) => {
      expect((await jsonListInTurns(items)).toString()).toBe(JSON.stringify(items));
    }),
    { seed: 12, numRuns: 100 },
  );
});

test('others have their turn, and what they replace meanwhile is not in it', async () => {
  const items = Array.from({ length: 100_000 }, (_, no) => ({ no }));
  let turns = 0;
  const other = () => {
    turns++;
    items[items.length - 1] = { no: -1 };
    if (turns < 3) setImmediate(other);
  };
  setImmediate(other);
  const written = JSON.parse((await jsonInTurns({ items: [...items] })).toString());
  expect(turns).toBe(3);
  expect(written.items.at(-1)).toEqual({ no: 99_999 });
});

test('what is undefined is left out', async () => {
  expect((await jsonInTurns({ a: undefined, b: 1 })).toString()).toBe('{"b":1}');
  expect((await jsonInTurns({})).toString()).toBe('{}');
});
