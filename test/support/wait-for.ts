import { setTimeout as pause } from 'node:timers/promises';

/** Asks again until `ready` says yes; throws with what was last seen when that takes too long. */
export async function waitFor<T>(
  what: string,
  ask: () => Promise<T> | T,
  ready: (value: T) => boolean,
  { timeoutMs = 60_000, everyMs = 100 } = {},
): Promise<T> {
  const deadline = performance.now() + timeoutMs;
  for (;;) {
    const value = await ask();
    if (ready(value)) return value;
    if (performance.now() > deadline)
      throw new Error(`waited ${timeoutMs} ms for ${what}; last: ${JSON.stringify(value)}`);
    await pause(everyMs);
  }
}
