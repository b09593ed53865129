import { describe, expect, test } from 'vitest';
import { alertBlocks } from '../../../alerts/log/alert-commit.js';
import { AlertFeed } from '../../../alerts/log/feed.js';
import type { Alert, AlertTransition, Transition } from '../../../model/alert.js';
import { SegmentLog } from '../../../store/segment-log.js';
import { tempDir } from '../../support/temp-dir.js';

function transition(id: string, kind: Transition, number = 0): AlertTransition {
  const clearedAt = kind === 'cleared' ? '2026-03-01T02:00:00.000Z' : null;
  return { number, inputSeq: number, transition: kind, alert: { id, clearedAt, revision: number } as Alert };
}

/** A raise and a clear for each of `count` alerts, then one that stays open. */
function life(count: number): AlertTransition[] {
  const all = [];
  for (let i = 0; i < count; i++) all.push(transition(`a${i}`, 'raised'), transition(`a${i}`, 'cleared'));
  return [...all, transition('open', 'raised')];
}

async function logWith(
  transitions: AlertTransition[],
  segmentBytes?: number,
): Promise<{ dir: string; log: SegmentLog }> {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes });
  for (let i = 0; i < transitions.length; i += 7) {
    await log.append(alertBlocks(transitions.slice(i, i + 7), 1, log.nextSeq, 0));
  }
  return { dir, log };
}

const numbers = (transitions: readonly AlertTransition[]) => transitions.map(({ number }) => number);

describe('after loading', () => {
  test('it has every transition in order, and of each alert the newest form', async () => {
    const { dir } = await logWith(life(20));
    const feed = new AlertFeed();
    await feed.load(dir, { epoch: 'e1', alertNumber: 41, open: [] });
    expect(feed).toMatchObject({ epoch: 'e1', last: 41, oldest: 0 });
    expect(numbers(feed.since(0, 1000))).toEqual(Array.from({ length: 41 }, (_, i) => i + 1));
    expect(numbers(feed.since(39, 1000))).toEqual([40, 41]);
    expect(numbers(feed.since(10, 3))).toEqual([11, 12, 13]);
    expect(feed.since(41, 10)).toEqual([]);
    expect(feed.get('a3')?.clearedAt).not.toBeNull();
    expect([...feed.alerts()].length).toBe(21);
    expect(feed.get('unknown')).toBeUndefined();
  });

  test('beyond its bound the oldest are given up, but open alerts stay', async () => {
    const first = transition('very old', 'raised');
    const { dir } = await logWith([first, ...life(30)]);
    const feed = new AlertFeed(20);
    const open = { id: 'very old', clearedAt: null } as Alert;
    await feed.load(dir, { epoch: 'e1', alertNumber: 62, open: [open] });
    expect(feed.oldest).toBe(42);
    expect(numbers(feed.since(feed.oldest, 1000))).toEqual(Array.from({ length: 20 }, (_, i) => i + 43));
    expect(feed.get('very old')).toBe(open);
    expect(feed.get('a0')).toBeUndefined();

    feed.push([
      transition('very old', 'cleared', 63),
      ...Array.from({ length: 50 }, (_, i) => transition('b', 'updated', 64 + i)),
    ]);
    expect(feed.oldest).toBe(93);
    expect(numbers(feed.since(93, 1000))).toEqual(Array.from({ length: 20 }, (_, i) => i + 94));
    expect(feed.get('very old')).toBeUndefined();
    expect(feed.get('open')).toBeDefined();
  });

  test('a log of which the beginning was cut off', async () => {
    const { dir, log } = await logWith(life(50), 2000);
    await log.truncateBefore(60);
    const feed = new AlertFeed();
    await feed.load(dir, { epoch: 'e1', alertNumber: 101, open: [] });
    const kept = numbers(feed.since(feed.oldest, 1000));
    expect(feed.oldest).toBeGreaterThan(0);
    expect(feed.oldest).toBeLessThan(60);
    expect(kept[0]).toBe(feed.oldest + 1);
    expect(kept.at(-1)).toBe(101);
  });

  test('an empty log', async () => {
    const { dir } = await logWith([]);
    const feed = new AlertFeed();
    await feed.load(dir, { epoch: 'e1', alertNumber: 0, open: [] });
    expect(feed).toMatchObject({ last: 0, oldest: 0 });
    expect(feed.since(0, 10)).toEqual([]);
  });
});

