import { expect, onTestFinished, test } from 'vitest';
import { Housekeeping } from '../../parts/housekeeping.js';

/** Its parts as far as an end needs them; `flushes`: the log's disk takes what it is given. */
function housekeeping(flushes: boolean) {
  const done: string[] = [];
  const warned: string[] = [];
  const whenAccepted = (fn: () => void) => void (flushes && setImmediate(fn));
  const parts = {
    spool: { state: flushes ? 'ok' : 'failed', whenAccepted, truncateBefore: async () => void done.push('truncated') },
    state: {
      safeSeq: 0,
      async checkpoint(flushed: () => Promise<void>) {
        await flushed();
        done.push('checkpoint');
      },
    },
    dispatcher: { flush() {} },
    engine: { safeSeq: 5, truncateAlerts() {} },
    database: { storedSeq: 5, alertsStored: 0 },
    replaying: false,
    clock: () => 0,
    log: { warn: (line: string) => warned.push(line) },
  };
  const made = new Housekeeping(parts as unknown as ConstructorParameters<typeof Housekeeping>[0]);
  onTestFinished(() => made.stop());
  return { made, done, warned };
}

test('the end: everything is flushed and a checkpoint knows of it, then segments go', async () => {
  const { made, done } = housekeeping(true);
  made.stop();
  expect(await made.settle(10_000)).toBe(true);
  await made.truncate();
  expect(done).toEqual(['checkpoint', 'truncated']);
});

test('a log whose disk takes nothing does not hold up the end; the next start goes on from what there is', async () => {
  const { made, done, warned } = housekeeping(false);
  made.stop();
  expect(await made.settle(50)).toBe(false);
  expect(done).toEqual([]);
  expect(warned).toEqual([expect.stringContaining('not acknowledged')]);
});
