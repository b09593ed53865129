import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { Worker } from 'node:worker_threads';
import { type Block, closeBlock, KIND_FIXES } from '../model/block.js';
import { FixBatchBuilder } from '../model/fix-batch.js';
import { LOCATED, Position } from '../model/position.js';
import { SegmentLog } from '../store/segment-log.js';
import type { FromFollower, Way } from './support/log-follower.js';

export const name = 'log-handover';
export const describe =
  'two workers follow a log of flushed fixes: reading its files, beside getting each block by MessagePort';

/** What may be on its way to a worker: the reliability sheet, §6 row 13. */
const OUTSTANDING_BYTES = 32 * 1024 * 1024;
const FOLLOWERS = 2;

interface Figures {
  way: Way;
  fixes: number;
  fixesPerSecond: number;
  /** Of the whole process, its kernel time included. */
  cpuSeconds: number;
  /** Time that each thread's event loop was not idle. */
  mainBusyMs: number;
  followersBusyMs: number[];
}

/** `--fixes N --block FIXES`: both ways with the same fixes, one after the other. Throws where a fix is lost or added. */
export async function run(options: string[]): Promise<{ runs: Figures[] }> {
  const { values } = parseArgs({
    args: options,
    options: {
      fixes: { type: 'string', default: '2000000' },
      block: { type: 'string', default: '200' },
    },
  });
  const runs: Figures[] = [];
  for (const way of ['files', 'port', 'files', 'port', 'files', 'port'] as const) {
    const figures = await measure(way, Number(values.fixes), Number(values.block));
    runs.push(figures);
    console.log(
      `${way.padEnd(6)} ${figures.fixesPerSecond.toLocaleString('en-US').padStart(10)} fixes/s   ` +
        `CPU ${figures.cpuSeconds.toFixed(2)} s   main thread busy ${figures.mainBusyMs} ms   ` +
        `workers busy ${figures.followersBusyMs.join(' and ')} ms`,
    );
  }
  return { runs };
}

async function measure(way: Way, fixes: number, perBlock: number): Promise<Figures> {
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  const log = await SegmentLog.open({ dir });
  const followers = await Promise.all(
    Array.from({ length: FOLLOWERS }, () => Follower.start(way, dir, log.shared, fixes)),
  );
  const cpuBefore = process.cpuUsage();
  const loopBefore = performance.eventLoopUtilization();
  const begun = performance.now();
  for (let added = 0; added < fixes; ) {
    // About as many blocks as a flush takes on a busy system.
    const blocks: Block[] = [];
    for (let seq = added + 1; blocks.length < 4 && seq <= fixes; seq += perBlock) {
      blocks.push(fixBlock(seq, Math.min(perBlock, fixes - seq + 1)));
      added += blocks[blocks.length - 1].count;
    }
    await log.append(blocks);
    for (const follower of followers) follower.handOver(way, blocks, follower !== followers[FOLLOWERS - 1]);
    if (followers.some(({ outstanding }) => outstanding > OUTSTANDING_BYTES)) {
      await Promise.all(followers.map((follower) => follower.caughtUp()));
    }
  }
  const ends = await Promise.all(followers.map(({ end }) => end));
  const seconds = (performance.now() - begun) / 1000;
  const cpu = process.cpuUsage(cpuBefore);
  const loop = performance.eventLoopUtilization(loopBefore);
  await Promise.all(followers.map((follower) => follower.stop()));
  await log.close();
  await rm(dir, { recursive: true });
  const wanted = (fixes * (fixes + 1)) / 2;
  for (const { sum } of ends) if (sum !== wanted) throw new Error(`${way}: the fixes add up to ${sum}, not ${wanted}`);
  return {
    way,
    fixes,
    fixesPerSecond: Math.round(fixes / seconds),
    cpuSeconds: (cpu.user + cpu.system) / 1e6,
    mainBusyMs: Math.round(loop.active),
    followersBusyMs: ends.map(({ busyMs }) => Math.round(busyMs)),
  };
}

/** One worker, seen from the main thread. */
class Follower {
  outstanding = 0;
  readonly end: Promise<Extract<FromFollower, { type: 'end' }>>;
  #caughtUp = () => {};

  private constructor(readonly worker: Worker) {
    this.end = new Promise((resolve, reject) => {
      worker.on('error', reject);
      worker.on('message', (message: FromFollower) => {
        if (message.type === 'end') resolve(message);
        if (message.type === 'done') this.outstanding -= message.bytes;
        if (this.outstanding === 0) this.#caughtUp();
      });
    });
  }

  static async start(way: Way, dir: string, shared: SharedArrayBuffer, fixes: number): Promise<Follower> {
    const worker = new Worker(new URL('./support/log-follower.js', import.meta.url), {
      workerData: { way, dir, shared, fixes },
    });
    await new Promise((resolve, reject) => worker.once('online', resolve).once('error', reject));
    return new Follower(worker);
  }

  /** `copy`: another worker wants the same blocks, so they cannot be given away. */
  handOver(way: Way, blocks: readonly Block[], copy: boolean): void {
    if (way === 'files') {
      this.worker.postMessage({ type: 'wake' });
      return;
    }
    for (const { bytes } of blocks) this.outstanding += bytes.length;
    const plain = blocks.map(({ kind, firstSeq, count, bytes }) => ({ kind, firstSeq, count, bytes }));
    this.worker.postMessage(
      { type: 'blocks', blocks: plain },
      copy ? [] : plain.map(({ bytes }) => bytes.buffer as ArrayBuffer),
    );
  }

  caughtUp(): Promise<void> {
    if (this.outstanding === 0) return Promise.resolve();
    return new Promise((resolve) => {
      this.#caughtUp = resolve;
    });
  }

  async stop(): Promise<void> {
    await this.worker.terminate();
  }
}

/** Fixes whose vehicle numbers are their sequence numbers, so that their sum tells whether each was read once. */
function fixBlock(firstSeq: number, count: number): Block {
  const builder = new FixBatchBuilder(count);
  const p = new Position();
  for (let i = 0; i < count; i++) {
    p.vehicleNo = firstSeq + i;
    p.lon = 120.3 + (i % 100) / 1e4;
    p.lat = 31.5;
    p.speedKmh = 40;
    p.fixTime = p.receivedTime = 1_700_000_000_000 + firstSeq;
    p.flags = LOCATED;
    builder.add(p);
  }
  return closeBlock(builder.take(), { kind: KIND_FIXES, firstSeq, count, fixesBefore: firstSeq - 1, closedAt: 0 });
}
