import { existsSync } from 'node:fs';
import { appendFile, readdir, rename, rm, stat, truncate, writeFile } from 'node:fs/promises';
import { extname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { writeToString } from 'fast-csv';
import { makeFolders } from '../store/file-ops.js';
import { BadFileError } from './files/bad-file.js';
import {
  type Batch,
  type BatchParts,
  type BatchResult,
  batchesOf,
  FILE_EXTENSIONS,
  type Refused,
} from './files/batches.js';
import { type ImportMark, isSame, readMark, writeMark } from './files/import-mark.js';

export interface WatchedDirOptions extends BatchParts {
  dir: string;
  /** Calls back once every change recorded so far is durable. */
  whenAccepted: (fn: () => void) => void;
  /** How often the directory is looked at, and for how long a file must not have grown, ms. */
  scanMs?: number;
  settleMs?: number;
  log(level: 'info' | 'warn', message: string): void;
}

export interface WatchedDir {
  /** Stops behind the lines in hand; the rest is gone on with next time. */
  close(): Promise<void>;
}

const SCAN_MS = 2_000;
const SETTLE_MS = 5_000;
/** A file that this machine does not let us read is tried again so much later. */
const RETRY_MS = 60_000;
const ROOM_MS = 100;
const CLOSE_GRACE_MS = 5_000;
const DONE = 'done';
const FAILED = 'failed';

/** A file as it was seen last. */
interface Seen {
  bytes: number;
  mtimeMs: number;
  /** Since when it is like this, and before when it is not tried; monotonic ms. */
  since: number;
  notBefore: number;
}

/**
 * Imports the files that are dropped into a directory, one at a time and a few hundred lines at a time, when they have stopped
 * growing; then moves them to `done`, or to `failed` where nothing of them could be taken, with the lines that were refused
 * beside them. How far a file is, is written down behind lines that are durable: after a crash it is gone on with, and what
 * comes twice is the same fix, which is kept once. Throws where the directory cannot be made.
 */
export async function watchDir(options: WatchedDirOptions): Promise<WatchedDir> {
  try {
    for (const folder of [DONE, FAILED]) makeFolders(join(options.dir, folder));
  } catch (error) {
    throw new Error(
      `watched directory ${options.dir}: ${(error as Error).message}; give CHEJI_WATCH_DIR a directory that this user may make and write`,
    );
  }
  return new DirWatch(options);
}

class DirWatch implements WatchedDir {
  readonly #o: WatchedDirOptions;
  readonly #seen = new Map<string, Seen>();
  readonly #timer: NodeJS.Timeout;
  #running: Promise<void> | null = null;
  #closed = false;

  constructor(options: WatchedDirOptions) {
    this.#o = options;
    const scan = () => {
      this.#running ??= this.#scan()
        .catch((error: Error) => options.log('warn', `watched directory: ${error.message}`))
        .finally(() => (this.#running = null));
    };
    this.#timer = setInterval(scan, options.scanMs ?? SCAN_MS);
    this.#timer.unref();
    scan();
  }

  async close(): Promise<void> {
    this.#closed = true;
    clearInterval(this.#timer);
    // A log that takes no more would hold it up for ever.
    await Promise.race([this.#running, pause(CLOSE_GRACE_MS, undefined, { ref: false })]);
  }

  async #scan(): Promise<void> {
    const { dir, settleMs = SETTLE_MS } = this.#o;
    const entries = await readdir(dir, { withFileTypes: true });
    const names = entries.filter((entry) => entry.isFile() && isTaken(entry.name)).map(({ name }) => name);
    for (const name of this.#seen.keys()) if (!names.includes(name)) this.#seen.delete(name);
    for (const { name } of entries) {
      // Of a file that was moved just before we stopped, or that somebody took away.
      const [, of] = /^\.(.+)\.(?:mark|refused)$/.exec(name) ?? [];
      if (of !== undefined && !names.includes(of)) await rm(join(dir, name), { force: true });
    }
    for (const name of names.sort()) {
      if (this.#closed) return;
      const seen = await this.#look(name);
      const now = performance.now();
      if (seen === null || now - seen.since < settleMs || now < seen.notBefore) continue;
      await this.#take(name, seen);
    }
  }

  /** Null where it has just gone. */
  async #look(name: string): Promise<Seen | null> {
    const found = await stat(join(this.#o.dir, name)).catch(() => null);
    if (found === null) return null;
    const { size: bytes, mtimeMs } = found;
    const before = this.#seen.get(name);
    if (before && before.bytes === bytes && before.mtimeMs === mtimeMs) return before;
    const seen = { bytes, mtimeMs, since: performance.now(), notBefore: 0 };
    this.#seen.set(name, seen);
    return seen;
  }

  async #take(name: string, seen: Seen): Promise<void> {
    const file = join(this.#o.dir, name);
    try {
      const mark = await readMark(this.#markOf(name), file);
      const problem = await this.#import(name, file, mark);
      // Stopped, or written to meanwhile: it comes again.
      if (this.#closed || !(await isSame(mark, file))) return;
      await this.#finish(name, file, mark, problem);
    } catch (error) {
      seen.notBefore = performance.now() + RETRY_MS;
      this.#o.log('warn', `${name}: ${(error as Error).message}; tried again in ${RETRY_MS / 1000} s`);
    }
  }

  /** Moves `mark` on. Why the file could not be read to its end; null where it could. */
  async #import(name: string, file: string, mark: ImportMark): Promise<string | null> {
    const report = this.#reportOf(name);
    if (existsSync(report)) await truncate(report, mark.reportBytes);
    try {
      let pending: { taken: number; refused: Refused[] } = { taken: 0, refused: [] };
      for await (const batch of batchesOf(file, extname(name).toLowerCase(), mark.line, this.#o)) {
        const result = await this.#give(batch);
        if (result === null) return null;
        pending = { taken: pending.taken + result.taken, refused: [...pending.refused, ...result.refused] };
        if (!result.whole) continue;
        await this.#noted(name, mark, batch.line, pending);
        pending = { taken: 0, refused: [] };
      }
      await this.#noted(name, mark, mark.line, pending);
      return null;
    } catch (error) {
      if (!(error instanceof BadFileError)) throw error;
      return error.message.replace(`${file}`, name);
    }
  }

  /** What came of it, once it is durable; null where we are to stop. */
  async #give(batch: Batch): Promise<BatchResult | null> {
    const { files } = this.#o.feed.stats;
    files.received += batch.size;
    files.pending += batch.size;
    let result: BatchResult | null = null;
    try {
      result = await this.#taken(batch);
    } finally {
      files.pending -= batch.size;
      if (result === null) files.received -= batch.size; // given again another time
    }
    files.taken += result?.taken ?? 0;
    files.refused += result?.refused.length ?? 0;
    return result;
  }

  async #taken(batch: Batch): Promise<BatchResult | null> {
    for (;;) {
      if (this.#o.intake.full) this.#o.feed.stats.files.waits++;
      while (this.#o.intake.full && !this.#closed) await pause(ROOM_MS, undefined, { ref: false });
      if (this.#closed) return null;
      const result = await batch.give();
      if (!result.done) continue;
      await this.#o.intake.whenDurable();
      await new Promise<void>((resolve) => this.#o.whenAccepted(resolve));
      return result;
    }
  }

  async #noted(name: string, mark: ImportMark, line: number, of: { taken: number; refused: Refused[] }): Promise<void> {
    mark.line = line;
    mark.taken += of.taken;
    mark.refused += of.refused.length;
    if (of.refused.length > 0) {
      const rows: (string | number)[][] = of.refused.map(({ line, reason }) => [line, reason]);
      if (mark.reportBytes === 0) rows.unshift(['line', 'reason']);
      const text = await writeToString(rows, { includeEndRowDelimiter: true });
      await appendFile(this.#reportOf(name), text);
      mark.reportBytes += Buffer.byteLength(text);
    }
    await writeMark(this.#markOf(name), mark);
  }

  /** The report goes first: a file that is moved has it beside it. */
  async #finish(name: string, file: string, mark: ImportMark, problem: string | null): Promise<void> {
    const nothing = mark.taken === 0 && mark.refused > 0;
    const folder = problem !== null || nothing ? FAILED : DONE;
    const target = freeName(join(this.#o.dir, folder), name);
    if (existsSync(this.#reportOf(name))) await rename(this.#reportOf(name), `${target}.refused.csv`);
    if (problem !== null) await writeFile(`${target}.problem.txt`, `${problem}\n`);
    await rename(file, target);
    await rm(this.#markOf(name), { force: true });
    this.#seen.delete(name);
    this.#o.feed.stats.files[folder]++;
    const outcome = `${mark.taken} lines taken, ${mark.refused} refused${problem === null ? '' : `; ${problem}`}`;
    this.#o.log(folder === DONE ? 'info' : 'warn', `file ${name}: ${outcome}`);
  }

  #markOf(name: string): string {
    return join(this.#o.dir, `.${name}.mark`);
  }

  #reportOf(name: string): string {
    return join(this.#o.dir, `.${name}.refused`);
  }
}

function isTaken(name: string): boolean {
  return !name.startsWith('.') && FILE_EXTENSIONS.includes(extname(name).toLowerCase());
}

/** A place in the folder that no file of the same name has taken before. */
function freeName(folder: string, name: string): string {
  const extension = extname(name);
  const stem = name.slice(0, name.length - extension.length);
  for (let n = 0; ; n++) {
    const path = join(folder, n === 0 ? name : `${stem}.${n}${extension}`);
    if (!existsSync(path)) return path;
  }
}
