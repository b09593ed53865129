import {
  closeSync,
  fsyncSync,
  ftruncateSync,
  openSync,
  readdirSync,
  readSync,
  statSync,
  unlinkSync,
  writeFileSync,
} from 'node:fs';
import { basename, join } from 'node:path';
import { KIND_FIXES } from '../model/block.js';
import { syncDirNow } from './file-ops.js';
import { listSegments, SegmentFile, type SegmentName } from './segment-file.js';

/** Evidence of torn tails is kept for this many of them, and no more than this of each. */
const TORN_FILES_KEPT = 8;
const TORN_BYTES_KEPT = 4 * 1024 * 1024;

export interface SealedSegment extends SegmentName {
  bytes: number;
  /** Epoch ms of its last write. */
  sealedAt: number;
}

export interface Recovery {
  segments: SealedSegment[];
  /** Number of the last good record, 0 in an empty log. */
  lastSeq: number;
  /** The largest number seen anywhere, in what was cut off as well: none up to it is given again. */
  seenSeq: number;
  /** Fixes in the log up to `lastSeq`, deleted segments included. */
  fixes: number;
  /** Tails that were cut, and how long they were together. */
  tornTails: number;
  tornBytes: number;
}

/**
 * Brings a log's directory into the state in which its last segment ends with a good block, and that block is on disk.
 *
 * Only the last segment is scanned (and the one before, where nothing in it is good). It is kept up to the first byte
 * that is no good block of the right number; the rest was either never acknowledged or has rotted. It is put aside in a
 * `.torn` file, and the file is cut. Blocks behind a rotten one are not kept here even if they are whole: they may be of
 * an interrupted write of several blocks, of which the first may have been the vehicle that the others speak of.
 *
 * Throws what the file system throws when it can neither cut nor flush.
 */
export function recoverSegments(dir: string): Recovery {
  const found: Recovery = { segments: [], lastSeq: 0, seenSeq: 0, fixes: 0, tornTails: 0, tornBytes: 0 };
  for (const name of listSegments(dir).reverse()) {
    const good = goodPrefix(name);
    const torn = statSync(name.path).size - good.bytes;
    found.seenSeq = Math.max(found.seenSeq, name.firstSeq - 1, good.lastSeq, good.seenBehind);
    if (torn > 0) {
      found.tornTails += 1;
      found.tornBytes += torn;
      putAside(dir, name, good.bytes, torn);
    }
    // An empty segment goes, unless numbers in it were seen: then its name still says that the log reaches back to them.
    if (good.bytes === 0 && good.seenBehind === 0) unlinkSync(name.path);
    else cutAndFlush(name.path, good.bytes);
    found.lastSeq = good.lastSeq;
    found.fixes = good.fixes;
    if (good.bytes > 0) break;
  }
  syncDirNow(dir);
  found.segments = listSegments(dir).map((segment) => {
    const { size, mtimeMs } = statSync(segment.path);
    return { ...segment, bytes: size, sealedAt: mtimeMs };
  });
  return found;
}

/** The longest run of good blocks, each following the one before, from the start of a segment; and what lies behind it. */
function goodPrefix(name: SegmentName): { bytes: number; lastSeq: number; fixes: number; seenBehind: number } {
  const file = new SegmentFile(name);
  try {
    let expected = name.firstSeq;
    let fixes = 0;
    for (;;) {
      const block = file.peek();
      if (typeof block === 'string' || block.firstSeq !== expected || block.count === 0) {
        return { bytes: file.offset, lastSeq: expected - 1, fixes, seenBehind: seenBehind(file) };
      }
      expected += block.count;
      fixes = block.fixesBefore + (block.kind === KIND_FIXES ? block.count : 0);
      file.advance(block);
    }
  } finally {
    file.close();
  }
}

/** The largest number in any block that is whole although it lies behind bytes that are none; 0 where there is none. */
function seenBehind(file: SegmentFile): number {
  let seen = 0;
  for (;;) {
    const block = file.peek();
    if (typeof block === 'object') {
      seen = Math.max(seen, block.firstSeq + block.count - 1);
      file.advance(block);
    } else if (file.resync() === 0) {
      return seen;
    }
  }
}

/** Flushes even where nothing is cut: after a `kill -9` the last blocks may be in the page cache only. */
function cutAndFlush(path: string, bytes: number): void {
  const fd = openSync(path, 'r+');
  try {
    ftruncateSync(fd, bytes);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/** Keeps the cut bytes for whoever wants to know what happened; a full disk is no reason not to start without them. */
function putAside(dir: string, name: SegmentName, offset: number, length: number): void {
  try {
    const bytes = Buffer.alloc(Math.min(length, TORN_BYTES_KEPT));
    const fd = openSync(name.path, 'r');
    try {
      readSync(fd, bytes, 0, bytes.length, offset);
    } finally {
      closeSync(fd);
    }
    writeFileSync(join(dir, `${basename(name.path, '.seg')}-${offset}.torn`), bytes);
    const kept = readdirSync(dir).filter((file) => file.endsWith('.torn'));
    for (const old of kept.sort().slice(0, -TORN_FILES_KEPT)) unlinkSync(join(dir, old));
  } catch {
    return;
  }
}
