import { type FileHandle, open } from 'node:fs/promises';
import { ByteRanges } from '../model/byte-ranges.js';
import type { AnnouncedFile, MissingRange } from '../protocols/jt808/attachment-conversation.js';
import type { MediaFiles } from '../store/media-files.js';

const COPY_BYTES = 256 * 1024;
/** Pieces that do not touch: more of them is somebody who wants to cost memory. */
const MAX_PIECES = 4096;

/** One file on its way in: written at its place as it comes, and made a file of the media when it is whole or given up. */
export class AttachmentFile {
  readonly #have = new ByteRanges();

  private constructor(
    readonly id: string,
    readonly announced: AnnouncedFile,
    readonly handle: FileHandle,
  ) {}

  static async begin(files: MediaFiles, announced: AnnouncedFile): Promise<AttachmentFile> {
    const id = files.newId();
    return new AttachmentFile(id, announced, await open(files.incoming(id, 'data'), 'w+', 0o640));
  }

  get bytes(): number {
    return this.#have.bytes;
  }

  /** True where a block that names itself so can be one of this file: blocks have room for 50 bytes of the name. */
  isNamed(name: string): boolean {
    return this.announced.name.startsWith(name.replace(/\ufffd+$/, ''));
  }

  /** False where the bytes lie outside the file that was announced, or there are too many pieces of it. */
  async write(offset: number, bytes: Buffer): Promise<boolean> {
    if (offset + bytes.length > this.announced.bytes || this.#have.count >= MAX_PIECES) return false;
    for (let done = 0; done < bytes.length; ) {
      done += (await this.handle.write(bytes, done, bytes.length - done, offset + done)).bytesWritten;
    }
    this.#have.add(offset, offset + bytes.length);
    return true;
  }

  missing(most: number): MissingRange[] {
    return this.#have.missing(this.announced.bytes, most);
  }

  /** A file of the media, on disk when this resolves, to its length. What never came is zeros. */
  keep(files: MediaFiles): Promise<number> {
    return files.keep(this.id, this.announced.format, async (file) => {
      const buffer = Buffer.allocUnsafe(COPY_BYTES);
      for (let at = 0; ; ) {
        const { bytesRead } = await this.handle.read(buffer, 0, COPY_BYTES, at);
        if (bytesRead === 0) return;
        await file.writeFile(buffer.subarray(0, bytesRead));
        at += bytesRead;
      }
    });
  }

  async discard(files: MediaFiles): Promise<void> {
    await this.handle.close();
    await files.dropIncoming(this.id, 'data');
  }
}
