import { existsSync, readFileSync } from 'node:fs';
import { type FileHandle, open, rename, rm, writeFile } from 'node:fs/promises';
import { InputError } from './command.js';

/** Where a file that is being written can be gone on with. */
interface Mark<Place> {
  /** What was asked for; another question cannot go on with this file. */
  question: string;
  bytes: number;
  place: Place;
  /** Rows up to there. */
  rows: number;
}

/**
 * A file as it is written: under the name `<file>.part` until it is whole, with a note in `<file>.progress` of the last
 * place from which writing can go on: whatever JSON tells the writer where that is.
 */
export class ExportFile<Place> {
  #bytes = 0;

  private constructor(
    readonly path: string,
    readonly question: string,
    readonly file: FileHandle,
    /** The last place that is in the file already, and the rows up to it; null and 0 at the beginning. */
    readonly place: Place | null,
    readonly rows: number,
  ) {}

  /** Goes on with what an export that was broken off has left, where `resume` asks for it and it is the same question. */
  static async open<Place>(path: string, question: string, resume: boolean): Promise<ExportFile<Place>> {
    if (existsSync(path)) throw new InputError(`${path} exists already: remove it, or choose another --out`);
    const mark = resume ? readMark<Place>(path, question) : null;
    const file = await open(`${path}.part`, mark ? 'r+' : 'w');
    if (mark) await file.truncate(mark.bytes);
    const made = new ExportFile(path, question, file, mark?.place ?? null, mark?.rows ?? 0);
    made.#bytes = mark?.bytes ?? 0;
    return made;
  }

  async write(chunk: string | Uint8Array): Promise<void> {
    if (chunk.length === 0) return;
    const bytes = typeof chunk === 'string' ? Buffer.from(chunk) : chunk;
    // A disk that is nearly full may take a part; what comes next then says that it is full.
    for (let from = 0; from < bytes.length; ) {
      const { bytesWritten } = await this.file.write(bytes, from, bytes.length - from, this.#bytes);
      from += bytesWritten;
      this.#bytes += bytesWritten;
    }
  }

  /** From here on writing can go on another time. */
  async mark(place: Place, rows: number): Promise<void> {
    await this.file.datasync();
    const mark: Mark<Place> = { question: this.question, bytes: this.#bytes, place, rows };
    // In one step: whoever is killed here leaves the mark before, or this one.
    await writeFile(`${this.path}.progress.new`, JSON.stringify(mark));
    await rename(`${this.path}.progress.new`, `${this.path}.progress`);
  }

  /** The file is whole and gets its name. Resolves with its size in bytes. */
  async finish(): Promise<number> {
    await this.file.datasync();
    await this.file.close();
    await rename(`${this.path}.part`, this.path);
    await rm(`${this.path}.progress`, { force: true });
    return this.#bytes;
  }
}

function readMark<Place>(path: string, question: string): Mark<Place> {
  let mark: Mark<Place>;
  try {
    mark = JSON.parse(readFileSync(`${path}.progress`, 'utf8')) as Mark<Place>;
  } catch {
    throw new InputError(`${path}.progress is not there: nothing to resume; leave out --resume`);
  }
  if (mark.question === question) return mark;
  throw new InputError(`${path}.part belongs to another export (${mark.question}); choose another --out`);
}
