import { existsSync, readdirSync, readFileSync, statSync, truncateSync, utimesSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block } from '../../model/block.js';
import type { FileOps } from '../../store/file-ops.js';
import { LogReader } from '../../store/log-reader.js';
import { listSegments } from '../../store/segment-file.js';
import { SegmentLog, type SegmentLogOptions } from '../../store/segment-log.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { type Fault, FaultyFiles, readAll, seqsOf, someBlock, upTo } from './support.js';

/** Appends groups of blocks given as [records, body bytes]; returns the blocks. */
async function fill(log: SegmentLog, groups: [number, number][][]): Promise<Block[]> {
  const all: Block[] = [];
  for (const group of groups) {
    let seq = log.nextSeq;
    const blocks = group.map(([count, bytes]) => {
      const block = someBlock(seq, count, bytes);
      seq += count;
      return block;
    });
    await log.append(blocks);
    all.push(...blocks);
  }
  return all;
}

const groupsOf = (max: number) =>
  fc.array(
    fc.array(fc.tuple(fc.integer({ min: 1, max: 9 }), fc.integer({ min: 1, max: 700 })), {
      minLength: 1,
      maxLength: 4,
    }),
    {
      minLength: 1,
      maxLength: max,
    },
  );

const lastFile = (dir: string) => listSegments(dir).at(-1)!.path;
const tornFiles = (dir: string) => readdirSync(dir).filter((name) => name.endsWith('.torn'));

test('what was appended is there after a restart, over any number of segments, and numbering goes on', async () => {
  await fc.assert(
    fc.asyncProperty(groupsOf(8), groupsOf(4), async (before, after) => {
      const dir = await tempDir();
      const first = await SegmentLog.open({ dir, segmentBytes: 2048 });
      const blocks = await fill(first, before);
      await first.close();
      const second = await SegmentLog.open({ dir, segmentBytes: 2048 });
      expect(second.committedSeq).toBe(seqsOf(blocks).length);
      expect(second.committedFixes).toBe(seqsOf(blocks).length);
      expect(second.stats.tornTails).toBe(0);
      blocks.push(...(await fill(second, after)));
      await second.close();
      expect(readAll(dir, second.committedSeq).map((b) => b.bytes)).toEqual(blocks.map((b) => b.bytes));
      for (const { path } of listSegments(dir)) expect(statSync(path).size).toBeLessThanOrEqual(2048);
    }),
    { seed: 1, numRuns: 25 },
  );
});

test('a tail cut at any byte costs no whole block before the cut, is told, and is kept aside', async () => {
  await fc.assert(
    fc.asyncProperty(groupsOf(6), fc.double({ min: 0, max: 1, noNaN: true }), async (groups, where) => {
      const dir = await tempDir();
      const log = await SegmentLog.open({ dir });
      const blocks = await fill(log, groups);
      await log.close();
      const path = lastFile(dir);
      const cut = Math.floor(statSync(path).size * where);
      truncateSync(path, cut);

      let end = 0;
      const whole = blocks.filter(({ bytes }) => (end += bytes.length) <= cut);
      const left = cut - whole.reduce((sum, { bytes }) => sum + bytes.length, 0);
      const again = await SegmentLog.open({ dir });
      expect(again.committedSeq).toBe(seqsOf(whole).length);
      expect(again.stats).toMatchObject({ tornTails: left > 0 ? 1 : 0, tornBytes: left });
      expect(tornFiles(dir)).toHaveLength(left > 0 ? 1 : 0);
      whole.push(...(await fill(again, [[[3, 100]]])));
      await again.close();
      expect(readAll(dir, again.committedSeq).map((b) => b.bytes)).toEqual(whole.map((b) => b.bytes));
    }),
    { seed: 2, numRuns: 40 },
  );
});

