import { once } from 'node:events';
import { createWriteStream, existsSync, readFileSync, statSync } from 'node:fs';
import { rm, writeFile } from 'node:fs/promises';
import { writeToString } from 'fast-csv';
import { guardCell } from '../../api/track/csv.js';
import { InputError } from './command.js';
import { Progress } from './progress.js';

/** What one line, or one feature, of the file says; or why it says nothing. */
export type ImportItem<T> = { line: number; value: T } | { line: number; reason: string };

export interface ImportKind<T> {
  /** What is counted, such as `fixes`. */
  unit: string;
  /** Items that are sent together. */
  batch: number;
  /** The items of the file in order. Throws InputError where it cannot be read at all. */
  read(file: string): AsyncIterable<ImportItem<T>>;
  /** Null for each that was taken, otherwise why it was not. */
  send(values: readonly T[]): Promise<(string | null)[]>;
  /** Asked when all is sent, with what came of it; not in a dry run. */
  finish?(done: { taken: number; refused: number }): Promise<void>;
  /** What else is to be told of the file, when all of it is read. */
  notes?(): Record<string, unknown>;
}

export interface ImportOptions {
  dryRun?: boolean;
  resume?: boolean;
  /** Where refused lines are written; `<file>.refused.csv` where absent. */
  report?: string;
}

export interface Imported {
  read: number;
  /** With a dry run: that would be sent. */
  taken: number;
  refused: number;
  /** Lines of the file that an earlier run had done. */
  skipped: number;
  /** Of the refused lines; null where there is none. */
  report: string | null;
}

/** How far an import has come; sending the last batch again does no harm. */
interface Mark {
  bytes: number;
  line: number;
}

/** Reads, sends and reports, a batch at a time, so that a file of any size takes the memory of one batch. */
export async function runImport<T>(kind: ImportKind<T>, file: string, options: ImportOptions): Promise<Imported> {
  if (!existsSync(file)) throw new InputError(`${file}: no such file`);
  const bytes = statSync(file).size;
  const done = options.resume ? readMark(file, bytes) : 0;
  const report = new RefusedReport(options.report ?? `${file}.refused.csv`, done > 0);
  const progress = new Progress(0, kind.unit);
  const counts = { read: 0, taken: 0, refused: 0, skipped: 0 };
  let batch: { line: number; value: T }[] = [];

  const refuse = async (line: number, reason: string) => {
    counts.refused++;
    await report.add(line, reason);
  };
  const flush = async () => {
    if (batch.length === 0) return;
    const answers = options.dryRun ? batch.map(() => null) : await kind.send(batch.map(({ value }) => value));
    for (const [i, reason] of answers.entries()) {
      if (reason === null) counts.taken++;
      else await refuse(batch[i].line, reason);
    }
    progress.add(batch.length);
    if (!options.dryRun) await writeMark(file, { bytes, line: batch[batch.length - 1].line });
    batch = [];
  };

  for await (const item of kind.read(file)) {
    if (item.line <= done) {
      counts.skipped++;
      continue;
    }
    counts.read++;
    if ('reason' in item) await refuse(item.line, item.reason);
    else if (batch.push(item) === kind.batch) await flush();
  }
  await flush();
  if (!options.dryRun) await kind.finish?.(counts);
  progress.stop();
  await rm(markPath(file), { force: true });
  return { ...counts, report: await report.close(), ...kind.notes?.() };
}

/** The lines that were not taken, with the reason of each; made only where there is one. */
class RefusedReport {
  #stream: ReturnType<typeof createWriteStream> | null = null;

  constructor(
    readonly path: string,
    /** Goes on with the report of an earlier run. */
    readonly more: boolean,
  ) {}

  async add(line: number, reason: string): Promise<void> {
    const rows: (string | number)[][] = [[line, guardCell(reason)]];
    if (!this.#stream) {
      if (!this.more) rows.unshift(['line', 'reason']);
      this.#stream = createWriteStream(this.path, { flags: this.more ? 'a' : 'w' });
    }
    const text = await writeToString(rows, { includeEndRowDelimiter: true });
    if (!this.#stream.write(text)) await once(this.#stream, 'drain');
  }

  async close(): Promise<string | null> {
    const stream = this.#stream;
    if (!stream) return null;
    await new Promise<void>((resolve, reject) => {
      stream.once('error', reject);
      stream.end(resolve);
    });
    return this.path;
  }
}

function markPath(file: string): string {
  return `${file}.progress`;
}

function writeMark(file: string, mark: Mark): Promise<void> {
  return writeFile(markPath(file), JSON.stringify(mark));
}

function readMark(file: string, bytes: number): number {
  let mark: Mark;
  try {
    mark = JSON.parse(readFileSync(markPath(file), 'utf8')) as Mark;
  } catch {
    throw new InputError(`${markPath(file)} is not there: nothing to resume; leave out --resume`);
  }
  if (mark.bytes === bytes) return mark.line;
  throw new InputError(`${file} is not the file that the import began with (${bytes} bytes, not ${mark.bytes})`);
}
