import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import type { Block } from '../../model/block.js';
import type { Change } from '../../model/change.js';
import { committedIn, LogReader } from '../../store/log-reader.js';
import { listSegments } from '../../store/segment-file.js';
import { Spool, type SpoolOptions } from '../../store/spool.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { contents, FaultyFiles, readAll, seqsOf, someFix, upTo } from './support.js';

const change = (revision: number): Change => ({ type: 'vehicle-delete', revision, at: 0, no: 1 });
const accepted = (spool: Spool) => new Promise<void>((resolve) => spool.whenAccepted(resolve));

async function open(options: Partial<SpoolOptions> = {}): Promise<{ dir: string; spool: Spool; files: FaultyFiles }> {
  const dir = options.dir ?? (await tempDir());
  const files = new FaultyFiles('ENOSPC');
  return { dir, files, spool: await Spool.open({ dir, files, retryMs: 5, ...options }) };
}

/** Stops the disk: flushes wait until `go`. */
function holdFlushes(files: FaultyFiles): { go: () => void } {
  const flush = files.fdatasync.bind(files);
  let go = () => {};
  const gate = new Promise<void>((resolve) => {
    go = resolve;
  });
  files.fdatasync = (fd) => gate.then(() => flush(fd));
  return { go };
}

test('the log is what was added, in the order of the calls, through restarts', async () => {
  const action = fc.oneof(
    { weight: 5, arbitrary: fc.record({ do: fc.constant('fixes' as const), n: fc.integer({ min: 1, max: 40 }) }) },
    { weight: 3, arbitrary: fc.constant({ do: 'change' as const }) },
    { weight: 3, arbitrary: fc.constant({ do: 'turn' as const }) },
    { weight: 2, arbitrary: fc.constant({ do: 'wait' as const }) },
    { weight: 1, arbitrary: fc.constant({ do: 'restart' as const }) },
  );
  await fc.assert(
    fc.asyncProperty(fc.array(action, { maxLength: 30 }), async (actions) => {
      let { dir, spool } = await open({ segmentBytes: 4096 });
      const wanted: string[] = [];
      let fixes = 0;
      for (const step of actions) {
        if (step.do === 'fixes') {
          for (let i = 0; i < step.n; i++) {
            const p = someFix(wanted.length);
            expect(spool.addFix(p)).toBe(true);
            wanted.push(`fix ${wanted.length}`);
            expect(p.seq).toBe(wanted.length);
            fixes++;
          }
        } else if (step.do === 'change') {
          spool.addChange(change(wanted.length));
          wanted.push(`change ${wanted.length}`);
        } else if (step.do === 'turn') {
          await new Promise(setImmediate);
        } else if (step.do === 'wait') {
          await accepted(spool);
          expect([spool.committedSeq, spool.fixesAccepted, spool.pendingFixes]).toEqual([wanted.length, fixes, 0]);
        } else {
          await spool.close();
          ({ spool } = await open({ dir, segmentBytes: 4096 }));
        }
      }
      await spool.close();
      const blocks = readAll(dir, wanted.length);
      expect(contents(blocks)).toEqual(wanted);
      let before = 0;
      for (const block of blocks) {
        expect(block.fixesBefore).toBe(before);
        before += contents([block]).filter((line) => line.startsWith('fix')).length;
      }
    }),
    { seed: 21, numRuns: 40 },
  );
});

