import { expect, test } from 'vitest';
import { Admission } from '../../ingest/admission.js';
import { TCP_LIMITS } from '../../ingest/limits.js';
import { Manners } from '../../ingest/manners.js';

test('an address may open a burst, then so many in a second', () => {
  const admission = new Admission({ ...TCP_LIMITS, newPerAddress: 10, newPerAddressBurst: 3 });
  const ask = (now: number, address = 'a') => admission.refuses(address, now);
  expect([ask(0), ask(0), ask(0), ask(0)]).toEqual([null, null, null, 'address-rate']);
  expect(ask(0, 'b')).toBeNull();
  expect([ask(100), ask(100)]).toEqual([null, 'address-rate']);
});

test('a held address stays out until its time is up', () => {
  const admission = new Admission({ ...TCP_LIMITS, holdMs: 60_000 });
  admission.hold('a', 1000);
  expect(admission.refuses('a', 60_999)).toBe('address-held');
  expect(admission.refuses('b', 1000)).toBeNull();
  expect(admission.refuses('a', 61_000)).toBeNull();
});

test('addresses are remembered in bounded number, the one heard of longest ago is forgotten', () => {
  const admission = new Admission(TCP_LIMITS);
  admission.hold('first', 0);
  for (let i = 0; i < 20_000; i++) admission.refuses(`10.0.${i >> 8}.${i & 255}`, 1);
  expect(admission.refuses('first', 2)).toBeNull();
});

test('silence that we asked for is not held against the peer', () => {
  const manners = new Manners({ ...TCP_LIMITS, idleMs: 100, frameMs: 50 }, 0);
  manners.frames++;
  expect(manners.read(60, true, 10)).toBeNull();
  expect(manners.overdue(60, true)).toBeNull();
  expect(manners.overdue(61, true)).toBe('slow-frame');
  manners.goOn(500);
  expect(manners.overdue(550, true)).toBeNull();
});

test('rate 0 is no limit', () => {
  const manners = new Manners({ ...TCP_LIMITS, rate: 0 }, 0);
  manners.frames = 1_000_000;
  expect(manners.read(60_000_000, false, 1)).toBeNull();
  expect(manners.tooFast(1)).toBe(false);
});
