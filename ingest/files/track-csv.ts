import { BadFileError } from './bad-file.js';
import { csvLines } from './csv-lines.js';
import type { TrackItem } from './recorded-fix.js';
import { type Field, readHeading, readRow } from './track-columns.js';

export interface CsvTrackOptions {
  /** Column heading → field; headings that are not named are guessed. */
  map?: Record<string, string>;
  /** `YYYY-MM-DD`: the day of a file whose time is only a time of day. */
  date?: string;
}

/** Fixes of a CSV file with a heading line, in its order. Throws BadFileError where the file, or its heading, cannot be used. */
export async function* readCsvTracks(
  file: string,
  { map = {}, date }: CsvTrackOptions = {},
): AsyncGenerator<TrackItem> {
  let columns: Partial<Record<Field, number>> | null = null;
  for await (const { line, cells } of csvLines(file)) {
    if (columns === null) {
      columns = readHeading(cells, map);
      continue;
    }
    const fix = readRow(cells, columns, date);
    if (typeof fix === 'string') yield { line, reason: fix };
    else yield { line, vehicle: cells[columns.vehicle as number], fix };
  }
  if (columns === null) throw new BadFileError(`${file}: the file is empty; its first line must name the columns`);
}
