import { createReadStream } from 'node:fs';
import { parse } from 'fast-csv';
import { BadFileError } from './bad-file.js';

/** The lines of a CSV file with their numbers, empty ones left out; a quoted cell may go over several lines of text. */
export async function* csvLines(file: string): AsyncIterable<{ line: number; cells: string[] }> {
  const rows = parse<string[], string[]>({ ignoreEmpty: false, trim: true });
  createReadStream(file)
    .on('error', (error) => rows.destroy(error))
    .pipe(rows);
  let line = 0;
  try {
    for await (const cells of rows as AsyncIterable<string[]>) {
      line++;
      if (cells.some((cell) => cell !== '')) yield { line, cells };
    }
  } catch (error) {
    if (error instanceof BadFileError) throw error;
    throw new BadFileError(`${file}:${line + 1}: ${(error as Error).message}`);
  }
}
