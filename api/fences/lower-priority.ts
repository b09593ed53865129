import { readlinkSync } from 'node:fs';
import { getPriority, setPriority } from 'node:os';
import { threadId } from 'node:worker_threads';

/** Steps of `nice`: such a thread gets about a third of what another one gets that wants the same core. */
const STEPS = 5;
/** The lowest there is. */
const MOST_NICE = 19;

/**
 * Lets the other threads go first where cores are scarce, the one above all that acknowledges. Only Linux has priorities of threads;
 * elsewhere, and in the main thread, nothing happens.
 */
export function lowerPriority(): void {
  if (threadId === 0 || process.platform !== 'linux') return;
  try {
    // "<process>/task/<thread>": to Linux a thread's number is as good as a process's.
    const thread = Number(readlinkSync('/proc/thread-self').split('/').at(-1));
    setPriority(thread, Math.min(MOST_NICE, getPriority(thread) + STEPS));
  } catch {
    // Without /proc, or not allowed: it is as fast as it was.
  }
}
