import { createReadStream } from 'node:fs';
import { Transform, type TransformCallback } from 'node:stream';
import { parse } from 'fast-csv';
import { BadFileError } from './bad-file.js';

/** Of 200 columns (reliability sheet §11) with 1 KiB each; what is longer costs the parser seconds before it is refused. */
const MAX_ROW_BYTES = 200 * 1024;

/**
 * The rows of a CSV file, numbered from 1, empty ones left out though counted; a quoted cell may go over several lines of text. Throws
 * BadFileError where the file cannot be read as one.
 */
export async function* csvLines(file: string): AsyncIterable<{ line: number; cells: string[] }> {
  const rows = parse<string[], string[]>({ ignoreEmpty: false, trim: true });
  const bounds = new RowBounds();
  let line = 0;
  try {
    createReadStream(file)
      .on('error', (error) => rows.destroy(error))
      .pipe(bounds)
      .on('error', (error) => rows.destroy(error))
      .pipe(rows);
    for await (const cells of rows as AsyncIterable<string[]>) {
      line++;
      if (cells.some((cell) => cell !== '')) yield { line, cells };
    }
  } catch (error) {
    if (error instanceof BadFileError) throw error;
    if ((error as NodeJS.ErrnoException).code !== undefined)
      throw new BadFileError(`${file}: ${(error as Error).message}`);
    throw new BadFileError(`${file}:${line + 1}: ${(error as Error).message}`);
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

  override _transform(chunk: Buffer, _: BufferEncoding, done: TransformCallback): void {
    let at = this.#at;
    let bytes = this.#bytes;
    for (const byte of chunk) {
      bytes++;
      if (at === 'quoted') {
        if (byte === QUOTE) at = 'closed';
      } else if (byte === LF || byte === CR) {
        at = 'cell';
        bytes = 0;
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
