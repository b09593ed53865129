import { expect, test } from 'vitest';
import { Quarantine } from '../../ingest/quarantine.js';
import type { RejectReason } from '../../model/reject.js';

const entry = (at: number, reason: RejectReason = 'bad-checksum', bytes: Uint8Array = Buffer.alloc(4)) => ({
  at,
  reason,
  bytes,
  detail: '',
  source: 'jt808',
  peer: null,
  address: null,
});

test('newest first, in pages', () => {
  const quarantine = new Quarantine();
  for (let i = 0; i < 5; i++) quarantine.add(entry(i * 1000));
  expect(quarantine.list(2).map((e) => e.number)).toEqual([5, 4]);
  expect(quarantine.list(9, 4).map((e) => e.number)).toEqual([3, 2, 1]);
  expect(quarantine.list(9, 1)).toEqual([]);
});

test('the bytes are a copy, cut off, with their length told', () => {
  const quarantine = new Quarantine({ entryBytes: 3 });
  const bytes = Buffer.from('7e0102037e', 'hex');
  quarantine.add(entry(0, 'bad-checksum', bytes));
  bytes.fill(0);
  const [kept] = quarantine.list(1);
  expect(Buffer.from(kept.bytes).toString('hex')).toBe('7e0102');
  expect(kept.length).toBe(5);
});

test('bounded in number and in bytes: the oldest go', () => {
  const few = new Quarantine({ entries: 3 });
  for (let i = 0; i < 10; i++) few.add(entry(i * 1000));
  expect(few.list(9).map((e) => e.number)).toEqual([10, 9, 8]);
  const small = new Quarantine({ bytes: 100 });
  for (let i = 0; i < 10; i++) small.add(entry(i * 1000, 'bad-checksum', Buffer.alloc(40)));
  expect(small.list(9).map((e) => e.number)).toEqual([10, 9]);
  small.add(entry(99_000, 'bad-checksum', Buffer.alloc(200)));
  expect(small.size).toBe(0);
  small.add(entry(100_000));
  expect(small.size).toBe(1);
});

test('a flood of one reason leaves room for the others', () => {
  const quarantine = new Quarantine({ perSecond: 2 });
  for (let i = 0; i < 1000; i++) quarantine.add(entry(500, 'no-frame'));
  quarantine.add(entry(900, 'bad-length'));
  expect(quarantine.list(9).map((e) => e.reason)).toEqual(['bad-length', 'no-frame', 'no-frame']);
  expect(quarantine.wants('no-frame', 999)).toBe(false);
  expect(quarantine.wants('no-frame', 1000)).toBe(true);
});
