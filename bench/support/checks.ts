import { setFlagsFromString } from 'node:v8';
import { runInNewContext } from 'node:vm';

/** What a bench counts on besides figures: throws with `message` where it does not hold. */
export function check(holds: boolean, message: string): void {
  if (!holds) throw new Error(message);
}

/** Bytes in use once everything unused is gone: of the heap, and with `buffers` of those as well. */
export function usedBytes({ buffers = false } = {}): number {
  setFlagsFromString('--expose-gc');
  const collect = runInNewContext('gc') as () => void;
  collect();
  collect(); // what the first one only released
  collect(); // and the buffers of that, which are swept beside
  const { heapUsed, arrayBuffers } = process.memoryUsage();
  return buffers ? heapUsed + arrayBuffers : heapUsed;
}
