import { expect, test } from 'vitest';
import { LatencyHistogram } from '../../ingest/latency-histogram.js';
import { ReplyQueue } from '../../ingest/reply-queue.js';

const text = (bytes: Buffer | null) => bytes?.toString('latin1') ?? null;

test('replies leave in order, those that wait when their ticket is reached', () => {
  const queue = new ReplyQueue(new LatencyHistogram());
  expect(queue.take()).toBeNull();
  queue.addWaiting(Buffer.from('a1'), 1, 0);
  queue.addWaiting(Buffer.from('b22'), 2, 0);
  queue.addWaiting(Buffer.from('c3'), 3, 0);
  queue.add(Buffer.from('now'));
  expect(text(queue.take())).toBe('now');
  queue.release(0, 5);
  expect(queue.take()).toBeNull();
  queue.release(2, 5);
  expect(text(queue.take())).toBe('a1b22');
  expect(queue.waiting).toBe(true);
  queue.add(Buffer.from('x'));
  queue.release(9, 5);
  expect(text(queue.take())).toBe('xc3');
  expect(queue.waiting).toBe(false);
});

test('bytes are copied: what was borrowed may change, and what has left stays as it was', () => {
  const queue = new ReplyQueue(new LatencyHistogram());
  const borrowed = Buffer.from('one');
  const taken: (Buffer | null)[] = [];
  for (const word of ['one', 'two', 'six']) {
    borrowed.write(word);
    queue.addWaiting(borrowed, 1, 0);
  }
  queue.release(1, 0);
  taken.push(queue.take());
  for (let i = 0; i < 200; i++) queue.add(borrowed.fill(48 + (i % 10)));
  taken.push(queue.take());
  expect(text(taken[0])).toBe('onetwosix');
  expect(text(taken[1])).toHaveLength(600);
  expect(text(taken[1])?.slice(0, 9)).toBe('000111222');
});
