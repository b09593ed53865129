import type { LookupAddress, lookup } from 'node:dns';
import { beforeEach, expect, test, vi } from 'vitest';
import { TargetGuard } from '../../deliver/target-guard.js';

type Done = (error: Error | null, addresses: LookupAddress[]) => void;

/** Lookups that the system has been asked for and that it has not answered. */
const asked: { name: string; done: Done }[] = [];

vi.mock('node:dns', () => ({
  lookup: ((name: string, _options: object, done: Done) => asked.push({ name, done })) as unknown as typeof lookup,
}));

beforeEach(() => void asked.splice(0));

const ADDRESS = { address: '8.8.8.8', family: 4 };

function ask(guard: TargetGuard, name: string): Promise<unknown> {
  return new Promise((resolve, reject) => {
    guard.lookup(name, { all: true }, (error, addresses) => (error ? reject(error) : resolve(addresses)));
  });
}

test('names that nobody answers for take no more than two threads from the disk, however many there are', async () => {
  const guard = new TargetGuard({ networks: [], hosts: [] });
  const answers = Array.from({ length: 20 }, (_, i) => ask(guard, `h${i}.example.cn`));
  const failed = Promise.allSettled(answers);
  for (let i = 0; i < 20; i++) {
    expect(asked.length).toBeLessThanOrEqual(2);
    asked.shift()!.done(i % 2 ? new Error('SERVFAIL') : null, [ADDRESS]);
    await Promise.resolve();
  }
  const outcomes = (await failed).map(({ status }) => status);
  expect(outcomes.filter((status) => status === 'fulfilled')).toHaveLength(10);
});

test('whoever asks for a name that is being looked up gets the same answer', async () => {
  const guard = new TargetGuard({ networks: [], hosts: [] });
  const answers = Array.from({ length: 50 }, () => ask(guard, 'hook.example.cn'));
  expect(asked.map(({ name }) => name)).toEqual(['hook.example.cn']);
  asked[0].done(null, [ADDRESS]);
  expect(await Promise.all(answers)).toEqual(answers.map(() => [ADDRESS]));
  const next = ask(guard, 'hook.example.cn');
  expect(asked).toHaveLength(2);
  asked[1].done(null, [{ address: '127.0.0.1', family: 4 }]);
  await expect(next).rejects.toThrow('not a public one');
});
