import { type FileHandle, open, unlink } from 'node:fs/promises';
import { crc32 } from 'node:zlib';

/** CRC-32 over all that follows, index, length: u32 little-endian each, then the bytes. */
const RECORD_HEADER_BYTES = 12;
/** Records that hold JSON instead of a part. */
const INDEX_OPENING = 0;
const INDEX_NOTE = 0xffff_ffff;
/** A length field that says more is a torn record. */
const MAX_RECORD_BYTES = 64 * 1024;

/** One part, as it is to be appended. */
export interface FilePart {
  /** From 1. */
  index: number;
  bytes: Buffer;
}

/**
 * The parts of one medium on disk, in the order in which they come, each with its checksum: what has been written can be
 * taken up again after a crash. In memory it is four bytes for each part.
 */
export class PartFile {
  /** Where the bytes of each part are, by index; 0: not here. */
  readonly #at: Uint32Array;
  #size = 0;

  private constructor(
    readonly path: string,
    readonly total: number,
  ) {
    this.#at = new Uint32Array(total + 1);
  }

  /** A new file; `opening` says whose parts they are, for whoever finds it. */
  static begin(path: string, total: number, opening: object): { file: PartFile; first: FilePart } {
    return {
      file: new PartFile(path, total),
      first: { index: INDEX_OPENING, bytes: Buffer.from(JSON.stringify(opening)) },
    };
  }

  /** Something that was learned later, to be appended like a part. */
  static note(value: object): FilePart {
    return { index: INDEX_NOTE, bytes: Buffer.from(JSON.stringify(value)) };
  }

  /**
   * What a file holds up to its first damaged record, which is cut off: `opening`, the last note, and the parts; null
   * where not even the opening is whole.
   */
  static async recover<Opening extends { total: number }, Note>(
    path: string,
  ): Promise<{ file: PartFile; opening: Opening; note: Note | null } | null> {
    const handle = await open(path, 'r');
    try {
      let opening: Opening | null = null;
      let note: Note | null = null;
      let file: PartFile | null = null;
      let offset = 0;
      for (;;) {
        const record = await readRecord(handle, offset);
        if (record === null) break;
        const { index, bytes } = record;
        if (index === INDEX_OPENING) {
          opening = JSON.parse(bytes.toString()) as Opening;
          file = new PartFile(path, opening.total);
        } else if (index === INDEX_NOTE) {
          note = JSON.parse(bytes.toString()) as Note;
        } else if (file !== null && index <= file.total) {
          file.#at[index] = offset;
        }
        offset += RECORD_HEADER_BYTES + bytes.length;
        if (file !== null) file.#size = offset;
      }
      return opening === null || file === null ? null : { file, opening, note };
    } finally {
      await handle.close();
    }
  }

  /** Bytes on disk. */
  get size(): number {
    return this.#size;
  }

  has(index: number): boolean {
    return this.#at[index] !== 0;
  }

  /** Appends parts with one write. Where it rejects, none of them is here. Calls must not overlap. */
  async append(parts: readonly FilePart[]): Promise<void> {
    const pieces: Buffer[] = [];
    for (const { index, bytes } of parts) {
      const header = Buffer.allocUnsafe(RECORD_HEADER_BYTES);
      header.writeUInt32LE(index, 4);
      header.writeUInt32LE(bytes.length, 8);
      header.writeUInt32LE(crc32(bytes, crc32(header.subarray(4))), 0);
      pieces.push(header, bytes);
    }
    const handle = await open(this.path, this.#size === 0 ? 'w' : 'r+', 0o640);
    try {
      // At its place, not at the end: what a write that failed has left there is written over.
      await writeAll(handle, Buffer.concat(pieces), this.#size);
    } finally {
      await handle.close();
    }
    for (const { index, bytes } of parts) {
      if (index !== INDEX_OPENING && index !== INDEX_NOTE) this.#at[index] = this.#size;
      this.#size += RECORD_HEADER_BYTES + bytes.length;
    }
  }

  /** The parts that are here, by index. Rejects where one can no longer be read as it was written. */
  async *parts(): AsyncGenerator<Buffer> {
    const handle = await open(this.path, 'r');
    try {
      for (let index = 1; index <= this.total; index++) {
        if (!this.has(index)) continue;
        const record = await readRecord(handle, this.#at[index]);
        if (record === null || record.index !== index) throw new Error(`${this.path}: part ${index} is damaged`);
        yield record.bytes;
      }
    } finally {
      await handle.close();
    }
  }

  async delete(): Promise<void> {
    await unlink(this.path).catch((error: NodeJS.ErrnoException) => {
      if (error.code !== 'ENOENT') throw error;
    });
  }
}

async function writeAll(handle: FileHandle, bytes: Buffer, position: number): Promise<void> {
  for (let done = 0; done < bytes.length; ) {
    done += (await handle.write(bytes, done, bytes.length - done, position + done)).bytesWritten;
  }
}

/** The record at `offset`; null where there is no whole one. */
async function readRecord(handle: FileHandle, offset: number): Promise<{ index: number; bytes: Buffer } | null> {
  // Most parts are smaller than this, so that one read does.
  let buffer = Buffer.allocUnsafe(RECORD_HEADER_BYTES + 1024);
  let { bytesRead } = await handle.read(buffer, 0, buffer.length, offset);
  if (bytesRead < RECORD_HEADER_BYTES) return null;
  const length = buffer.readUInt32LE(8);
  if (length > MAX_RECORD_BYTES) return null;
  const end = RECORD_HEADER_BYTES + length;
  if (end > buffer.length) {
    buffer = Buffer.allocUnsafe(end);
    ({ bytesRead } = await handle.read(buffer, 0, end, offset));
  }
  if (bytesRead < end || crc32(buffer.subarray(4, end)) !== buffer.readUInt32LE(0)) return null;
  return { index: buffer.readUInt32LE(4), bytes: buffer.subarray(RECORD_HEADER_BYTES, end) };
}
