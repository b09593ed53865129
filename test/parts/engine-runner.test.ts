import { describe, expect, test } from 'vitest';
import { alertBlocks } from '../../alerts/log/alert-commit.js';
import { randomFrom } from '../../cli/support/random.js';
import { Engine } from '../../engine.js';
import type { AlertCommit, AlertTransition } from '../../model/alert.js';
import { type Block, readJsonBody } from '../../model/block.js';
import { total } from '../../model/stats.js';
import { type EngineMessage, EngineRunner, fatalMessage, type RunnerIo } from '../../parts/engine-runner.js';
import type { Checkpoint } from '../../store/checkpoint.js';
import { LogGapError } from '../../store/log-reader.js';
import { Story, square } from '../alerts/support.js';

class Killed extends Error {}

/** Disk and clock of one machine on which processes run and die. */
class Machine {
  readonly alertBlocks: Block[] = [];
  checkpoint: Checkpoint | null = null;
  messages: EngineMessage[] = [];
  clock = 0;
  /** Throws where the process dies; how many of the blocks given are on disk by then. */
  onAppend: (blocks: number) => number | null = () => null;
  onCheckpoint: () => void = () => {};
  /** First record that the log still has. */
  oldest = 1;

  constructor(readonly input: readonly Block[]) {}

  io(): RunnerIo {
    const machine = this;
    return {
      epoch: 'e',
      openInput(fromSeq) {
        let at = machine.input.findIndex((block) => block.firstSeq + block.count > fromSeq);
        if (at < 0) at = machine.input.length;
        const lost = { fixes: 0 };
        return {
          lost,
          next() {
            if (fromSeq < machine.oldest) throw new LogGapError('spool', fromSeq, machine.oldest);
            machine.clock += 7;
            return machine.input.slice(at, (at += 3));
          },
          close() {},
        };
      },
      fixesCommitted: () => machine.input.reduce((sum, block) => sum + (block.kind === 1 ? block.count : 0), 0),
      alertLog: {
        get nextSeq() {
          const last = machine.alertBlocks.at(-1);
          return last ? last.firstSeq + last.count : 1;
        },
        async append(blocks) {
          const survivors = machine.onAppend(blocks.length);
          machine.alertBlocks.push(...blocks.slice(0, survivors ?? blocks.length));
          if (survivors !== null) throw new Killed();
        },
      },
      lastCommit() {
        const last = machine.alertBlocks.at(-1);
        return last ? readJsonBody<AlertCommit>(last) : null;
      },
      async loadCheckpoint() {
        return machine.checkpoint;
      },
      async saveCheckpoint(checkpoint) {
        machine.onCheckpoint();
        const before = machine.checkpoint?.seq ?? 0;
        machine.checkpoint = checkpoint;
        return before;
      },
      tell: (message) => machine.messages.push(message),
      now: () => machine.clock,
    };
  }

  /** Runs one process until it has nothing to do; false where it died. */
  async run(): Promise<boolean> {
    const runner = await EngineRunner.start(this.io(), { checkpointMs: 300, commitMs: 20 });
    try {
      while (await runner.step());
      await runner.stop();
      return true;
    } catch (error) {
      if (!(error instanceof Killed)) throw error;
      return false;
    }
  }

  log(): AlertTransition[] {
    return this.alertBlocks.flatMap((block) => readJsonBody<AlertCommit>(block).transitions);
  }

  told(): AlertTransition[] {
    return this.messages.flatMap((message) => (message.type === 'alerts' ? message.transitions : []));
  }
}

/** Compared as text: many thousand objects are slow to compare one by one. */
function text(transitions: readonly AlertTransition[]): string {
  return transitions.map((transition) => JSON.stringify(transition)).join('\n');
}

const CROWD = 700;

