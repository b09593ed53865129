import { join } from 'node:path';
import { Worker } from 'node:worker_threads';
import { expect, onTestFinished, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { Engine } from '../../engine.js';
import type { AlertCommit, AlertTransition } from '../../model/alert.js';
import { readJsonBody } from '../../model/block.js';
import type { EngineMessage } from '../../parts/engine-runner.js';
import { LogReader } from '../../store/log-reader.js';
import { SegmentLog } from '../../store/segment-log.js';
import { Story, square } from '../alerts/support.js';
import { tempDir } from '../support/temp-dir.js';

const SCRIPT = join(import.meta.dirname, '../../dist/parts/engine-worker.js');

/** 40 vehicles that go to and fro over the edge of a fence. */
function traffic(): Story {
  const story = new Story();
  for (let no = 1; no <= 40; no++) story.vehicle(no, `v${no}`);
  story.fence(1, 'depot', square(0, 0), [{ type: 'enter' }, { type: 'exit' }]);
  const random = randomFrom(30);
  for (let i = 0; i < 4000; i++) story.fixes(1 + (i % 40), { at: i, lon: random() * 2 });
  story.log.flush();
  return story;
}

class Thread {
  readonly messages: EngineMessage[] = [];
  readonly worker: Worker;
  readonly ended: Promise<void>;

  constructor(dir: string, spool: SegmentLog) {
    this.worker = new Worker(SCRIPT, {
      workerData: {
        spoolDir: join(dir, 'spool'),
        alertsDir: join(dir, 'alerts'),
        checkpointsDir: join(dir, 'checkpoints'),
        spoolShared: spool.shared,
        alertsShared: new SharedArrayBuffer(16),
      },
    });
    this.worker.on('message', (message: EngineMessage) => this.messages.push(message));
    this.ended = new Promise((resolve, reject) => {
      this.worker.on('exit', () => resolve());
      this.worker.on('error', reject);
    });
    onTestFinished(async () => {
      await this.worker.terminate();
    });
  }

  /** Resolves when it has told that record `seq` is evaluated. */
  async reaches(seq: number): Promise<void> {
    while (!this.messages.some((message) => message.type === 'progress' && message.watermark >= seq)) {
      await new Promise((resolve) => this.worker.once('message', resolve));
    }
  }
}

function alertLog(dir: string): AlertTransition[] {
  const reader = new LogReader(join(dir, 'alerts'), 1, () => Number.MAX_SAFE_INTEGER);
  const found: AlertTransition[] = [];
  for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) {
    found.push(...blocks.flatMap((block) => readJsonBody<AlertCommit>(block).transitions));
  }
  reader.close();
  return found;
}

test('killed again and again while the log grows, and stopped in order: the alert log is that of one quiet run', async () => {
  const { log } = traffic();
  const quiet = new Engine();
  const expected = log.blocks.flatMap((block) => {
    quiet.apply(block);
    return quiet.take();
  });
  for (const [i, transition] of expected.entries()) transition.number = i + 1;
  expect(expected.length).toBeGreaterThan(1000);

  const dir = await tempDir();
  const spool = await SegmentLog.open({ dir: join(dir, 'spool') });
  onTestFinished(() => spool.close());
  const random = randomFrom(31);
  let given = 0;
  let orderly = 0;
  while (given < log.blocks.length) {
    const thread = new Thread(dir, spool);
    const more = log.blocks.slice(given, given + 40);
    given += more.length;
    for (const block of more) {
      await spool.append([block]);
      thread.worker.postMessage({ type: 'wake' });
    }
    if (random() < 0.4) {
      await thread.reaches(spool.committedSeq);
      orderly++;
      thread.worker.postMessage({ type: 'stop' });
      await thread.ended;
      expect(thread.messages.at(-1)).toEqual({ type: 'stopped' });
    } else {
      await new Promise((resolve) => setTimeout(resolve, random() * 120));
      await thread.worker.terminate();
    }
  }
  expect(orderly).toBeGreaterThan(0);

  const last = new Thread(dir, spool);
  await last.reaches(spool.committedSeq);
  const ready = last.messages[0];
  expect(ready).toMatchObject({ type: 'ready', epoch: expect.stringMatching(/^[0-9a-f]{16}$/) });
  const progress = last.messages.findLast((message) => message.type === 'progress');
  expect(progress).toMatchObject({ stats: { evaluated: 4000, inSpool: 0, stepFailures: {} } });
  last.worker.postMessage({ type: 'stop' });
  await last.ended;
  expect(alertLog(dir).map((transition) => JSON.stringify(transition))).toEqual(
    expected.map((transition) => JSON.stringify(transition)),
  );
});

test('a log whose beginning is gone is fatal, and the thread says what to do', async () => {
  const story = traffic();
  const dir = await tempDir();
  const spool = await SegmentLog.open({ dir: join(dir, 'spool'), segmentBytes: 20_000 });
  onTestFinished(() => spool.close());
  for (const block of story.log.blocks) await spool.append([block]);
  await spool.truncateBefore(2000);
  const thread = new Thread(dir, spool);
  await thread.ended;
  expect(thread.messages.at(-1)).toMatchObject({ type: 'fatal', message: expect.stringContaining('checkpoint') });
});
