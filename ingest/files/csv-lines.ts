import { createReadStream } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';
import { parse } from 'fast-csv';
import { BadFileError } from './bad-file.js';

/** Of 200 columns (reliability sheet §11) with 1 KiB each; what is longer costs the parser seconds before it is refused. */
const MAX_ROW_BYTES = 200 * 1024;

/**
 * The rows of a CSV file, each with the line of text that it begins on, from 1; empty ones are left out. A quoted cell may go over
 * several lines. Throws BadFileError where the file cannot be read as one.
 */
export async function* csvLines(file: string): AsyncIterable<{ line: number; cells: string[] }> {
  const rows = parse<string[], string[]>({ ignoreEmpty: false, trim: true });
  const bounds = new RowBounds();
  let line = 1;
  try {
    createReadStream(file)
      .on('error', (error) => rows.destroy(error))
      .pipe(bounds)
      .on('error', (error) => rows.destroy(error))
      .pipe(rows);
    for await (const cells of rows as AsyncIterable<string[]>) {
      line = bounds.nextLine();
      if (cells.some((cell) => cell !== '')) yield { line, cells };
      line++; // of the next row at the earliest, should it be one that cannot be read
    }
  } catch (error) {
    if (error instanceof BadFileError) throw error;
    if ((error as NodeJS.ErrnoException).code !== undefined)
      throw new BadFileError(`${file}: ${(error as Error).message}`);
    throw new BadFileError(`${file}:${line}: ${(error as Error).message}`);
  }
}

const [QUOTE, COMMA, LF, CR, SPACE, TAB] = Buffer.from('",\n\r \t');

/**
 * Lets no row pass that has no end: the parser keeps what it has of one, and looks at all of it again with every piece of the file. A
 * quote that nobody closes makes one row of the rest.
 */
class RowBounds extends Transform {
  #at: 'cell' | 'plain' | 'quoted' | 'closed' = 'cell';
  #bytes = 0;
  #line = 1;
  #afterCr = false;
  /** Lines on which the rows begin that have not been asked for: those of some pieces of the file at most. */
  #beginnings: number[] = [1];
  #asked = 0;

  /** The line on which the next row begins. */
  nextLine(): number {
    const line = this.#beginnings[this.#asked++];
    if (this.#asked >= 1024) {
      this.#beginnings.splice(0, this.#asked);
      this.#asked = 0;
    }
    return line;
  }

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let at = this.#at;
    let bytes = this.#bytes;
    for (const byte of chunk) {
      bytes++;
      const isPair = byte === LF && this.#afterCr;
      this.#afterCr = byte === CR;
      if ((byte === LF || byte === CR) && !isPair) this.#line++;
      if (at === 'quoted') {
        if (byte === QUOTE) at = 'closed';
      } else if (byte === LF || byte === CR) {
        at = 'cell';
        bytes = 0;
        if (isPair) continue;
        this.#beginnings.push(this.#line);
      } else if (byte === COMMA) at = 'cell';
      else if (byte === QUOTE && at !== 'plain') at = 'quoted';
      else if (at !== 'cell' || (byte !== SPACE && byte !== TAB)) at = 'plain';
    }
    this.#at = at;
    this.#bytes = bytes;
    if (bytes <= MAX_ROW_BYTES) done(null, chunk);
    else if (at === 'quoted') done(new Error('a quote is never closed'));
    else done(new Error(`a row of more than ${MAX_ROW_BYTES} bytes`));
  }
}
