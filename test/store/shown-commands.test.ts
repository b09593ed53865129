import { expect, test } from 'vitest';
import { advance } from '../../model/command.js';
import { CommandBook } from '../../model/command-book.js';
import { queuedCommand } from '../support/queued-command.js';
import { openShown } from './shown-support.js';

test('commands come back from the checkpoint and the log behind it, each step once', async () => {
  const { shown: state, registry, restore, flushed, close } = await openShown(() => 5);
  const put = (id: string) =>
    state.commands.apply(registry.recordCommands({ type: 'command-put', commands: [queuedCommand(id)] }));
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
  const restored = await restore();
  expect(restored.commands.snapshot()).toEqual(state.commands.snapshot());
  expect(restored.commands.get('c1')).toMatchObject({ state: 'answered', attempts: 1, answer: { a: 1 } });
  expect([...restored.commands.queue({ protocol: 'jt808', number: '1' })].map(({ id }) => id)).toEqual(['c2']);
  expect(restored.commands.lastId).toBe('c2');
  await close();
});

test('a checkpoint of before there were commands is one without any', () => {
  expect(CommandBook.from([]).size).toBe(0);
});