/** 700 vehicles enter a fence, which is then removed: one record that clears more than a block holds. */
function crowd(): Story {
  const story = new Story();
  for (let no = 1; no <= CROWD; no++) story.vehicle(no, `v${no}`);
  story.fence(1, 'square', square(0, 0), [{ type: 'enter' }]);
  for (let no = 1; no <= CROWD; no++) story.fixes(no, { at: no, lon: 0.5 });
  story.change({ type: 'fence-delete', no: 1 });
  for (let no = 1; no <= 100; no++) story.fixes(no, { at: 2000 + no, lon: 0.5, alarms: 1 });
  story.log.flush();
  return story;
}

describe('exactly once', () => {
  const story = crowd();
  const { blocks } = story.log;
  const undisturbed = new Machine(blocks);

  test('an undisturbed run: everything is in the log once, numbered without a gap, and told after it', async () => {
    expect(await undisturbed.run()).toBe(true);
    const log = undisturbed.log();
    expect(log.length).toBe(2 * CROWD + 100);
    expect(log.map(({ number }) => number)).toEqual(log.map((_, i) => i + 1));
    expect(text(undisturbed.told())).toBe(text(log));
    expect(undisturbed.alertBlocks.every((block) => block.count <= 500)).toBe(true);
    const last = undisturbed.messages.at(-1);
    expect(last).toMatchObject({ type: 'progress', watermark: story.log.seq });
  });

  test('killed at any commit, before, within or behind it: the log is the same', async () => {
    let deaths = 0;
    for (let seed = 1; seed <= 8; seed++) {
      const random = randomFrom(seed);
      const machine = new Machine(blocks);
      const dies = () => random() < 0.15 && ++deaths > 0;
      machine.onAppend = (count) => (dies() ? Math.floor(random() * (count + 1)) : null);
      machine.onCheckpoint = () => {
        machine.clock += 3;
      };
      while (!(await machine.run()));
      expect(text(machine.log())).toBe(text(undisturbed.log()));
    }
    expect(deaths).toBeGreaterThan(8);
  });

  test('killed between the log and the telling: what was not told is in the log for the reader', async () => {
    const machine = new Machine(blocks);
    let commits = 0;
    machine.onAppend = (count) => (++commits === 3 ? count : null);
    expect(await machine.run()).toBe(false);
    const told = machine.told().length;
    expect(machine.log().length).toBeGreaterThan(told);
    machine.messages = [];
    expect(await machine.run()).toBe(true);
    expect(machine.messages[0]).toMatchObject({ type: 'ready', alertNumber: expect.any(Number) });
    expect(text(machine.log())).toBe(text(undisturbed.log()));
  });

  test('a checkpoint never holds what the alert log does not', async () => {
    const machine = new Machine(blocks);
    machine.onAppend = () => 0;
    expect(await machine.run()).toBe(false);
    const firstAlert = undisturbed.log()[0].inputSeq;
    expect(machine.checkpoint?.seq ?? 0).toBeLessThan(firstAlert);
    // Stopped in the middle of a commit that the disk refuses.
    const runner = await EngineRunner.start(machine.io(), { checkpointMs: 50 });
    while (await runner.step().catch(() => false));
    await runner.stop();
    expect(runner.engine.seq).toBeGreaterThanOrEqual(firstAlert);
    expect(machine.checkpoint?.seq ?? 0).toBeLessThan(firstAlert);
  });
});