test('a rotten byte anywhere in the last segment leaves the blocks before it, and no number is given twice', async () => {
  await fc.assert(
    fc.asyncProperty(groupsOf(6), fc.double({ min: 0, max: 0.999999, noNaN: true }), async (groups, where) => {
      const dir = await tempDir();
      const log = await SegmentLog.open({ dir });
      const blocks = await fill(log, groups);
      await log.close();
      const bytes = readFileSync(lastFile(dir));
      const at = Math.floor(bytes.length * where);
      bytes[at] ^= 0x40;
      writeFileSync(lastFile(dir), bytes);

      let end = 0;
      const good = blocks.filter((block) => (end += block.bytes.length) <= at);
      const again = await SegmentLog.open({ dir });
      expect(again.committedSeq).toBe(seqsOf(good).length);
      expect(again.stats.tornTails).toBe(1);
      // Numbers in blocks that were whole behind the rotten one may have been read by somebody.
      const behind = blocks.slice(good.length + 1);
      expect(again.nextSeq).toBeGreaterThan(behind.length > 0 ? seqsOf(blocks).length : seqsOf(good).length);
      const next = await fill(again, [[[2, 50]]]);
      await again.close();
      expect(readAll(dir, again.committedSeq).map((b) => b.bytes)).toEqual([...good, ...next].map((b) => b.bytes));
    }),
    { seed: 3, numRuns: 40 },
  );
});

test('evidence of torn tails is bounded', async () => {
  const dir = await tempDir();
  for (let i = 0; i < 12; i++) {
    const log = await SegmentLog.open({ dir });
    await fill(log, [[[1, 64]], [[1, 64]]]);
    await log.close();
    truncateSync(lastFile(dir), statSync(lastFile(dir)).size - 5);
  }
  expect(tornFiles(dir)).toHaveLength(8);
});

test('rot in an older segment costs a reader that block only, and is told', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 1024 });
  const blocks = await fill(
    log,
    Array.from({ length: 12 }, () => [[2, 200]]),
  );
  const victim = listSegments(dir)[1];
  const bytes = readFileSync(victim.path);
  bytes[60] ^= 1; // the body of its first block
  writeFileSync(victim.path, bytes);
  await log.close();
  const again = await SegmentLog.open({ dir });
  expect(again.stats.tornTails).toBe(0);
  const reader = new LogReader(dir, 1, () => again.committedSeq);
  const seen: number[] = [];
  for (let more = reader.next(); more.length > 0; more = reader.next()) seen.push(...seqsOf(more));
  expect(seen).toEqual(upTo(24).filter((seq) => seq !== victim.firstSeq && seq !== victim.firstSeq + 1));
  expect(reader.lost).toEqual({ bytes: blocks[0].bytes.length, fixes: 2 });
  reader.close();
  await again.close();
});

test('whatever the disk refuses and when, each acknowledged record is there once and in order', async () => {
  const fault = fc.option(fc.constantFrom<Fault>('fail', 'tear'), { freq: 4, nil: undefined });
  await fc.assert(
    fc.asyncProperty(
      groupsOf(8),
      fc.array(fault, { maxLength: 60 }),
      fc.constantFrom('fsync', 'write'),
      async (groups, faults, level) => {
        const dir = await tempDir();
        const files = new FaultyFiles();
        const plan = [...faults];
        files.plan = () => plan.shift();
        const log = await SegmentLog.open({
          dir,
          segmentBytes: 2048,
          files,
          retryMs: 1,
          fsyncMs: 1,
          level: level as 'fsync',
        });
        const blocks = await fill(log, groups);
        files.plan = () => undefined;
        await log.close();
        const again = await SegmentLog.open({ dir });
        await again.close();
        expect(again.committedSeq).toBe(seqsOf(blocks).length);
        expect(readAll(dir, again.committedSeq).map((b) => b.bytes)).toEqual(blocks.map((b) => b.bytes));
      },
    ),
    { seed: 4, numRuns: 60 },
  );
});

test('after a failed write or flush the file is cut to what was durable and never written or flushed again', async () => {
  for (const op of ['writev', 'fdatasync'] as const) {
    const dir = await tempDir();
    const files = new FaultyFiles('ENOSPC');
    const log = await SegmentLog.open({ dir, files });
    await fill(log, [[[5, 300]]]);
    files.plan = failOnce(op);
    await fill(log, [[[5, 300]], [[1, 10]]]);
    const at = files.done.findIndex(({ failed }) => failed);
    const after = files.done.slice(at + 1).filter(({ fd }) => fd === files.done[at].fd);
    expect(after.slice(0, 2).map(({ op: next }) => next)).toEqual(['ftruncate', 'close']);
    // Blocks that failed are in the next file; the first holds just what was durable.
    expect(listSegments(dir).map(({ firstSeq }) => firstSeq)).toEqual([1, 6]);
    expect(statSync(listSegments(dir)[0].path).size).toBe(48 + 304);
    expect(log.state).toBe('ok');
    expect(log.stats.failures).toBe(1);
    await log.close();
  }
});

