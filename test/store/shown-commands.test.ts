import { expect, test } from 'vitest';
import { advance, type Command } from '../../model/command.js';
import { CommandBook } from '../../model/command-book.js';
import { Registry } from '../../store/registry.js';
import { ShownState } from '../../store/shown-state.js';
import { Spool } from '../../store/spool.js';
import { tempDir } from '../support/temp-dir.js';

const command = (id: string): Command => ({
  id,
  vehicleId: 'v1',
  terminal: { protocol: 'jt808', number: '1' },
  type: 'locate',
  params: {},
  batch: null,
  createdAt: 1,
  expiresAt: 2,
  neverLate: false,
  by: 'admin',
  state: 'queued',
  attempts: 0,
  history: [{ state: 'queued', at: 1 }],
  answer: null,
  reason: null,
  endedAt: null,
});

test('commands come back from the checkpoint and the log behind it, each step once', async () => {
  const dir = await tempDir();
  const checkpoints = await tempDir();
  const spool = await Spool.open({ dir, ackLevel: 'write' });
  const committed = () => spool.committedSeq;
  const flushed = () => new Promise<void>((resolve) => spool.whenAccepted(resolve));
  const state = await ShownState.restore(checkpoints, dir, committed);
  spool.onCommit((blocks) => {
    for (const block of blocks) state.apply(block, () => {});
  });
  const registry = new Registry(state.catalog, spool, () => 5);
  const put = (id: string) =>
    state.commands.apply(registry.recordCommands({ type: 'command-put', commands: [command(id)] }));
  const step = (id: string, to: 'sent' | 'answered') => {
    const steps = [advance(state.commands.get(id)!, { state: to, at: 5 }, to === 'answered', { a: 1 })];
    state.commands.apply(registry.recordCommands({ type: 'command-step', steps }));
  };

  put('c1');
  step('c1', 'sent');
  await flushed();
  await state.checkpoint(flushed);
  step('c1', 'answered');
  put('c2');
  step('c2', 'sent');
  await flushed();
  const restored = await ShownState.restore(checkpoints, dir, committed);
  expect(restored.commands.snapshot()).toEqual(state.commands.snapshot());
  expect(restored.commands.get('c1')).toMatchObject({ state: 'answered', attempts: 1, answer: { a: 1 } });
  expect([...restored.commands.queue({ protocol: 'jt808', number: '1' })].map(({ id }) => id)).toEqual(['c2']);
  expect(restored.commands.lastId).toBe('c2');
  await spool.close();
});

test('a checkpoint of before there were commands is one without any', () => {
  expect(CommandBook.from([]).size).toBe(0);
});