test('nobody is called before the flush has ended, and then all in the order of asking', async () => {
  const { spool, files, dir } = await open();
  const disk = holdFlushes(files);
  const calls: string[] = [];
  spool.onCommit((blocks) => calls.push(`commit ${seqsOf(blocks)}`));
  spool.addFix(someFix(1));
  spool.whenAccepted(() => calls.push(`first, committed ${spool.committedSeq}`));
  await waitFor(
    'the write',
    () => files.done.length,
    (n) => n > 1,
    { everyMs: 2 },
  );
  spool.whenAccepted(() => calls.push('asked during the flush'));
  spool.addFix(someFix(2));
  spool.addChange(change(1));
  spool.whenAccepted(() => calls.push(`second, committed ${spool.committedSeq}`));
  await new Promise((resolve) => setTimeout(resolve, 20));
  expect(calls).toEqual([]);
  expect([spool.committedSeq, spool.pendingFixes, committedIn(spool.shared)()]).toEqual([0, 2, 0]);
  expect(readAll(dir, spool.committedSeq)).toEqual([]);
  disk.go();
  await accepted(spool);
  expect(calls).toEqual([
    'commit 1',
    'first, committed 1',
    'asked during the flush',
    'commit 2,3',
    'second, committed 3',
  ]);
  expect([...new BigInt64Array(spool.shared)]).toEqual([3n, 2n]);
  let late = false;
  spool.whenAccepted(() => {
    late = true;
  });
  expect(late).toBe(false); // never at once, even with nothing to wait for
  await accepted(spool);
  expect(late).toBe(true);
  await spool.close();
});

test('what comes while the disk works shares the next flush', async () => {
  const { spool, files } = await open();
  const disk = holdFlushes(files);
  spool.addFix(someFix(0));
  await waitFor(
    'the write',
    () => files.done.length,
    (n) => n > 1,
    { everyMs: 2 },
  );
  for (let i = 1; i <= 5000; i++) spool.addFix(someFix(i));
  disk.go();
  await accepted(spool);
  expect(spool.fixesAccepted).toBe(5001);
  expect(spool.stats().flushes).toBe(2);
  await spool.close();
});

test('a full memory refuses fixes, takes changes, and says when half of it is free', async () => {
  const { spool, files, dir } = await open({ maxPendingFixes: 100 });
  const disk = holdFlushes(files);
  let drained = 0;
  spool.onDrain(() => drained++);
  let taken = 0;
  while (spool.addFix(someFix(taken))) taken++;
  expect([taken, spool.accepting]).toEqual([100, false]);
  const refused = someFix(999);
  expect([spool.addFix(refused), refused.seq]).toEqual([false, 0]);
  spool.addChange(change(1));
  expect(drained).toBe(0);
  disk.go();
  await accepted(spool);
  expect([drained, spool.accepting, spool.addFix(someFix(100))]).toEqual([1, true, true]);
  await spool.close();
  expect(contents(readAll(dir, 102)).at(-1)).toBe('fix 100');
});

test('a full quota pauses fixes until truncation has made room', async () => {
  const { spool, dir } = await open({ maxBytes: 200_000 });
  const states: string[] = [];
  spool.onState((state) => states.push(state));
  let taken = 0;
  while (spool.addFix(someFix(taken))) {
    taken++;
    if (taken % 50 === 0) await accepted(spool);
  }
  await accepted(spool);
  expect(states).toEqual(['filling', 'full']);
  expect(spool.bytes).toBeGreaterThan(190_000);
  expect(spool.bytes).toBeLessThan(210_000);
  expect(spool.addFix(someFix(0))).toBe(false);
  let drained = 0;
  spool.onDrain(() => drained++);
  await spool.truncateBefore(spool.committedSeq + 1);
  expect([drained, spool.state, spool.accepting]).toEqual([1, 'ok', true]);
  expect(spool.addFix(someFix(taken))).toBe(true);
  await spool.close();
  expect(contents(readAll(dir, taken + 1, listSegments(dir)[0].firstSeq)).at(-1)).toBe(`fix ${taken}`);
});

test('a full disk pauses fixes, acknowledges nothing, and everything taken is there once it has room', async () => {
  const { spool, files, dir } = await open();
  const states: string[] = [];
  spool.onState((state, detail) => states.push(`${state}: ${detail}`));
  files.plan = (op) => (op === 'writev' ? 'tear' : undefined);
  for (let i = 0; i < 10; i++) spool.addFix(someFix(i));
  let told = false;
  spool.whenAccepted(() => {
    told = true;
  });
  await waitFor(
    'the failure',
    () => spool.state,
    (state) => state === 'failed',
    { everyMs: 5 },
  );
  expect([told, spool.addFix(someFix(10)), spool.fixesAccepted, spool.pendingFixes]).toEqual([false, false, 0, 10]);
  files.plan = () => undefined;
  await accepted(spool);
  expect([told, spool.state, spool.fixesAccepted, spool.accepting]).toEqual([true, 'ok', 10, true]);
  expect(states[0]).toBe('failed: ENOSPC: planned failure of writev');
  expect(spool.stats().failures).toBeGreaterThan(1);
  await spool.close();
  expect(contents(readAll(dir, 10))).toEqual(upTo(9, 0).map((i) => `fix ${i}`));
});

