import { expect } from 'vitest';
import { imbalances, type LiveStats } from '../../model/stats.js';
import type { TestServer } from './cheji.js';
import { waitFor } from './wait-for.js';

export async function liveStats(server: TestServer): Promise<LiveStats> {
  return (await server.now.api<LiveStats>('/v1/stats/live')).body;
}

/** Waits until the server has nothing left to do, and answers its counters. */
export async function drained(server: TestServer, timeoutMs = 60_000): Promise<LiveStats> {
  return waitFor(
    'engine and writer to reach the end of the log',
    () => liveStats(server),
    (s) => s.fixes.pending === 0 && s.store.inSpool === 0 && s.engine.inSpool === 0,
    { timeoutMs },
  );
}

/** The equations of model/stats.ts, and that the log kept everything until the database had it. */
export function expectConserved(s: LiveStats): void {
  expect(imbalances(s)).toEqual([]);
  expect(s.store.missed).toBe(0);
}
