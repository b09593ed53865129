import { setImmediate as afterEvents } from 'node:timers/promises';
import { parentPort, workerData } from 'node:worker_threads';
import type { AlertCommit } from '../model/alert.js';
import { readJsonBody } from '../model/block.js';
import { loadCheckpoint, saveCheckpoint } from '../store/checkpoint.js';
import { logId } from '../store/log-id.js';
import { committedIn, LogReader } from '../store/log-reader.js';
import { SegmentLog } from '../store/segment-log.js';
import { type EngineMessage, type EngineOrder, EngineRunner, fatalMessage } from './engine-runner.js';

/** A client that was away may resume from this far back (reliability sheet §10), within some 600 MB. */
const RESUME_MS = 24 * 3_600_000;
const RESUME_ALERTS = 500_000;
/** The log is cut by whole segments, so they are small: a few thousand alerts. */
const SEGMENT_BYTES = 4 * 1024 * 1024;

/** Nobody need wake the engine: it looks by itself after this. */
const IDLE_MS = 250;

/** Given to the thread when it is made. */
export interface EngineWorkerData {
  spoolDir: string;
  alertsDir: string;
  checkpointsDir: string;
  /** `Spool.shared`: how far the input is committed. */
  spoolShared: SharedArrayBuffer;
  /** Made by the main thread (16 bytes): how far the alert log is committed, for its readers. */
  alertsShared: SharedArrayBuffer;
}

/** The engine's thread: puts files and messages under the runner, and sleeps while there is nothing to do. */
async function main(port: NonNullable<typeof parentPort>, data: EngineWorkerData): Promise<void> {
  const tell = (message: EngineMessage) => port.postMessage(message);
  let stopping = false;
  let woken = true;
  let wake: () => void = () => {};

  const { alertsDir: dir, alertsShared: shared } = data;
  const alertLog = await SegmentLog.open({
    dir,
    shared,
    segmentBytes: SEGMENT_BYTES,
    keepMs: RESUME_MS,
    keepRecords: RESUME_ALERTS,
  });
  const epoch = await logId(dir);
  alertLog.onState((state, detail) => tell({ type: 'state', state, detail }));
  port.on('message', (order: EngineOrder) => {
    if (order.type === 'truncate-alerts') {
      alertLog.truncateBefore(order.before).catch((error: Error) => {
        tell({ type: 'failure', what: 'truncate-alerts', message: error.message });
      });
      return;
    }
    if (order.type === 'stop') {
      stopping = true;
      // A commit that waits for a refusing disk is given up; its input is in the spool and is evaluated again.
      if (alertLog.state === 'failed') alertLog.close().catch(() => {});
    }
    woken = true;
    wake();
  });

  const spoolView = new BigInt64Array(data.spoolShared);
  const runner = await EngineRunner.start({
    epoch,
    alertLog,
    openInput: (fromSeq) => new LogReader(data.spoolDir, fromSeq, committedIn(data.spoolShared)),
    fixesCommitted: () => Number(Atomics.load(spoolView, 1)),
    lastCommit() {
      const reader = new LogReader(dir, alertLog.committedSeq, () => alertLog.committedSeq);
      const last = alertLog.committedSeq > 0 ? reader.next(1)[0] : undefined;
      reader.close();
      return last ? readJsonBody<AlertCommit>(last) : null;
    },
    loadCheckpoint: () => loadCheckpoint(data.checkpointsDir, 'engine'),
    saveCheckpoint: (checkpoint) => saveCheckpoint(data.checkpointsDir, 'engine', checkpoint),
    tell,
    now: Date.now,
  });

  while (!stopping) {
    woken = false;
    const worked = await runner.step().catch((error: unknown) => {
      if (!stopping) throw error;
      return false;
    });
    // Orders come in between; where there is nothing to do, nothing is done until one comes.
    if (worked) await afterEvents();
    else if (!woken) await sleep(IDLE_MS, (end) => (wake = end));
  }
  await runner.stop();
  await alertLog.close();
  tell({ type: 'stopped' });
  port.close();
}

function sleep(ms: number, waker: (end: () => void) => void): Promise<void> {
  return new Promise((resolve) => {
    const timer = setTimeout(resolve, ms);
    waker(() => {
      clearTimeout(timer);
      resolve();
    });
  });
}

if (parentPort) {
  const port = parentPort;
  main(port, workerData as EngineWorkerData).catch((error: unknown) => {
    port.postMessage({ type: 'fatal', message: fatalMessage(error) } satisfies EngineMessage);
    port.close();
  });
}