describe('live', () => {
  test('what is pushed while the log is read comes behind it, once', async () => {
    const { dir } = await logWith(life(20));
    const feed = new AlertFeed();
    const heard: number[] = [];
    feed.subscribe((transitions) => heard.push(...numbers(transitions)));
    feed.push([transition('early', 'raised', 41)]);
    const loading = feed.load(dir, { epoch: 'e1', alertNumber: 41, open: [] });
    feed.push([transition('new', 'raised', 42)]);
    expect(feed.last).toBe(0);
    await loading;
    feed.push([transition('new', 'cleared', 43)]);
    expect(heard).toEqual(Array.from({ length: 43 }, (_, i) => i + 1));
    expect(numbers(feed.since(0, 100))).toEqual(heard);
  });

  test('after the engine came back, what it had committed and not told is read, and nothing is told twice', async () => {
    const all = life(20);
    const { dir, log } = await logWith(all.slice(0, 14));
    const feed = new AlertFeed();
    const heard: number[] = [];
    await feed.load(dir, { epoch: 'e1', alertNumber: 14, open: [] });
    feed.subscribe((transitions) => heard.push(...numbers(transitions)));
    await log.append(alertBlocks(all.slice(14, 20), 1, log.nextSeq, 0));
    const again = feed.load(dir, { epoch: 'e1', alertNumber: 20, open: [] });
    feed.push([transition('late', 'raised', 21)]);
    await again;
    expect(heard).toEqual([15, 16, 17, 18, 19, 20, 21]);
  });

  test('who has left hears no more', async () => {
    const { dir } = await logWith([]);
    const feed = new AlertFeed();
    await feed.load(dir, { epoch: 'e1', alertNumber: 0, open: [] });
    const heard: number[] = [];
    const leave = feed.subscribe((transitions) => heard.push(...numbers(transitions)));
    feed.push([transition('a', 'raised', 1)]);
    leave();
    feed.push([transition('a', 'cleared', 2)]);
    expect(heard).toEqual([1]);
    expect(feed.last).toBe(2);
  });
});

describe('a reader', () => {
  test.each([1, 3, 10, 1000])('goes on from any number, through files and memory, %i at a time', async (limit) => {
    const { dir } = await logWith(life(50), 2000);
    const feed = new AlertFeed(20);
    await feed.load(dir, { epoch: 'e1', alertNumber: 101, open: [] });
    expect(feed.oldest).toBe(81);
    for (const from of [0, 6, 7, 80, 81, 100]) {
      const reader = feed.fileReader();
      const seen: number[] = [];
      for (let at = from; ; at = seen.at(-1) as number) {
        const batch = reader.read(at, limit);
        if (batch.length === 0) break;
        expect(batch.length).toBeLessThanOrEqual(limit);
        seen.push(...numbers(batch));
      }
      expect(seen).toEqual(Array.from({ length: 101 - from }, (_, i) => from + i + 1));
      reader.close();
    }
  });

  test('that stays where it is, or goes back, gets the same again', async () => {
    const { dir } = await logWith(life(50), 2000);
    const feed = new AlertFeed(20);
    await feed.load(dir, { epoch: 'e1', alertNumber: 101, open: [] });
    const reader = feed.fileReader();
    expect(numbers(reader.read(10, 3))).toEqual([11, 12, 13]);
    expect(numbers(reader.read(10, 3))).toEqual([11, 12, 13]);
    expect(numbers(reader.read(12, 2))).toEqual([13, 14]);
    expect(numbers(reader.read(2, 3))).toEqual([3, 4, 5]);
    reader.close();
  });

  test('is told where what it wants is gone, and cursors before that are none', async () => {
    const { dir, log } = await logWith(life(50), 2000);
    await log.truncateBefore(60);
    const feed = new AlertFeed(20);
    await feed.load(dir, { epoch: 'e1', alertNumber: 101, open: [] });
    const reader = feed.fileReader();
    expect(() => reader.read(0, 10)).toThrow('record 1 is gone');
    let oldest = 0;
    while (feed.placeOf(`e1-${oldest}`) === null) oldest++;
    expect(oldest).toBeGreaterThan(0);
    expect(numbers(reader.read(oldest, 1))).toEqual([oldest + 1]);
    reader.close();
    expect(['e1-81', 'e1-101', 'e1-102', 'e2-90', 'e1-', 'e1', '', 'e1-9e1'].map((c) => feed.placeOf(c))).toEqual([
      81,
      101,
      null,
      null,
      null,
      null,
      null,
      null,
    ]);
  });
});

describe('of a log that is elsewhere', () => {
  test('who was told more by another node goes on behind that, with nothing twice', () => {
    const feed = new AlertFeed(20);
    feed.begin({ epoch: 'e1', alertNumber: 5, open: [] });
    feed.push([transition('a', 'raised', 6)]);
    const at = feed.placeOf('e1-8') as number;
    expect(at).toBe(8);
    const reader = feed.fileReader();
    expect(reader.read(at, 10)).toEqual([]);
    feed.push([7, 8].map((number) => transition('b', 'raised', number)));
    expect(reader.read(at, 10)).toEqual([]);
    feed.push([9, 10].map((number) => transition('c', 'raised', number)));
    expect(numbers(reader.read(at, 10))).toEqual([9, 10]);
    // Not further than could be, not of another log, not older than what is here.
    expect(['e1-31', 'e2-8', 'e1-4', 'e1-5'].map((cursor) => feed.placeOf(cursor))).toEqual([null, null, null, 5]);
  });

  test('where the steps are made, nobody can be further', async () => {
    const { dir } = await logWith(life(2));
    const feed = new AlertFeed();
    await feed.load(dir, { epoch: 'e1', alertNumber: 5, open: [] });
    expect([feed.placeOf('e1-5'), feed.placeOf('e1-6')]).toEqual([5, null]);
  });
});
