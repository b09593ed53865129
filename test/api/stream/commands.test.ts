import { expect, test } from 'vitest';
import type { App } from '../../../api/app.js';
import { CommandsHub } from '../../../api/stream/commands.js';
import { LIMITS } from '../../../api/stream/limits.js';
import type { Command } from '../../../model/command.js';
import { queuedCommand } from '../../support/queued-command.js';

test('what waits for a client that does not read is bounded for all its subscriptions together', () => {
  let tell: (command: Command) => void = () => {};
  const subscribe = (listener: typeof tell) => {
    tell = listener;
    return () => {};
  };
  const hub = new CommandsHub({ deps: { commands: { subscribe } } } as unknown as App);
  let tooSlow = 0;
  let answer: 'sent' | 'buffered' = 'sent';
  const port = { waiting: 0, send: () => answer, tooSlow: () => void tooSlow++ };
  const subscriptions = [1, 2, 3, 4].map((id) => hub.add(id, {}, port));
  answer = 'buffered';
  const commands = Array.from({ length: LIMITS.commandsWaiting / 4 + 2 }, (_, i) => queuedCommand(`c${i}`));
  for (const command of commands) for (let step = 0; step < 2; step++) tell(command);
  expect(tooSlow).toBeGreaterThan(0);
  expect(port.waiting).toBe(4 * commands.length);
  answer = 'sent';
  hub.drained(subscriptions[0]);
  for (const subscription of subscriptions) hub.remove(subscription);
  expect(port.waiting).toBe(0);
});
