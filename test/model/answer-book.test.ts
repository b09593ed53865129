import { expect, test } from 'vitest';
import { ANSWER_LIMITS, AnswerBook } from '../../model/answer-book.js';
import type { KeptAnswer } from '../../model/kept-answer.js';

const LIMITS = { ...ANSWER_LIMITS, answers: 3, bytes: 4000, longestBody: 3000 };

function put(book: AnswerBook, place: string, at: number, body: string | null = 'ok'): void {
  const answer: KeptAnswer = { place, fingerprint: `of ${place}`, status: 200, headers: [], body };
  book.apply({ type: 'answer-put', revision: 1, at, answer });
}

test('an answer is kept for a day', () => {
  const book = new AnswerBook();
  put(book, 'a', 0);
  expect(book.get('a', ANSWER_LIMITS.ageMs - 1)).toMatchObject({ fingerprint: 'of a', body: 'ok' });
  expect(book.get('a', ANSWER_LIMITS.ageMs)).toBeUndefined();
  put(book, 'b', ANSWER_LIMITS.ageMs);
  expect([book.size, book.get('b', ANSWER_LIMITS.ageMs)?.place]).toEqual([1, 'b']);
});

test('beyond a bound the oldest go; what is put again is the newest', () => {
  const book = new AnswerBook(LIMITS);
  for (const place of ['a', 'b', 'c', 'a', 'd']) put(book, place, 1);
  expect(['a', 'b', 'c', 'd'].filter((place) => book.get(place, 1))).toEqual(['a', 'c', 'd']);
  put(book, 'e', 2, 'x'.repeat(3000));
  expect([book.size, book.bytes <= LIMITS.bytes]).toEqual([1, true]);
  expect([book.takes({ body: 'x'.repeat(3000) }), book.takes({ body: 'é'.repeat(1501) })]).toEqual([true, false]);
  expect(book.takes({ body: null })).toBe(true);
});

test('a book that was kept as JSON is the same book', () => {
  const book = new AnswerBook(LIMITS);
  for (const [at, place] of ['a', 'b', 'c', 'd'].entries()) put(book, place, at, at === 2 ? null : 'ok');
  const restored = AnswerBook.from(JSON.parse(JSON.stringify(book.snapshot())), LIMITS);
  expect([restored.snapshot(), restored.bytes]).toEqual([book.snapshot(), book.bytes]);
});
