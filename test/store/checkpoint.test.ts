import { readFileSync, rmSync, statSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { loadCheckpoint, saveCheckpoint } from '../../store/checkpoint.js';
import { tempDir } from '../support/temp-dir.js';

const parts = (word: string) => ({ catalog: Buffer.from(word), fleet: Buffer.alloc(1000, word) });

test('a checkpoint comes back as it was saved', async () => {
  const part = fc.uint8Array({ maxLength: 300 }).map((bytes) => Buffer.from(bytes));
  await fc.assert(
    fc.asyncProperty(fc.maxSafeNat(), fc.dictionary(fc.string({ unit: 'grapheme' }), part), async (seq, saved) => {
      const dir = await tempDir();
      await saveCheckpoint(dir, 'main', { seq, parts: saved });
      const loaded = await loadCheckpoint(dir, 'main');
      expect(loaded?.seq).toBe(seq);
      expect(new Map(Object.entries(loaded?.parts ?? {}))).toEqual(new Map(Object.entries(saved)));
    }),
    { seed: 31, numRuns: 60 },
  );
});

test('there is none before the first', async () => {
  expect(await loadCheckpoint(await tempDir(), 'main')).toBeNull();
  expect(await loadCheckpoint(join(await tempDir(), 'not/there'), 'main')).toBeNull();
});

test('the log may be cut where both kept checkpoints have passed', async () => {
  const dir = await tempDir();
  expect(await saveCheckpoint(dir, 'main', { seq: 100, parts: parts('a') })).toBe(0);
  expect(await saveCheckpoint(dir, 'main', { seq: 200, parts: parts('b') })).toBe(100);
  expect(await saveCheckpoint(dir, 'main', { seq: 300, parts: parts('c') })).toBe(200);
  expect(await saveCheckpoint(dir, 'engine', { seq: 5, parts: {} })).toBe(0);
  expect((await loadCheckpoint(dir, 'main'))?.seq).toBe(300);
});

test('a damaged newest one gives way to the one before, wherever the damage is', async () => {
  const dir = await tempDir();
  await saveCheckpoint(dir, 'main', { seq: 100, parts: parts('a') });
  await saveCheckpoint(dir, 'main', { seq: 200, parts: parts('b') });
  const path = join(dir, 'main.checkpoint');
  const good = readFileSync(path);
  for (let at = 0; at < good.length; at += 13) {
    const bad = Buffer.from(good);
    bad[at] ^= 0x10;
    writeFileSync(path, bad);
    expect((await loadCheckpoint(dir, 'main'))?.seq).toBe(100);
  }
  for (let length = 0; length < good.length; length += 97) {
    writeFileSync(path, good);
    truncateSync(path, length);
    expect(await loadCheckpoint(dir, 'main')).toEqual({ seq: 100, parts: parts('a') });
  }
  // The good fall-back is not replaced by the damaged one.
  expect(await saveCheckpoint(dir, 'main', { seq: 300, parts: parts('c') })).toBe(100);
  expect((await loadCheckpoint(dir, 'main'))?.seq).toBe(300);
});

test('a crash between the two renames leaves the one before in force', async () => {
  const dir = await tempDir();
  await saveCheckpoint(dir, 'main', { seq: 100, parts: parts('a') });
  await saveCheckpoint(dir, 'main', { seq: 200, parts: parts('b') });
  rmSync(join(dir, 'main.checkpoint'));
  expect((await loadCheckpoint(dir, 'main'))?.seq).toBe(100);
  expect(await saveCheckpoint(dir, 'main', { seq: 300, parts: parts('c') })).toBe(100);
});

test('a save that cannot be finished changes nothing', async () => {
  const dir = await tempDir();
  await saveCheckpoint(dir, 'main', { seq: 100, parts: parts('a') });
  const before = statSync(join(dir, 'main.checkpoint')).mtimeMs;
  const broken = { seq: 200, parts: { part: 'no bytes' as unknown as Buffer } };
  await expect(saveCheckpoint(dir, 'main', broken)).rejects.toThrow();
  expect(statSync(join(dir, 'main.checkpoint')).mtimeMs).toBe(before);
  expect((await loadCheckpoint(dir, 'main'))?.seq).toBe(100);
});
