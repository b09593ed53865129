import { allocBlock, BLOCK_HEADER_BYTES, type Block, closeBlock, KIND_CHANGE, KIND_FIXES } from '../../model/block.js';
import { FixBatch } from '../../model/fix-batch.js';
import { LOCATED, Position } from '../../model/position.js';
import { type FileOps, realFiles } from '../../store/file-ops.js';
import { LogReader } from '../../store/log-reader.js';

/** A block of `count` records from `firstSeq` whose body is `bodyBytes` bytes that depend on the number. */
export function someBlock(firstSeq: number, count: number, bodyBytes: number, fixesBefore = firstSeq - 1): Block {
  const block = allocBlock(bodyBytes);
  for (let i = 0; i < bodyBytes; i++) block[BLOCK_HEADER_BYTES + i] = (firstSeq * 31 + i * 7) & 255;
  return closeBlock(block, { kind: KIND_FIXES, firstSeq, count, fixesBefore, closedAt: 1_700_000_000_000 + firstSeq });
}

/** Everything in the log from `fromSeq` on that is committed up to `committed`. */
export function readAll(dir: string, committed: number, fromSeq = 1): Block[] {
  const reader = new LogReader(dir, fromSeq, () => committed);
  const blocks: Block[] = [];
  for (let more = reader.next(); more.length > 0; more = reader.next()) blocks.push(...more);
  reader.close();
  return blocks;
}

/** The numbers of the records in the blocks, one by one. */
export function seqsOf(blocks: readonly Block[]): number[] {
  return blocks.flatMap(({ firstSeq, count }) => Array.from({ length: count }, (_, i) => firstSeq + i));
}

/** From 1 to n. */
export function upTo(n: number, from = 1): number[] {
  return Array.from({ length: Math.max(0, n - from + 1) }, (_, i) => from + i);
}

export function someFix(mark: number): Position {
  const p = new Position();
  p.vehicleNo = 1 + (mark % 100);
  p.lon = 120 + mark / 1e6;
  p.lat = 31;
  p.fixTime = 1_700_000_000_000 + mark * 1000;
  p.receivedTime = p.fixTime + 500;
  p.flags = LOCATED;
  p.mileageKm = mark;
  return p;
}

/** What a log holds, as lines: `fix <mark>` and `change <revision>`, in order. */
export function contents(blocks: readonly Block[]): string[] {
  return blocks.flatMap((block) => {
    if (block.kind === KIND_CHANGE) return [`change ${JSON.parse(Buffer.from(block.body).toString()).revision}`];
    return [...new FixBatch(block)].map((p) => `fix ${p.mileageKm}`);
  });
}

export type Fault = 'fail' | 'tear';

/**
 * Real files, of which chosen operations fail: `plan` is asked before each and answers with nothing, with 'fail', or
 * for a write with 'tear': half of the bytes arrive, then it fails.
 */
export class FaultyFiles implements FileOps {
  plan: (op: keyof FileOps) => Fault | undefined = () => undefined;
  /** Every operation on an open file, for checks of what was done after a failure. */
  readonly done: { op: keyof FileOps; fd: number; failed: boolean }[] = [];

  constructor(readonly code = 'EIO') {}

  async create(path: string): Promise<number> {
    this.#try('create', -1);
    return realFiles.create(path);
  }

  async writev(fd: number, parts: readonly Uint8Array[], position: number): Promise<number> {
    const fault = this.plan('writev');
    this.done.push({ op: 'writev', fd, failed: fault !== undefined });
    if (fault === 'tear') {
      const bytes = Buffer.concat(parts);
      await realFiles.writev(fd, [bytes.subarray(0, bytes.length >> 1)], position);
    }
    if (fault) throw this.#error('writev');
    return realFiles.writev(fd, parts, position);
  }

  async fdatasync(fd: number): Promise<void> {
    this.#try('fdatasync', fd);
    return realFiles.fdatasync(fd);
  }

  async ftruncate(fd: number, bytes: number): Promise<void> {
    this.#try('ftruncate', fd);
    return realFiles.ftruncate(fd, bytes);
  }

  async close(fd: number): Promise<void> {
    this.done.push({ op: 'close', fd, failed: false });
    return realFiles.close(fd);
  }

  async unlink(path: string): Promise<void> {
    this.#try('unlink', -1);
    return realFiles.unlink(path);
  }

  async syncDir(dir: string): Promise<void> {
    this.#try('syncDir', -1);
    return realFiles.syncDir(dir);
  }

  #try(op: keyof FileOps, fd: number): void {
    const fault = this.plan(op);
    this.done.push({ op, fd, failed: fault !== undefined });
    if (fault) throw this.#error(op);
  }

  #error(op: string): Error {
    return Object.assign(new Error(`${this.code}: planned failure of ${op}`), { code: this.code });
  }
}
