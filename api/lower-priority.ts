import { readlinkSync } from 'node:fs';
import { setPriority } from 'node:os';
import { threadId } from 'node:worker_threads';

/** Of `nice`: such a thread gets about a tenth of what another one gets that wants the same core. */
const NICE = 10;

/**
 * Lets the other threads go first where cores are scarce, the one above all that acknowledges. Only Linux has priorities of threads;
 * elsewhere, and in the main thread, nothing happens.
 */
export function lowerPriority(): void {
  if (threadId === 0 || process.platform !== 'linux') return;
  try {
    // "<process>/task/<thread>": to Linux a thread's number is as good as a process's.
    setPriority(Number(readlinkSync('/proc/thread-self').split('/').at(-1)), NICE);
  } catch {
    // Without /proc, or not allowed: it is as fast as it was.
  }
}
