import { expect, test } from 'vitest';
import { advance, type Command, type CommandProgress } from '../../model/command.js';
import { CommandBook } from '../../model/command-book.js';
import { queuedCommand } from '../support/queued-command.js';

const put = (book: CommandBook, ...commands: Command[]) =>
  book.apply({ type: 'command-put', revision: 1, at: 1, commands });
const step = (book: CommandBook, ...steps: CommandProgress[]) =>
  book.apply({ type: 'command-step', revision: 2, at: 1, steps });
const ids = (commands: Iterable<Command>) => [...commands].map(({ id }) => id);

test('a queue for each terminal, oldest first; ended ones leave it and stay known', () => {
  const book = new CommandBook();
  put(book, queuedCommand('c1'), queuedCommand('c2', '2'), queuedCommand('c3'));
  expect(ids(book.queue({ protocol: 'jt808', number: '1' }))).toEqual(['c1', 'c3']);
  step(book, advance(book.get('c1')!, { state: 'failed', at: 3, reason: 'not-connected' }, true));
  expect(ids(book.queue({ protocol: 'jt808', number: '1' }))).toEqual(['c3']);
  expect([book.alive, book.size, ids(book.all())]).toEqual([2, 3, ['c1', 'c2', 'c3']]);
  expect(ids(book.queue({ protocol: 'jt905', number: '1' }))).toEqual([]);
});

test('what has ended stays as it ended; what is not known is passed over; the same change twice does no harm', () => {
  const book = new CommandBook();
  put(book, queuedCommand('c1'));
  const sent = advance(book.get('c1')!, { state: 'sent', at: 2, serial: 7 }, false);
  const answered = advance(sent, { state: 'answered', at: 3 }, true, { a: 1 });
  step(book, sent, answered);
  const before = structuredClone(book.snapshot());
  step(book, sent, { ...sent, id: 'c9' });
  expect(book.snapshot()).toEqual(before);
  put(book, queuedCommand('c1'));
  step(book, answered);
  expect(book.alive).toBe(0);
  expect(book.snapshot()).toEqual(before);
  expect(book.get('c1')).toMatchObject({ state: 'answered', attempts: 1, answer: { a: 1 }, endedAt: 3 });
});

test('the log’s own objects are not changed', () => {
  const book = new CommandBook();
  const given = queuedCommand('c1');
  put(book, given);
  step(book, advance(given, { state: 'sent', at: 2 }, false));
  expect(given).toEqual(queuedCommand('c1'));
});
