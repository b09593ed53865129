import { expect, test } from 'vitest';
import type { Request } from '../../../api/http/endpoint.js';
import { HttpWaits } from '../../../api/stream/http-waits.js';

const request = { onAborted: () => () => {} } as unknown as Request;

test('thousands who wait for the same news are told of it in turns, each once', async () => {
  const waits = new HttpWaits(1000);
  const listeners = new Set<() => void>();
  let told = 0;
  const all = Array.from({ length: 1000 }, async () => {
    await waits.wait(60_000, request, (wake) => {
      listeners.add(wake);
      return () => listeners.delete(wake);
    });
    told++;
  });
  for (const listener of [...listeners, ...listeners]) listener();
  await new Promise((resolve) => setImmediate(resolve));
  expect(told).toBeGreaterThan(0);
  expect(told).toBeLessThan(500);
  await Promise.all(all);
  expect([told, listeners.size]).toEqual([1000, 0]);
});

test('who waits no longer is not told, and a stop tells all at once', async () => {
  const waits = new HttpWaits(10);
  const wakes: (() => void)[] = [];
  const subscribe = (wake: () => void) => {
    wakes.push(wake);
    return () => {};
  };
  await waits.wait(1, request, subscribe);
  const other = waits.wait(60_000, request, subscribe);
  waits.close();
  await other;
  for (const wake of wakes) wake();
});
