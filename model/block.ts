import { crc32 } from 'node:zlib';

/**
 * The unit of every log on disk and of every hand-over between threads and machines: a header of 48 bytes, then a body.
 * Little-endian; the whole is a multiple of 8 bytes, so that the columns of a FixBatch can be read in place.
 *
 * | off | field |
 * |---|---|
 * | 0 | magic `CJB1` |
 * | 4 | total bytes, header and padding included, u32 |
 * | 8 | CRC-32 over bytes 12 … total, u32 |
 * | 12 | kind, u8 · version, u8 · reserved u16 |
 * | 16 | sequence number of the first record, u64 |
 * | 24 | records inside, u32 |
 * | 28 | body bytes without padding, u32 |
 * | 32 | fixes in the log before this block, u64: makes "accepted" countable from any one block |
 * | 40 | epoch ms when the block was closed, f64 |
 */
export const BLOCK_HEADER_BYTES = 48;
export const BLOCK_VERSION = 1;
/** A block never grows beyond this; a length field that says more is a torn or foreign file. */
export const BLOCK_MAX_BYTES = 16 * 1024 * 1024;
const MAGIC = 0x31424a43; // 'CJB1'

export const KIND_FIXES = 1; //  body: FixBatch columns; each fix is one record
export const KIND_CHANGE = 2; // body: one Change as JSON; one record
export const KIND_ALERTS = 3; // body: AlertCommit as JSON; each transition is one record

export type BlockKind = typeof KIND_FIXES | typeof KIND_CHANGE | typeof KIND_ALERTS;

export interface Block {
  kind: BlockKind;
  /** Sequence number of the first record; the last is firstSeq + count − 1. */
  firstSeq: number;
  count: number;
  /** Fixes in the log before this block. */
  fixesBefore: number;
  /** Epoch ms. */
  closedAt: number;
  /** Exactly the body, without padding; 8-byte aligned in its ArrayBuffer where the block was. */
  body: Uint8Array;
  /** Header, body and padding as they lie on disk. */
  bytes: Uint8Array;
}

/** Room for a block with `bodyBytes` of body; write the body at BLOCK_HEADER_BYTES, then call `sealBlock`. */
export function allocBlock(bodyBytes: number): Buffer {
  const total = (BLOCK_HEADER_BYTES + bodyBytes + 7) & ~7;
  const block = Buffer.allocUnsafeSlow(total);
  block.fill(0, 0, BLOCK_HEADER_BYTES);
  block.fill(0, BLOCK_HEADER_BYTES + bodyBytes);
  block.writeUInt32LE(bodyBytes, 28);
  return block;
}

/** Writes the header and the checksum over a block whose body is in place. */
export function sealBlock(
  block: Buffer,
  head: { kind: BlockKind; firstSeq: number; count: number; fixesBefore: number; closedAt: number },
): Buffer {
  block.writeUInt32LE(MAGIC, 0);
  block.writeUInt32LE(block.length, 4);
  block[12] = head.kind;
  block[13] = BLOCK_VERSION;
  block.writeBigUInt64LE(BigInt(head.firstSeq), 16);
  block.writeUInt32LE(head.count, 24);
  block.writeBigUInt64LE(BigInt(head.fixesBefore), 32);
  block.writeDoubleLE(head.closedAt, 40);
  block.writeUInt32LE(crc32(block.subarray(12)), 8);
  return block;
}

/** Seals `block` and reads it back as views, without checking the checksum that was just written. */
export function closeBlock(
  block: Buffer,
  head: { kind: BlockKind; firstSeq: number; count: number; fixesBefore: number; closedAt: number },
): Block {
  sealBlock(block, head);
  return {
    ...head,
    body: block.subarray(BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES + block.readUInt32LE(28)),
    bytes: block,
  };
}

/**
 * Reads the block that starts at `offset`.
 * 'short': the bytes end inside it (a torn tail, or more is still to come); 'bad': no block starts here.
 */
export function readBlock(bytes: Buffer, offset: number): Block | 'short' | 'bad' {
  if (bytes.length - offset < BLOCK_HEADER_BYTES) return 'short';
  if (bytes.readUInt32LE(offset) !== MAGIC) return 'bad';
  const total = bytes.readUInt32LE(offset + 4);
  if (total < BLOCK_HEADER_BYTES || total > BLOCK_MAX_BYTES || total % 8 !== 0) return 'bad';
  if (bytes.length - offset < total) return 'short';
  const whole = bytes.subarray(offset, offset + total);
  const bodyBytes = whole.readUInt32LE(28);
  if (BLOCK_HEADER_BYTES + bodyBytes > total || whole[13] !== BLOCK_VERSION) return 'bad';
  if (crc32(whole.subarray(12)) !== whole.readUInt32LE(8)) return 'bad';
  return {
    kind: whole[12] as BlockKind,
    firstSeq: Number(whole.readBigUInt64LE(16)),
    count: whole.readUInt32LE(24),
    fixesBefore: Number(whole.readBigUInt64LE(32)),
    closedAt: whole.readDoubleLE(40),
    body: whole.subarray(BLOCK_HEADER_BYTES, BLOCK_HEADER_BYTES + bodyBytes),
    bytes: whole,
  };
}

/** The body of a block that holds JSON: a `Change` or an `AlertCommit`. Throws SyntaxError where it is none. */
export function readJsonBody<T>(block: Block): T {
  const { buffer, byteOffset, byteLength } = block.body;
  return JSON.parse(Buffer.from(buffer, byteOffset, byteLength).toString('utf8')) as T;
}
