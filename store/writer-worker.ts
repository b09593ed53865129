import { parentPort, workerData } from 'node:worker_threads';
import { committedIn } from './log-reader.js';
import { Writer, type WriterReport, type WriterState } from './writer.js';
import type { StoreSeed } from './writer-session.js';

/** `workerData` of this worker. */
export interface WriterWorkerData {
  url: string;
  node: string;
  spoolDir: string;
  alertDir: string;
  /** `Spool.lastSeq` + 1 as the spool was opened. */
  firstNewSeq: number;
  /** What the spool and the alert log share (`SegmentLog.shared`): committed number, committed fixes. */
  spoolShared: SharedArrayBuffer;
  alertShared: SharedArrayBuffer;
  compressAfterDays: number | null;
}

export type ToWriter = { type: 'wake' } | { type: 'stop' } | { type: 'catalog'; catalog: StoreSeed };

export type FromWriter =
  | ({ type: 'state' } & WriterState)
  | ({ type: 'progress' } & WriterReport)
  | { type: 'notice'; line: string }
  /** Answer with 'catalog'. */
  | { type: 'want-catalog' }
  | { type: 'stopped' };

const port = parentPort;
if (!port) throw new Error('writer-worker.js runs as a worker only');
const data = workerData as WriterWorkerData;
const post = (message: FromWriter) => port.postMessage(message);
const fixes = new BigInt64Array(data.spoolShared);
let giveCatalog: (catalog: StoreSeed) => void = () => {};

const writer = new Writer({
  url: data.url,
  node: data.node,
  spoolDir: data.spoolDir,
  alertDir: data.alertDir,
  firstNewSeq: data.firstNewSeq,
  committed: committedIn(data.spoolShared),
  committedFixes: () => Number(Atomics.load(fixes, 1)),
  alertCommitted: committedIn(data.alertShared),
  catalog: () => {
    post({ type: 'want-catalog' });
    return new Promise((resolve) => (giveCatalog = resolve));
  },
  compressAfterDays: data.compressAfterDays,
  onState: (state) => post({ type: 'state', ...state }),
  onProgress: (report) => post({ type: 'progress', ...report }),
  onNotice: (line) => post({ type: 'notice', line }),
});

port.on('message', (message: ToWriter) => {
  if (message.type === 'wake') writer.wake();
  else if (message.type === 'stop') writer.stop();
  else giveCatalog(message.catalog);
});

await writer.run();
post({ type: 'stopped' });
port.close();
