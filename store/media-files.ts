import { randomBytes } from 'node:crypto';
import { type FileHandle, mkdir, open, readdir, rename, rm, stat, unlink } from 'node:fs/promises';
import { join } from 'node:path';
import type { MediaFormat } from '../model/medium.js';
import { realFiles } from './file-ops.js';

export interface MediaFilesOptions {
  dir: string;
  /** Of finished files together; the oldest go first. */
  maxBytes: number;
  /** The same for their number, which is what memory is spent on. Default 1,000,000. */
  maxFiles?: number;
}

/** File ending by format; with the content type, all that is ever said of a file's form. */
const ENDINGS: Record<MediaFormat, string> = {
  jpeg: 'jpg',
  png: 'png',
  tiff: 'tif',
  mp3: 'mp3',
  wav: 'wav',
  wmv: 'wmv',
  mp4: 'mp4',
  text: 'txt',
  binary: 'bin',
};
const FORMATS = new Map(Object.entries(ENDINGS).map(([format, ending]) => [ending, format as MediaFormat]));

const ID = /^[0-9a-f]{32}$/;
const NAME = /^([0-9a-f]{32})\.([a-z0-9]{3})$/;
const READ_BYTES = 64 * 1024;
const MAX_FILES = 1_000_000;

interface Kept {
  format: MediaFormat;
  bytes: number;
}

/**
 * Finished files of media, each under a random id: no name from outside ever becomes a path. `<dir>/files/<first two
 * digits>/<id>.<ending>`; `<dir>/incoming` has what is not finished.
 */
export class MediaFiles {
  readonly stats = { deletedFiles: 0, deletedBytes: 0 };
  readonly #dir: string;
  readonly #maxBytes: number;
  readonly #maxFiles: number;
  /** Oldest first. */
  readonly #kept = new Map<string, Kept>();
  #bytes = 0;
  #tidying: Promise<void> = Promise.resolve();

  private constructor({ dir, maxBytes, maxFiles = MAX_FILES }: MediaFilesOptions) {
    this.#dir = dir;
    this.#maxBytes = maxBytes;
    this.#maxFiles = maxFiles;
  }

  /** Makes the directory where it is missing, and takes stock of it. */
  static async open(options: MediaFilesOptions): Promise<MediaFiles> {
    const files = new MediaFiles(options);
    await mkdir(join(options.dir, 'files'), { recursive: true, mode: 0o700 });
    await mkdir(join(options.dir, 'incoming'), { recursive: true, mode: 0o700 });
    await files.#takeStock();
    return files;
  }

  get bytes(): number {
    return this.#bytes;
  }

  get count(): number {
    return this.#kept.size;
  }

  newId(): string {
    return randomBytes(16).toString('hex');
  }

