import { beforeEach, describe, expect, test } from 'vitest';
import { Header } from '../../../protocols/jt808/header.js';
import { MemoryBudget, PART_LIMITS, PartJoiner, type PartOutcome } from '../../../protocols/jt808/subpackage.js';

const limits = { ...PART_LIMITS, messages: 4, bytes: 100, parts: 8 };
const sender = (number: string) => ({ number, numberBytes: Buffer.alloc(6), edition: '2013' as const });

let dropped: string[];
let budget: MemoryBudget;
let joiner: PartJoiner;
beforeEach(() => {
  dropped = [];
  budget = new MemoryBudget(1000);
  joiner = new PartJoiner(limits, budget, (reason, part, detail) => dropped.push(`${reason} ${part}: ${detail}`));
});

interface Part {
  seq: number;
  of: string; // "index/total"
  body: string;
  id?: number;
  number?: string;
}
/** The whole body as text, or what else became of the part. */
function add({ seq, of, body, id = 0x0801, number = '1' }: Part): string | Exclude<PartOutcome, Buffer | string> {
  const h = new Header();
  h.messageId = id;
  h.seq = seq;
  [h.packageIndex, h.packageTotal] = of.split('/').map(Number);
  const outcome = joiner.add(h, sender(number), Buffer.from(body));
  return Buffer.isBuffer(outcome) ? outcome.toString() : outcome;
}

test('in order, out of order, across the wrap of serial numbers', () => {
  expect(add({ seq: 7, of: '1/2', body: 'ab' })).toBe('held');
  expect(joiner.held).toBe(2);
  expect(add({ seq: 8, of: '2/2', body: 'cd' })).toBe('abcd');
  expect([add({ seq: 1, of: '3/3', body: 'z' }), add({ seq: 65_535, of: '1/3', body: 'x' })]).toEqual(['held', 'held']);
  expect(add({ seq: 0, of: '2/3', body: 'y' })).toBe('xyz');
  expect([joiner.held, budget.used]).toEqual([0, 0]);
});

test('a repeated part is known, before and after the message is whole', () => {
  add({ seq: 7, of: '1/2', body: 'ab' });
  expect(add({ seq: 7, of: '1/2', body: 'ab' })).toBe('repeated');
  expect(add({ seq: 8, of: '2/2', body: 'cd' })).toBe('abcd');
  expect(add({ seq: 7, of: '1/2', body: 'ab' })).toBe('repeated');
  expect(add({ seq: 8, of: '2/2', body: 'cd' })).toBe('repeated');
  expect(joiner.held).toBe(0);
});

test('two uploads of equal size that interleave stay apart', () => {
  add({ seq: 10, of: '1/3', body: 'a' });
  add({ seq: 20, of: '1/3', body: 'x' });
  add({ seq: 11, of: '2/3', body: 'b' });
  add({ seq: 21, of: '2/3', body: 'y' });
  expect(add({ seq: 22, of: '3/3', body: 'z' })).toBe('xyz');
  expect(add({ seq: 12, of: '3/3', body: 'c' })).toBe('abc');
});

test('terminals on one link stay apart', () => {
  add({ seq: 10, of: '1/2', body: 'a', number: '1' });
  expect(add({ seq: 11, of: '2/2', body: 'y', number: '2' })).toBe('held');
  expect(add({ seq: 11, of: '2/2', body: 'b', number: '1' })).toBe('ab');
});

test('all parts under one serial number; and the next message like it is not taken for a repetition', () => {
  for (const text of ['abc', 'xyz']) {
    add({ seq: 5, of: '1/3', body: text[0] });
    add({ seq: 5, of: '2/3', body: text[1] });
    expect(add({ seq: 5, of: '3/3', body: text[2] })).toBe(text);
  }
});

