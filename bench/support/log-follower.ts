import { parentPort, workerData } from 'node:worker_threads';
import { BLOCK_HEADER_BYTES, type Block } from '../../model/block.js';
import { FixBatch } from '../../model/fix-batch.js';
import { Position } from '../../model/position.js';
import { committedIn, LogReader } from '../../store/log-reader.js';

/** How a worker comes by the blocks of the log: it reads the `files`, or they come through the `port`. */
export type Way = 'files' | 'port';

export type ToFollower =
  | { type: 'wake' }
  | { type: 'blocks'; blocks: Pick<Block, 'kind' | 'firstSeq' | 'count' | 'bytes'>[] };

export type FromFollower = { type: 'done'; bytes: number } | { type: 'end'; sum: number; busyMs: number };

/** The worker of the log-handover bench: reads every fix into a Position, as the engine does, and adds up the vehicles. */
const { way, dir, shared, fixes } = workerData as { way: Way; dir: string; shared: SharedArrayBuffer; fixes: number };
const reader = way === 'files' ? new LogReader(dir, 1, committedIn(shared)) : null;
const p = new Position();
const begun = performance.eventLoopUtilization();
let seen = 0;
let sum = 0;

parentPort?.on('message', (message: ToFollower) => {
  if (message.type === 'blocks') {
    let bytes = 0;
    for (const block of message.blocks) {
      bytes += block.bytes.length;
      take({ ...block, body: block.bytes.subarray(BLOCK_HEADER_BYTES), fixesBefore: 0, closedAt: 0 });
    }
    parentPort?.postMessage({ type: 'done', bytes } satisfies FromFollower);
  } else if (reader) {
    for (let blocks = reader.next(); blocks.length > 0; blocks = reader.next()) blocks.forEach(take);
  }
  if (seen < fixes) return;
  const busyMs = performance.eventLoopUtilization(begun).active;
  parentPort?.postMessage({ type: 'end', sum, busyMs } satisfies FromFollower);
});

function take(block: Block): void {
  const batch = new FixBatch(block);
  for (let i = 0; i < batch.count; i++) sum += batch.read(i, p).vehicleNo;
  seen += batch.count;
}
