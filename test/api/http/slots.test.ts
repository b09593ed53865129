import { expect, test } from 'vitest';
import { SharedReads } from '../../../api/http/shared-reads.js';
import { Slots } from '../../../api/http/slots.js';

test('places go round in turn; a line too long and a wait too long are refused', async () => {
  const slots = new Slots(1, 2, 50);
  const first = await slots.take();
  const order: string[] = [];
  const second = slots.take().then((give) => {
    order.push('second');
    return give;
  });
  const third = slots.take();
  await expect(slots.take()).rejects.toMatchObject({ code: 'busy', status: 503 });
  first();
  first(); // giving back twice frees one place only
  (await second)();
  const give = await third;
  await expect(slots.take()).rejects.toMatchObject({ code: 'busy' });
  give();
  (await slots.take())();
  expect(order).toEqual(['second']);
});

test('a question is asked once for all who ask it at the time, and again after a failure', async () => {
  const reads = new SharedReads<number>(10_000, 2);
  let asked = 0;
  const ask = async () => ++asked;
  expect(await Promise.all([reads.read('a', ask), reads.read('a', ask), reads.read('b', ask)])).toEqual([1, 1, 2]);
  await expect(reads.read('c', () => Promise.reject(new Error('away')))).rejects.toThrow('away');
  expect(await reads.read('c', ask)).toBe(3);
  expect(await new SharedReads<number>(0, 2).read('a', ask)).toBe(4);
});
