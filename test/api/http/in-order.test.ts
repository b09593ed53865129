import { expect, test } from 'vitest';
import { InOrder } from '../../../api/http/in-order.js';

test('what concerns one thing is done in the order of asking, however long it takes to be read', async () => {
  const inOrder = new InOrder();
  const done: string[] = [];
  let give: (text: string) => void = () => {};
  const slow = new Promise<string>((resolve) => (give = resolve));
  const note = async (text: string) => void done.push(text);
  const first = inOrder.run('a', slow, note);
  const second = inOrder.run('a', 'second', note);
  await inOrder.run('b', 'other', note);
  expect(done).toEqual(['other']);
  give('first');
  await Promise.all([first, second]);
  expect(done).toEqual(['other', 'first', 'second']);
});

test('what fails holds up nobody, and is told to its own caller', async () => {
  const inOrder = new InOrder();
  const unread = inOrder.run('a', Promise.reject(new Error('unread')), async () => 1);
  const failed = inOrder.run('a', 0, () => Promise.reject(new Error('failed')));
  const good = inOrder.run('a', 0, async () => 2);
  await expect(unread).rejects.toThrow('unread');
  await expect(failed).rejects.toThrow('failed');
  expect(await good).toBe(2);
});

test('beyond a thousand that wait it says busy', async () => {
  const inOrder = new InOrder();
  const never = new Promise<void>(() => {});
  for (let i = 0; i < 1000; i++) void inOrder.run('a', never, async () => {});
  await expect(inOrder.run('a', Promise.reject(new Error('unread')), async () => {})).rejects.toMatchObject({
    code: 'busy',
  });
});
