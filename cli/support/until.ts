import { setTimeout as pause } from 'node:timers/promises';

/** A timer can wait 24 days at most. */
const LONGEST_PAUSE_MS = 2 ** 31 - 1;

/** Waits until `due` on the clock of performance.now(). */
export async function until(due: number): Promise<void> {
  for (let left = due - performance.now(); left > 0; left = due - performance.now()) {
    await pause(Math.min(left, LONGEST_PAUSE_MS));
  }
}