test('a disk that refuses everything is tried again until it takes writes, and nothing is acknowledged meanwhile', async () => {
  const dir = await tempDir();
  const files = new FaultyFiles('ENOSPC');
  const log = await SegmentLog.open({ dir, files, retryMs: 5 });
  await fill(log, [[[5, 300]]]);
  const states: string[] = [];
  log.onState((state, detail) => states.push(`${state}: ${detail}`));
  files.plan = (op) => (op === 'writev' ? 'tear' : undefined);
  let done = false;
  const append = log.append([someBlock(6, 2, 100)]).then(() => {
    done = true;
  });
  await waitFor(
    'some tries',
    () => log.stats.failures,
    (n) => n > 4,
  );
  expect({ done, committed: log.committedSeq, state: log.state }).toEqual({
    done: false,
    committed: 5,
    state: 'failed',
  });
  files.plan = () => undefined;
  await append;
  expect(log.committedSeq).toBe(7);
  expect(states).toEqual(['failed: ENOSPC: planned failure of writev', 'ok: the disk takes writes again']);
  expect(seqsOf(readAll(dir, 7))).toEqual(upTo(7));
  await log.close();
});

test('closing while the disk refuses gives up what was not acknowledged', async () => {
  const dir = await tempDir();
  const files = new FaultyFiles();
  const log = await SegmentLog.open({ dir, files, retryMs: 60_000 });
  files.plan = (op) => (op === 'fdatasync' ? 'fail' : undefined);
  const append = log.append([someBlock(1, 2, 100)]);
  const refused = expect(append).rejects.toThrow('planned failure of fdatasync');
  await waitFor(
    'the failure',
    () => log.state,
    (state) => state === 'failed',
    { everyMs: 5 },
  );
  await log.close();
  await refused;
  await expect(log.append([someBlock(3, 1, 10)])).rejects.toThrow('is closed');
});

test('blocks that do not follow are a mistake of ours, and nothing is taken', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir });
  expect(() => log.append([someBlock(2, 1, 10)])).toThrow('a block of 1 from 2 where 1 is next');
  expect(() => log.append([someBlock(1, 3, 10), someBlock(5, 1, 10)])).toThrow('where 4 is next');
  await log.append([someBlock(1, 3, 10)]);
  expect(log.committedSeq).toBe(3);
  await log.close();
});

test('truncation takes whole segments below a number, never the newest, and the numbers survive it', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 1024 });
  await fill(
    log,
    Array.from({ length: 12 }, () => [[2, 200]]),
  );
  const names = listSegments(dir).map(({ firstSeq }) => firstSeq);
  expect(names).toEqual([1, 9, 17]);
  await log.truncateBefore(16);
  expect(listSegments(dir).map(({ firstSeq }) => firstSeq)).toEqual([9, 17]);
  await log.truncateBefore(1000);
  expect(listSegments(dir).map(({ firstSeq }) => firstSeq)).toEqual([17]);
  expect(log.bytes).toBe(statSync(lastFile(dir)).size);
  await log.close();
  const again = await SegmentLog.open({ dir });
  expect([again.committedSeq, again.committedFixes]).toEqual([24, 24]);
  await again.close();
});

test('a segment that cannot be deleted now is deleted later', async () => {
  const dir = await tempDir();
  const files = new FaultyFiles();
  const log = await SegmentLog.open({ dir, segmentBytes: 1024, files });
  await fill(
    log,
    Array.from({ length: 12 }, () => [[2, 200]]),
  );
  files.plan = failOnce('unlink');
  await expect(log.truncateBefore(25)).rejects.toThrow('planned failure of unlink');
  expect(log.segmentCount).toBe(3);
  await log.truncateBefore(25);
  expect(listSegments(dir)).toHaveLength(1);
  await log.close();
});

test('truncation spares what is young, up to a number of records', async () => {
  const old = (path: string) => utimesSync(path, new Date(0), new Date(0));
  const open = async (keep: Partial<SegmentLogOptions>) => {
    const dir = await tempDir();
    const log = await SegmentLog.open({ dir, segmentBytes: 1024 });
    await fill(
      log,
      Array.from({ length: 12 }, () => [[2, 200]]),
    );
    await log.close();
    old(listSegments(dir)[0].path);
    return { dir, log: await SegmentLog.open({ dir, keepMs: 86_400_000, ...keep }) };
  };
  const young = await open({});
  await young.log.truncateBefore(1000);
  expect(listSegments(young.dir).map(({ firstSeq }) => firstSeq)).toEqual([9, 17]);
  const many = await open({ keepRecords: 8 });
  await many.log.truncateBefore(1000);
  expect(listSegments(many.dir).map(({ firstSeq }) => firstSeq)).toEqual([17]);
  await Promise.all([young.log.close(), many.log.close()]);
});