describe('checkpoints and the log', () => {
  test('the log may be cut up to the older of two checkpoints, and counters go on after a restart', async () => {
    const { blocks } = crowd().log;
    const machine = new Machine(blocks);
    await machine.run();
    const progress = machine.messages.findLast((message) => message.type === 'progress');
    if (progress?.type !== 'progress') throw new Error('no progress told');
    expect(progress.checkpointSeq).toBeGreaterThan(0);
    expect(progress.checkpointSeq).toBeLessThanOrEqual(progress.watermark);
    expect(progress.stats).toMatchObject({ evaluated: CROWD + 100, inSpool: 0, stepFailures: {} });

    machine.oldest = progress.checkpointSeq;
    machine.messages = [];
    expect(await machine.run()).toBe(true);
    expect(machine.messages[0]).toMatchObject({ type: 'ready', watermark: progress.watermark });
    const again = machine.messages.findLast((message) => message.type === 'progress');
    expect(again).toMatchObject({ stats: { evaluated: CROWD + 100, inSpool: 0 } });
  });

  test('at rest the log may be cut up to its end: one that is full brings no record that would see to it', async () => {
    const machine = new Machine(crowd().log.blocks);
    const runner = await EngineRunner.start(machine.io(), { checkpointMs: 300 });
    while (await runner.step());
    for (let i = 0; i < 4; i++) {
      machine.clock += 400;
      await runner.step();
      await new Promise(setImmediate); // the save is beside the steps
    }
    const told = machine.messages.findLast((message) => message.type === 'progress');
    expect(told).toMatchObject({ checkpointSeq: (told as { watermark: number }).watermark });
    let saves = 0;
    machine.onCheckpoint = () => saves++;
    for (let i = 0; i < 10; i++) {
      machine.clock += 400;
      await runner.step();
    }
    expect(saves).toBe(0); // and then there is nothing to save
  });

  test('a checkpoint that fails costs nothing but a longer log', async () => {
    const machine = new Machine(crowd().log.blocks);
    machine.onCheckpoint = () => {
      throw new Error('no room');
    };
    expect(await machine.run()).toBe(true);
    expect(machine.log().length).toBe(2 * CROWD + 100);
    expect(machine.messages.some((message) => message.type === 'failure' && message.what === 'checkpoint')).toBe(true);
  });

  test('without a checkpoint of this version the log is replayed, and nothing is told again', async () => {
    const machine = new Machine(crowd().log.blocks);
    await machine.run();
    machine.checkpoint = null;
    machine.messages = [];
    expect(await machine.run()).toBe(true);
    expect(machine.told()).toEqual([]);
    expect(machine.log().length).toBe(2 * CROWD + 100);
  });

  test('without one, and with the log’s start gone, it says what to do', async () => {
    const machine = new Machine(crowd().log.blocks);
    machine.oldest = CROWD + 50;
    const runner = await EngineRunner.start(machine.io());
    const error = await runner.step().catch((reason: unknown) => reason);
    expect(error).toBeInstanceOf(LogGapError);
    expect(fatalMessage(error)).toContain('put back checkpoints/engine.checkpoint');
  });

  test('a log that begins at a later number, and is whole, is read from there', async () => {
    const story = new Story();
    story.log.seq = 1000;
    story
      .vehicle(1, 'v1')
      .fence(1, 'f', square(0, 0), [{ type: 'enter' }])
      .fixes(1, { at: 0, lon: 0.5 });
    story.log.flush();
    const machine = new Machine(story.log.blocks);
    machine.oldest = 1001;
    expect(await machine.run()).toBe(true);
    expect(machine.log().length).toBe(1);
  });

  test('fixes that the log has lost are counted, so that the sum still holds', () => {
    const engine = new Engine();
    engine.noteLost(7);
    expect(total(engine.counters.notEvaluable)).toBe(7);
  });
});

test('blocks say how far the input is covered, within one record too', () => {
  const transition = (inputSeq: number) => ({ inputSeq, number: 0 }) as AlertTransition;
  const many = [transition(3), ...Array.from({ length: 1200 }, () => transition(5)), transition(6)];
  const commits = alertBlocks(many, 9, 11, 0).map((block) => ({
    ...readJsonBody<AlertCommit>(block),
    firstSeq: block.firstSeq,
  }));
  expect(
    commits.map(({ inputSeq, beyond, firstSeq, transitions }) => [inputSeq, beyond, firstSeq, transitions.length]),
  ).toEqual([
    [4, 499, 11, 500],
    [4, 999, 511, 500],
    [9, 0, 1011, 202],
  ]);
});