  /** Where what belongs to an unfinished file may be written. */
  incoming(id: string, ending: 'parts' | 'data'): string {
    return join(this.#dir, 'incoming', `${checked(id)}.${ending}`);
  }

  async dropIncoming(id: string, ending: 'parts' | 'data'): Promise<void> {
    await rm(this.incoming(id, ending), { force: true });
  }

  /** Paths of unfinished files with this ending. */
  async listIncoming(ending: 'parts' | 'data'): Promise<string[]> {
    const names = await readdir(join(this.#dir, 'incoming'));
    return names.filter((name) => name.endsWith(`.${ending}`)).map((name) => join(this.#dir, 'incoming', name));
  }

  /**
   * Makes a finished file of what `write` writes, on disk under its name when this resolves, to its length. The same id
   * again replaces the file. Older files are deleted where the quota asks for it.
   */
  async keep(id: string, format: MediaFormat, write: (file: FileHandle) => Promise<void>): Promise<number> {
    const unfinished = join(this.#dir, 'incoming', `${checked(id)}.new`);
    let bytes: number;
    const handle = await open(unfinished, 'w', 0o640);
    try {
      await write(handle);
      await handle.sync();
      bytes = (await handle.stat()).size;
    } catch (error) {
      await rm(unfinished, { force: true }).catch(() => {}); // where the disk is full, its room is needed
      throw error;
    } finally {
      await handle.close();
    }
    await this.#putInPlace(unfinished, id, format);
    await this.#add(id, { format, bytes });
    await this.#tidy();
    return bytes;
  }

  find(id: string): Readonly<Kept> | undefined {
    return this.#kept.get(id);
  }

  /** Bytes `from` up to before `to` of a file, in pieces. Rejects with ENOENT where it has been deleted. */
  async *read(id: string, from: number, to: number): AsyncGenerator<Buffer> {
    const kept = this.#kept.get(id);
    if (!kept) throw Object.assign(new Error('the file has been deleted'), { code: 'ENOENT' });
    const handle = await open(this.#path(id, kept.format), 'r');
    try {
      for (let at = from; at < to; ) {
        const piece = Buffer.allocUnsafe(Math.min(READ_BYTES, to - at));
        const { bytesRead } = await handle.read(piece, 0, piece.length, at);
        if (bytesRead === 0) throw new Error(`file ${id} ends at ${at}, before ${to}`);
        at += bytesRead;
        yield piece.subarray(0, bytesRead);
      }
    } finally {
      await handle.close();
    }
  }

  async #putInPlace(unfinished: string, id: string, format: MediaFormat): Promise<void> {
    const path = this.#path(id, format);
    const folder = join(path, '..');
    if (await mkdir(folder, { recursive: true, mode: 0o700 })) await realFiles.syncDir(join(folder, '..'));
    await rename(unfinished, path);
    await realFiles.syncDir(folder);
  }

  #path(id: string, format: MediaFormat): string {
    return join(this.#dir, 'files', checked(id).slice(0, 2), `${id}.${ENDINGS[format]}`);
  }

  /** A file of the same id in another format has another name: it goes. */
  async #add(id: string, kept: Kept): Promise<void> {
    const before = this.#kept.get(id);
    this.#bytes += kept.bytes - (before?.bytes ?? 0);
    this.#kept.delete(id);
    this.#kept.set(id, kept);
    if (before && before.format !== kept.format) await unlink(this.#path(id, before.format)).catch(() => {});
  }

  /** Deletes the oldest files until the rest is within the quota; the newest stays. One at a time. */
  #tidy(): Promise<void> {
    this.#tidying = this.#tidying.then(async () => {
      while (this.#kept.size > 1 && (this.#bytes > this.#maxBytes || this.#kept.size > this.#maxFiles)) {
        const [[id, { format, bytes }]] = this.#kept;
        this.#kept.delete(id);
        this.#bytes -= bytes;
        this.stats.deletedFiles++;
        this.stats.deletedBytes += bytes;
        // A file that cannot be deleted is found again at the next start.
        await unlink(this.#path(id, format)).catch(() => {});
      }
    });
    return this.#tidying;
  }

  async #takeStock(): Promise<void> {
    const found: { id: string; kept: Kept; mtimeMs: number }[] = [];
    const root = join(this.#dir, 'files');
    for (const folder of await readdir(root)) {
      for (const name of await readdir(join(root, folder)).catch(() => [])) {
        const [, id, ending] = NAME.exec(name) ?? [];
        const format = FORMATS.get(ending);
        if (id === undefined || format === undefined) continue; // none of ours
        const { size, mtimeMs } = await stat(join(root, folder, name));
        found.push({ id, kept: { format, bytes: size }, mtimeMs });
      }
    }
    found.sort((a, b) => a.mtimeMs - b.mtimeMs);
    for (const { id, kept } of found) await this.#add(id, kept);
    const incoming = join(this.#dir, 'incoming');
    for (const name of await readdir(incoming)) {
      // Begun and not finished: whoever wrote it begins again.
      if (name.endsWith('.new') || name.endsWith('.data')) await rm(join(incoming, name), { force: true });
    }
    await this.#tidy();
  }
}

/** The id itself. Throws RangeError for anything that was not made here: it would become part of a path. */
function checked(id: string): string {
  if (!ID.test(id)) throw new RangeError(`no id of a file: ${JSON.stringify(id).slice(0, 80)}`);
  return id;
}
