import { once } from 'node:events';
import { getPriority } from 'node:os';
import { Worker } from 'node:worker_threads';
import { expect, test } from 'vitest';

const SCRIPT = new URL('../../../dist/api/fences/lower-priority.js', import.meta.url);

/** Tells its own `nice` before and after: field 19 of what Linux says of a thread. */
const THREAD = `
  import { readFileSync } from 'node:fs';
  import { parentPort } from 'node:worker_threads';
  import { lowerPriority } from '${SCRIPT}';
  const nice = () => Number(readFileSync('/proc/thread-self/stat', 'utf8').split(') ').at(-1).split(' ')[16]);
  const before = nice();
  lowerPriority();
  parentPort.postMessage([before, nice()]);
`;

test.runIf(process.platform === 'linux')('a thread gives way to the others, and none of them does', async () => {
  const here = getPriority();
  const worker = new Worker(new URL(`data:text/javascript,${encodeURIComponent(THREAD)}`));
  const [[before, after]] = await once(worker, 'message');
  expect([before, after]).toEqual([here, here + 5]);
  expect(getPriority()).toBe(here);
});