test('numbers begin where the caller says that readers have been', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, notBefore: 501 });
  expect([log.nextSeq, log.committedSeq]).toEqual([501, 0]);
  await log.append([someBlock(501, 2, 10, 0)]);
  await log.close();
  const again = await SegmentLog.open({ dir, notBefore: 10 });
  expect(again.nextSeq).toBe(503);
  expect(seqsOf(readAll(dir, again.committedSeq, 501))).toEqual([501, 502]);
  await again.close();
});

test('level write: a log that was not closed leaves out the numbers that its lost end may have had', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, level: 'write' });
  await fill(log, [[[5, 50]]]);
  const afterCrash = await SegmentLog.open({ dir, level: 'write' }); // the first never closed
  expect(afterCrash.nextSeq).toBe(6 + 2 ** 24);
  await fill(afterCrash, [[[1, 50]]]);
  expect(seqsOf(readAll(dir, afterCrash.committedSeq))).toEqual([1, 2, 3, 4, 5, 6 + 2 ** 24]);
  await afterCrash.close();
  expect(existsSync(join(dir, 'unflushed'))).toBe(false);
  await log.close();
});

test('numbers left out stay out even where the next run wrote nothing', async () => {
  const dir = await tempDir();
  const killed = await SegmentLog.open({ dir, level: 'write' });
  await fill(killed, [[[5, 50]]]);
  const idle = await SegmentLog.open({ dir });
  await idle.close();
  const third = await SegmentLog.open({ dir });
  expect(third.nextSeq).toBe(6 + 2 ** 24);
  await fill(third, [[[1, 50]]]);
  await third.close();
  const fourth = await SegmentLog.open({ dir });
  expect(fourth.nextSeq).toBe(7 + 2 ** 24);
  await fourth.close();
  await killed.close();
});

test('level write: what a failed flush in the background leaves unsure is written again', async () => {
  const dir = await tempDir();
  const files = new FaultyFiles();
  const log = await SegmentLog.open({ dir, level: 'write', fsyncMs: 1, files });
  await fill(log, [[[5, 50]]]);
  await waitFor(
    'a flush',
    () => files.done.some(({ op }) => op === 'fdatasync'),
    (yes) => yes,
    { everyMs: 2 },
  );
  files.plan = failOnce('fdatasync');
  await fill(log, [[[5, 50]], [[5, 50]]]);
  await waitFor(
    'the new file',
    () => listSegments(dir).length,
    (n) => n === 2,
    { everyMs: 2 },
  );
  await log.close();
  expect(listSegments(dir).map(({ firstSeq }) => firstSeq)).toEqual([1, 6]);
  expect(seqsOf(readAll(dir, 15))).toEqual(upTo(15));
});

test('level write: a disk that is far behind is waited for', async () => {
  const dir = await tempDir();
  const files = new FaultyFiles();
  const log = await SegmentLog.open({ dir, level: 'write', fsyncMs: 1, segmentBytes: 2 ** 30, files });
  const flush = files.fdatasync.bind(files);
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  files.fdatasync = (fd) => gate.then(() => flush(fd));
  const bytes = 15 * 1024 * 1024;
  for (let seq = 1; seq <= 4; seq++) await log.append([someBlock(seq, 1, bytes)]);
  let done = false;
  const fifth = log.append([someBlock(5, 1, bytes)]).then(() => {
    done = true;
  });
  await waitFor(
    'the write',
    () => files.done.filter(({ op }) => op === 'writev').length,
    (n) => n === 5,
    { everyMs: 2 },
  );
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect([done, log.committedSeq]).toEqual([false, 4]);
  go();
  await fifth;
  expect(log.committedSeq).toBe(5);
  await log.close();
});

function failOnce(wanted: keyof FileOps): (op: keyof FileOps) => Fault | undefined {
  let failed = false;
  return (op) => {
    if (failed || op !== wanted) return undefined;
    failed = true;
    return 'fail';
  };
}