test('impossible parts', () => {
  expect(add({ seq: 1, of: '0/3', body: '' })).toEqual({ reason: 'bad-package', detail: 'part 0 of 3' });
  expect(add({ seq: 1, of: '4/3', body: '' })).toMatchObject({ reason: 'bad-package' });
  expect(add({ seq: 1, of: '1/9', body: '' })).toEqual({
    reason: 'package-limit',
    detail: '9 parts, at most 8 are joined',
  });
  expect(joiner.held).toBe(0);
});

describe('bounds', () => {
  test('the fifth message costs the oldest, part by part', () => {
    for (let i = 0; i < 4; i++) add({ seq: i * 10, of: '1/3', body: `m${i}`, id: 0x0800 + i });
    add({ seq: 1, of: '2/3', body: 'm0', id: 0x0800 });
    add({ seq: 40, of: '1/3', body: 'm4', id: 0x0900 });
    expect(dropped).toEqual([
      'package-limit m0: part 1 of message 0x0800, 2 of 3 parts: too many at once',
      'package-limit m0: part 2 of message 0x0800, 2 of 3 parts: too many at once',
    ]);
    expect([joiner.held, budget.used]).toEqual([8, 8]);
  });

  test('bytes of the connection: the oldest message goes, then the part itself is refused', () => {
    add({ seq: 0, of: '1/3', body: 'a'.repeat(60), id: 0x0800 });
    add({ seq: 10, of: '1/3', body: 'b'.repeat(60), id: 0x0801 });
    expect(dropped).toEqual([expect.stringContaining('newer parts needed the room')]);
    expect(add({ seq: 11, of: '2/3', body: 'c'.repeat(60), id: 0x0801 })).toMatchObject({ reason: 'package-limit' });
    expect(joiner.held).toBe(60);
  });

  test('bytes of the process: another connection’s are not touched', () => {
    budget.take(950);
    expect(add({ seq: 0, of: '1/3', body: 'a'.repeat(60) })).toMatchObject({ reason: 'package-limit' });
    expect([joiner.held, budget.used]).toEqual([0, 950]);
    budget.give(950);
    expect(add({ seq: 0, of: '1/3', body: 'a'.repeat(60) })).toBe('held');
  });
});

describe('time', () => {
  const asks: string[] = [];
  const tick = (s: number) => joiner.tick(s * 1000, (m, missing) => asks.push(`${m.firstSeq}: ${missing}`));
  beforeEach(() => {
    asks.length = 0;
  });

  test('missing parts are asked for once, when it has gone quiet', () => {
    add({ seq: 10, of: '1/4', body: 'a' });
    add({ seq: 12, of: '3/4', body: 'c' });
    for (const s of [0, 4, 5, 6, 30]) tick(s);
    expect(asks).toEqual(['10: 2,4']);
  });

  test('given up a minute after the newest part, not the first', () => {
    add({ seq: 10, of: '1/3', body: 'a' });
    tick(0);
    add({ seq: 11, of: '2/3', body: 'b' });
    tick(50);
    tick(109);
    expect(dropped).toEqual([]);
    tick(110);
    expect(dropped).toEqual([
      'package-timeout a: part 1 of message 0x0801, 2 of 3 parts: no new part for 60 s',
      'package-timeout b: part 2 of message 0x0801, 2 of 3 parts: no new part for 60 s',
    ]);
    expect(budget.used).toBe(0);
  });

  test('a message that is long done may come again', () => {
    add({ seq: 10, of: '1/2', body: 'a' });
    add({ seq: 11, of: '2/2', body: 'b' });
    tick(0);
    tick(60);
    expect(add({ seq: 10, of: '1/2', body: 'a' })).toBe('held');
  });

  test('the end of the connection gives everything back', () => {
    add({ seq: 10, of: '1/3', body: 'a' });
    joiner.close();
    expect(dropped).toEqual([expect.stringContaining('the connection ended')]);
    expect([joiner.held, budget.used]).toEqual([0, 0]);
  });
});
