import { rmSync } from 'node:fs';
import { expect, test, vi } from 'vitest';
import { AlertFeed } from '../../../alerts/log/feed.js';
import { listSegments } from '../../../store/segment-file.js';
import { feedOf } from '../../deliver/support.js';

/** Segments that go in the moment between being listed and being opened. */
const going = new Set<string>();

vi.mock('node:fs', async (original) => {
  const fs = await original<typeof import('node:fs')>();
  const openSync: typeof fs.openSync = (path, ...more) => {
    if (going.delete(String(path))) rmSync(path as string);
    return fs.openSync(path, ...more);
  };
  return { ...fs, openSync };
});

test('a segment that is deleted while it is looked for costs what was in it, and not all that is older than memory', async () => {
  const { feed } = await feedOf(200, { inMemory: 10 });
  const [first, second] = listSegments(feed.dir);
  expect(second.firstSeq).toBeLessThan(100);
  going.add(first.path);
  const reader = feed.fileReader();
  expect(() => reader.read(0, 10)).toThrow(expect.objectContaining({ code: 'log-gap', oldest: second.firstSeq }));
  expect(reader.read(second.firstSeq - 1, 1)[0].number).toBe(second.firstSeq);
  reader.close();
});

test('one that is deleted while the log is read at a start costs no more either', async () => {
  const { dir } = (await feedOf(200)).feed;
  const [first, second] = listSegments(dir);
  going.add(first.path);
  const feed = new AlertFeed();
  await feed.load(dir, { epoch: 'e1', alertNumber: 200, open: [] });
  expect(feed.oldest).toBe(second.firstSeq - 1);
  expect(feed.since(feed.oldest, 1000)).toHaveLength(200 - feed.oldest);
});
