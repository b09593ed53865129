import { expect, test } from 'vitest';
import { SharedMemory } from '../../../alerts/memory/shared-memory.js';
import { TEN } from '../support.js';

const DAY = 86_400_000;

test('what nothing asks for in eight days is forgotten in sixteen, and what is asked for stays', () => {
  const shared = new SharedMemory();
  shared.set('r gone', 1);
  shared.set('r asked', 2);
  shared.set('r told', 3);
  for (let day = 0; day <= 24; day++) {
    shared.passTime(TEN + day * DAY);
    expect(shared.get('r asked')).toBe(2);
    shared.set('r told', day);
    if (day < 16) expect(shared.size).toBe(3);
  }
  expect(shared.get('r gone')).toBeUndefined();
  const { young, old } = shared.snapshot();
  expect(new Map([...old, ...young])).toEqual(
    new Map([
      ['r asked', 2],
      ['r told', 24],
    ]),
  );
});

test('restarts do not keep it young', () => {
  let shared = new SharedMemory();
  shared.set('r gone', 1);
  for (let day = 0; day <= 16; day++) {
    shared.passTime(TEN + day * DAY);
    const restarted = new SharedMemory();
    restarted.restore(shared.snapshot());
    shared = restarted;
  }
  expect(shared.size).toBe(0);
});

test('a snapshot of before there was an age is read', () => {
  const shared = new SharedMemory();
  shared.restore([['r x', 1]]);
  expect(shared.get('r x')).toBe(1);
});

test('rules that are no more leave nothing, and a snapshot has all of it', () => {
  const shared = new SharedMemory();
  shared.set('a x', 1);
  shared.set('b x', 2);
  shared.passTime(TEN);
  shared.passTime(TEN + 8 * DAY);
  shared.set('a y', 3);
  const copy = new SharedMemory();
  copy.restore(shared.snapshot());
  for (const memory of [shared, copy]) {
    expect(memory.size).toBe(3);
    memory.forgetRules(new Set(['a']));
    expect([memory.size, memory.get('b x')]).toEqual([1, 2]);
  }
});
