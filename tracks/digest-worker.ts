import { setTimeout as pause } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import { backoffMs, explain, openPool } from '../store/db.js';
import { History } from '../store/history.js';
import { JourneyTables } from '../store/journeys.js';
import { Travel } from '../store/travel.js';
import { Upkeep, type UpkeepOptions } from '../store/upkeep.js';
import { Digest } from './digest.js';

/** `workerData` of this worker. */
export interface DigestWorkerData extends UpkeepOptions {
  /** Of the database; its tables are there. */
  url: string;
}

export type ToDigest = { type: 'stop' };

export type FromDigest = { type: 'notice'; line: string } | { type: 'stopped' };

/**
 * Rest after a pass: this long at least, and so long that a core is busy a tenth of the time; but a large fleet, whose pass takes
 * minutes, is not to wait ten times as long for its trips.
 */
const LEAST_REST_MS = 15_000;
const REST_PER_WORK = 9;
const MOST_REST_MS = 120_000;
/**
 * One for what is read, one for the transaction, and one statement may take long on a vehicle's year. What a commit that was undone
 * had written is worked out again: the news of it are deleted later, so they are there again too.
 */
const POOL = { connections: 3, statementMs: 120_000, flushedCommits: false };

const port = parentPort;
if (!port) throw new Error('digest-worker.js runs as a worker only');
const data = workerData as DigestWorkerData;
const post = (message: FromDigest) => port.postMessage(message);
const stop = new AbortController();
port.on('message', ({ type }: ToDigest | { type: 'wake' }) => {
  if (type === 'stop') stop.abort();
});

const pool = openPool(data.url, () => {}, POOL); // whoever uses a lost connection hears of it
const digest = new Digest(new JourneyTables(pool), new History(pool), new Travel(pool));
const upkeep = new Upkeep(pool, data);
let upkeepDue = 0;

for (let failures = 0; !stop.signal.aborted; ) {
  const began = performance.now();
  let rest: number;
  // First, and whatever becomes of the digest: where that fails for ever, the disk is not to fill with old days.
  if (began >= upkeepDue) {
    const { notices, againMs } = await upkeep.pass(Date.now(), stop.signal);
    for (const line of notices) post({ type: 'notice', line });
    upkeepDue = began + againMs;
  }
  try {
    await digest.pass(stop.signal);
    failures = 0;
    rest = Math.max(LEAST_REST_MS, Math.min(MOST_REST_MS, REST_PER_WORK * (performance.now() - began)));
  } catch (error) {
    // The writer tells of a database that is away; a failure that stays is worth a line of its own.
    if (++failures === 3) post({ type: 'notice', line: `trips and sums wait: ${explain(error)}` });
    rest = Math.max(LEAST_REST_MS, backoffMs(failures));
  }
  await pause(rest, undefined, { signal: stop.signal }).catch(() => {});
}
await pool.end();
post({ type: 'stopped' });
port.close();