test('closing with a disk that refuses ends, and acknowledges nothing', async () => {
  const { spool, files } = await open({ retryMs: 60_000 });
  files.plan = () => 'fail';
  spool.addFix(someFix(1));
  let told = false;
  spool.whenAccepted(() => {
    told = true;
  });
  await spool.close();
  expect([told, spool.committedSeq, spool.addFix(someFix(2))]).toEqual([false, 0, false]);
  expect(() => spool.addChange(change(1))).toThrow('the spool is closed');
});

test('a callback that throws is told and costs no other its call', async () => {
  const errors: unknown[] = [];
  const { spool } = await open({ onError: (error) => errors.push(error) });
  const calls: string[] = [];
  spool.onCommit(() => {
    throw new Error('listener');
  });
  spool.onCommit((blocks: readonly Block[]) => calls.push(`commit ${seqsOf(blocks)}`));
  spool.addFix(someFix(1));
  spool.whenAccepted(() => {
    throw new Error('waiter');
  });
  spool.whenAccepted(() => calls.push('waiter'));
  await accepted(spool);
  expect(calls).toEqual(['commit 1', 'waiter']);
  expect(errors.map(String)).toEqual(['Error: listener', 'Error: waiter']);
  await spool.close();
});

test('a change too long for a block is refused whole', async () => {
  const { spool } = await open();
  const note = 'x'.repeat(17 * 1024 * 1024);
  const long: Change = { type: 'alert-action', revision: 1, at: 0, alertId: 'a', action: 'resolve', by: 'b', note };
  expect(() => spool.addChange(long)).toThrow(RangeError);
  expect(spool.lastSeq).toBe(0);
  await spool.close();
});

test('items of a fix are kept as they came', async () => {
  const { spool, dir } = await open();
  for (let i = 0; i < 300; i++) {
    const p = someFix(i);
    p.items = Buffer.alloc(i * 20, i); // more than one builder's side section holds
    expect(spool.addFix(p)).toBe(true);
  }
  await spool.close();
  const reader = new LogReader(dir, 1, () => 300);
  expect(reader.next().length).toBeGreaterThan(2);
  reader.close();
  expect(contents(readAll(dir, 300))).toHaveLength(300);
});

test.each(['fsync', 'write'])('kill -9 loses nothing that was acknowledged at level %s', async (level) => {
  const dir = await tempDir();
  const fixture = fileURLToPath(new URL('../support/fixtures/spool-writer.ts', import.meta.url));
  let next = 1;
  for (let round = 0; round < 4; round++) {
    const child = spawn(process.execPath, ['--import', 'tsx', fixture, dir, level], {
      stdio: ['ignore', 'pipe', 'inherit'],
    });
    let output = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      output += text;
      if (output.length > 3000 + round * 7919) child.kill('SIGKILL');
    });
    const [, signal] = await once(child, 'close');
    expect(signal).toBe('SIGKILL');
    const acknowledged = output.split('\n').slice(0, -1).map(Number);
    expect(acknowledged.length).toBeGreaterThan(100);
    const spool = await Spool.open({ dir });
    const seqs = seqsOf(readAll(dir, spool.committedSeq));
    expect(new Set(seqs).size).toBe(seqs.length);
    const there = new Set(seqs);
    expect(acknowledged.filter((seq) => !there.has(seq))).toEqual([]);
    expect(acknowledged[0]).toBeGreaterThanOrEqual(next);
    next = spool.lastSeq + 1;
    await spool.close();
  }
});
