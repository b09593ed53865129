import { mkdir, open, readFile, rename } from 'node:fs/promises';
import { join } from 'node:path';
import { crc32 } from 'node:zlib';
import { realFiles } from './file-ops.js';
import { isMissing } from './segment-file.js';

/** What a part of the system remembers, and up to where in the log. */
export interface Checkpoint {
  /** Every record up to this one is in the parts. */
  seq: number;
  parts: Record<string, Buffer>;
}

/**
 * Little-endian: magic `CJC1` · CRC-32 over all that follows, u32 · sequence number, u64 · parts, u32 · then for each part
 * name length u32, body length u32, name in UTF-8, body.
 */
const MAGIC = 0x31434a43; // 'CJC1'
const HEADER_BYTES = 20;

/**
 * Writes a checkpoint beside the newest one, has it on disk, and only then puts it in its place; the one before stays as
 * a fall-back. One save of a name at a time.
 *
 * Resolves to the number that both kept checkpoints have passed: the log must be kept from the record after it. 0 where
 * there is no fall-back yet, so that one file that rots never leaves a gap between the checkpoint and the log.
 */
export async function saveCheckpoint(dir: string, name: string, checkpoint: Checkpoint): Promise<number> {
  await mkdir(dir, { recursive: true });
  const { current, previous, fresh } = paths(dir, name);
  const file = await open(fresh, 'w', 0o640);
  try {
    await file.writev(encodeCheckpoint(checkpoint));
    await file.sync();
  } finally {
    await file.close();
  }
  // A rotten newest one must not take the place of a good fall-back.
  const before = await read(current);
  if (before) await rename(current, previous);
  await rename(fresh, current);
  await realFiles.syncDir(dir);
  const fallback = before ?? (await read(previous));
  return fallback ? Math.min(fallback.seq, checkpoint.seq) : 0;
}

/** The newest good checkpoint: the last one saved, or the one before where that is damaged; null where there is none. */
export async function loadCheckpoint(dir: string, name: string): Promise<Checkpoint | null> {
  const { current, previous } = paths(dir, name);
  return (await read(current)) ?? (await read(previous));
}

/** How far the newest good checkpoint reaches; 0 where there is none. */
export async function checkpointSeq(dir: string, name: string): Promise<number> {
  return (await loadCheckpoint(dir, name))?.seq ?? 0;
}

/** Every file that may be there for a name. */
export function checkpointFiles(dir: string, name: string): string[] {
  return Object.values(paths(dir, name));
}

function paths(dir: string, name: string) {
  return {
    current: join(dir, `${name}.checkpoint`),
    previous: join(dir, `${name}.checkpoint.previous`),
    fresh: join(dir, `${name}.checkpoint.new`),
  };
}

/** A checkpoint as bytes, in pieces that need not be copied together. */
export function encodeCheckpoint({ seq, parts }: Checkpoint): Buffer[] {
  const names = Object.keys(parts);
  const header = Buffer.alloc(HEADER_BYTES);
  header.writeUInt32LE(MAGIC, 0);
  header.writeBigUInt64LE(BigInt(seq), 8);
  header.writeUInt32LE(names.length, 16);
  const pieces: Buffer[] = [header];
  for (const name of names) {
    const label = Buffer.from(name);
    const lengths = Buffer.alloc(8);
    lengths.writeUInt32LE(label.length, 0);
    lengths.writeUInt32LE(parts[name].length, 4);
    pieces.push(lengths, label, parts[name]);
  }
  let crc = crc32(header.subarray(8));
  for (const piece of pieces.slice(1)) crc = crc32(piece, crc);
  header.writeUInt32LE(crc, 4);
  return pieces;
}

/** Null where there is no file, or no whole checkpoint in it. */
async function read(path: string): Promise<Checkpoint | null> {
  try {
    return decodeCheckpoint(await readFile(path));
  } catch (error) {
    if (isMissing(error)) return null;
    throw error;
  }
}

/** Null where the bytes are no whole checkpoint. */
export function decodeCheckpoint(bytes: Buffer): Checkpoint | null {
  if (bytes.length < HEADER_BYTES || bytes.readUInt32LE(0) !== MAGIC) return null;
  if (crc32(bytes.subarray(8)) !== bytes.readUInt32LE(4)) return null;
  const parts: Record<string, Buffer> = {};
  let at = HEADER_BYTES;
  for (let left = bytes.readUInt32LE(16); left > 0; left--) {
    const nameEnd = at + 8 + bytes.readUInt32LE(at);
    const bodyEnd = nameEnd + bytes.readUInt32LE(at + 4);
    parts[bytes.toString('utf8', at + 8, nameEnd)] = bytes.subarray(nameEnd, bodyEnd);
    at = bodyEnd;
  }
  return { seq: Number(bytes.readBigUInt64LE(8)), parts };
}
