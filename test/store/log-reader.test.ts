import { rmSync } from 'node:fs';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { committedIn, LogGapError, LogReader } from '../../store/log-reader.js';
import { listSegments } from '../../store/segment-file.js';
import { SegmentLog } from '../../store/segment-log.js';
import { tempDir } from '../support/temp-dir.js';
import { FaultyFiles, readAll, seqsOf, someBlock, upTo } from './support.js';

test('a reader beside a writer sees what was committed, once, in order, across segments and truncation', async () => {
  const action = fc.oneof(
    {
      weight: 4,
      arbitrary: fc.record({
        do: fc.constant('append' as const),
        sizes: fc.array(fc.integer({ min: 1, max: 900 }), { minLength: 1, maxLength: 4 }),
      }),
    },
    {
      weight: 3,
      arbitrary: fc.record({ do: fc.constant('read' as const), maxBytes: fc.integer({ min: 1, max: 4000 }) }),
    },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('truncate' as const) }) },
    { weight: 1, arbitrary: fc.record({ do: fc.constant('reopen' as const) }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 40 }), async (actions) => {
      const dir = await tempDir();
      const log = await SegmentLog.open({ dir, segmentBytes: 2048 });
      let reader = new LogReader(dir, 1, committedIn(log.shared));
      const written: Buffer[] = [];
      const seen: Buffer[] = [];
      for (const step of actions) {
        if (step.do === 'append') {
          const first = log.nextSeq;
          const blocks = step.sizes.map((bytes, i) => someBlock(first + i * 3, 3, bytes));
          await log.append(blocks);
          written.push(...blocks.map(({ bytes }) => Buffer.from(bytes)));
        } else if (step.do === 'read') {
          seen.push(...reader.next(step.maxBytes).map(({ bytes }) => bytes as Buffer));
        } else if (step.do === 'truncate') {
          await log.truncateBefore(reader.position);
        } else {
          reader.close();
          reader = new LogReader(dir, reader.position, committedIn(log.shared));
        }
      }
      for (let more = reader.next(); more.length > 0; more = reader.next()) {
        seen.push(...more.map(({ bytes }) => bytes as Buffer));
      }
      // Kept blocks are compared at the end: nothing read later may have changed them.
      expect(seen).toEqual(written);
      expect(reader.position).toBe(log.nextSeq);
      expect(reader.lost).toEqual({ bytes: 0, fixes: 0 });
      reader.close();
      await log.close();
    }),
    { seed: 11, numRuns: 60 },
  );
});

test('nothing beyond the committed number is given, even where the file has it', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir });
  await log.append([someBlock(1, 2, 50), someBlock(3, 2, 50)]);
  let committed = 0;
  const reader = new LogReader(dir, 1, () => committed);
  expect(reader.next()).toEqual([]);
  committed = 1; // no block ends here
  expect(reader.next()).toEqual([]);
  committed = 2;
  expect(seqsOf(reader.next())).toEqual([1, 2]);
  expect(reader.next()).toEqual([]);
  committed = 4;
  expect(seqsOf(reader.next())).toEqual([3, 4]);
  reader.close();
  await log.close();
});

test('from any record on: a block that begins before it comes whole', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 1024 });
  for (let i = 0; i < 12; i++) await log.append([someBlock(1 + i * 2, 2, 200)]);
  for (let from = 1; from <= 24; from++) {
    const begun = from % 2 === 0 ? from - 1 : from;
    expect(seqsOf(readAll(dir, 24, from))).toEqual(upTo(24, begun));
  }
  expect(readAll(dir, 24, 25)).toEqual([]);
  await log.close();
});

test('a block larger than a chunk is read whole', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir });
  const blocks = [someBlock(1, 1, 900_000), someBlock(2, 1, 3_000_000), someBlock(3, 1, 10)];
  await log.append(blocks);
  const read = readAll(dir, 3);
  expect(read.map(({ bytes }, i) => Buffer.compare(bytes, blocks[i].bytes))).toEqual([0, 0, 0]);
  await log.close();
});

test('the bodies of blocks are aligned, so that columns can be read in place', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir });
  await log.append([someBlock(1, 1, 13), someBlock(2, 1, 1), someBlock(3, 1, 99)]);
  for (const { body } of readAll(dir, 3)) expect(body.byteOffset % 8).toBe(0);
  await log.close();
});

test('a record that was deleted is a gap, told with what is left', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 1024 });
  for (let i = 0; i < 12; i++) await log.append([someBlock(1 + i * 2, 2, 200)]);
  await log.truncateBefore(10);
  const reader = new LogReader(dir, 3, () => 24);
  expect(() => reader.next()).toThrow(LogGapError);
  expect(() => reader.next()).toThrow('record 3 is gone, the oldest kept is 9');
  await log.close();
});

test('segments deleted ahead of a slow reader are a gap, not a silent step', async () => {
  const dir = await tempDir();
  const log = await SegmentLog.open({ dir, segmentBytes: 1024 });
  for (let i = 0; i < 12; i++) await log.append([someBlock(1 + i * 2, 2, 200)]);
  const reader = new LogReader(dir, 1, () => 24);
  expect(seqsOf(reader.next(300))).toEqual([1, 2]);
  await log.truncateBefore(20);
  // What it has open it may finish; what lay behind is gone.
  expect(seqsOf(reader.next(600))).toEqual([3, 4, 5, 6]);
  expect(seqsOf(reader.next(300))).toEqual([7, 8]);
  expect(() => reader.next()).toThrow('record 9 is gone, the oldest kept is 17');
  reader.close();
  await log.close();
});

test('a segment that failed and was replaced by another of its name is followed', async () => {
  const dir = await tempDir();
  const files = new FaultyFiles();
  const log = await SegmentLog.open({ dir, files });
  let committed = 2;
  const reader = new LogReader(dir, 1, () => committed);
  let flushes = 0;
  files.plan = (op) => {
    if (op !== 'fdatasync' || ++flushes > 1) return undefined;
    expect(seqsOf(reader.next())).toEqual([1, 2]); // it has the first file open when that one fails
    return 'fail';
  };
  await log.append([someBlock(1, 2, 50)]);
  await log.append([someBlock(3, 2, 50)]);
  expect(listSegments(dir).map(({ firstSeq }) => firstSeq)).toEqual([1]);
  committed = 4;
  expect(seqsOf(reader.next())).toEqual([3, 4]);
  expect(reader.lost).toEqual({ bytes: 0, fixes: 0 });
  reader.close();
  await log.close();
});

test('a log without files has nothing yet', async () => {
  const dir = await tempDir();
  rmSync(dir, { recursive: true });
  expect(readAll(dir, 5)).toEqual([]);
});
