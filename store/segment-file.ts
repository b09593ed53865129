import { closeSync, fstatSync, openSync, readdirSync, readSync } from 'node:fs';
import { join } from 'node:path';
import { BLOCK_HEADER_BYTES, type Block, readBlock } from '../model/block.js';

/** A segment is named by the number of its first record, so that a listing is the index of the log. */
const SEGMENT_NAME = /^(\d{16})\.seg$/;
/** Large reads cost no more system calls than small ones; at the tail a read is only as long as what is there. */
const CHUNK_BYTES = 1024 * 1024;
const EMPTY = Buffer.alloc(0);

export interface SegmentName {
  firstSeq: number;
  path: string;
}

export function segmentPath(dir: string, firstSeq: number): string {
  return join(dir, `${String(firstSeq).padStart(16, '0')}.seg`);
}

/** The segments of a log, oldest first; other files are not its business. [] where the directory does not exist. */
export function listSegments(dir: string): SegmentName[] {
  let names: string[];
  try {
    names = readdirSync(dir);
  } catch (error) {
    if (isMissing(error)) return [];
    throw error;
  }
  const segments: SegmentName[] = [];
  for (const name of names) {
    const match = SEGMENT_NAME.exec(name);
    if (match) segments.push({ firstSeq: Number(match[1]), path: join(dir, name) });
  }
  return segments.sort((a, b) => a.firstSeq - b.firstSeq);
}

export function isMissing(error: unknown): boolean {
  return (error as NodeJS.ErrnoException).code === 'ENOENT';
}

/**
 * One segment read from front to back, synchronously. Blocks are views into the chunk they were read with; a chunk is
 * allocated anew for each read and never written again, so whoever keeps a block keeps good bytes.
 */
export class SegmentFile {
  /** Where in the file the next block is looked for. */
  offset = 0;
  readonly firstSeq: number;
  readonly path: string;
  /** Tells two files of one name apart. */
  readonly inode: number;
  readonly #fd: number;
  #chunk: Buffer = EMPTY;
  #chunkOffset = 0;

  /** Throws ENOENT where the segment is gone. */
  constructor(segment: SegmentName) {
    this.firstSeq = segment.firstSeq;
    this.path = segment.path;
    this.#fd = openSync(segment.path, 'r');
    this.inode = fstatSync(this.#fd).ino;
  }

  /** Bytes in the file now. */
  get size(): number {
    return fstatSync(this.#fd).size;
  }

  /** The block at `offset`, which stays where it is; 'end' where the file ends; 'short' and 'bad' as in `readBlock`. */
  peek(): Block | 'end' | 'short' | 'bad' {
    const known = readBlock(this.#chunk, this.offset - this.#chunkOffset);
    if (typeof known === 'object') return known;
    // The chunk may have been read before these bytes were written: what counts is the file as it is now.
    this.#load(CHUNK_BYTES);
    return this.#chunk.length === 0 ? 'end' : this.#readWhole();
  }

  advance(block: Block): void {
    this.offset += block.bytes.length;
  }

  /**
   * Moves past bytes that are no block to the next good one. Returns the bytes skipped, or 0 where there is none (the
   * offset is then unchanged). Blocks begin at multiples of 8, so only those places are tried.
   */
  resync(): number {
    const start = this.offset;
    const size = this.size;
    for (this.offset += 8; this.offset + BLOCK_HEADER_BYTES <= size; this.offset += 8) {
      if (this.offset + BLOCK_HEADER_BYTES > this.#chunkOffset + this.#chunk.length) this.#load(CHUNK_BYTES);
      const got = readBlock(this.#chunk, this.offset - this.#chunkOffset);
      if (got === 'bad') continue;
      if (typeof got === 'object' || typeof this.#readWhole() === 'object') return this.offset - start;
    }
    this.offset = start;
    this.#chunk = EMPTY;
    this.#chunkOffset = start;
    return 0;
  }

  close(): void {
    closeSync(this.#fd);
  }

  /** The block at `offset`, read again at its full length where the chunk ends inside it. */
  #readWhole(): Block | 'short' | 'bad' {
    const got = readBlock(this.#chunk, this.offset - this.#chunkOffset);
    if (got !== 'short' || this.#chunk.length - (this.offset - this.#chunkOffset) < BLOCK_HEADER_BYTES) return got;
    this.#load(this.#chunk.readUInt32LE(this.offset - this.#chunkOffset + 4));
    return readBlock(this.#chunk, 0);
  }

  #load(bytes: number): void {
    const length = Math.max(0, Math.min(Math.max(bytes, CHUNK_BYTES), this.size - this.offset));
    const chunk = Buffer.allocUnsafeSlow(length);
    let filled = 0;
    while (filled < length) {
      const got = readSync(this.#fd, chunk, filled, length - filled, this.offset + filled);
      if (got === 0) break; // truncated between the two calls
      filled += got;
    }
    this.#chunk = chunk.subarray(0, filled);
    this.#chunkOffset = this.offset;
  }
}
