import { writeToString } from 'fast-csv';
import { z } from 'zod';
import type { Answer } from '../http/endpoint.js';
import type { Slots } from '../http/slots.js';
import { streamed } from '../http/streamed.js';
import { guardCell } from '../track/csv.js';
import type { ParquetColumn } from '../track/parquet-table.js';

/** A column of a table that leaves as CSV or as Parquet. */
export type Column<Row> = ParquetColumn<Row>;

const CSV = { includeEndRowDelimiter: true, rowDelimiter: '\r\n' };

export const CSV_TYPE = 'text/csv; charset=utf-8; header=present';

/** RFC 4180: the names of the columns. */
export function csvHead<Row>(columns: readonly Column<Row>[]): Promise<string> {
  return writeToString([columns.map(({ name }) => name)], CSV);
}

/** A row for each; empty where not known, 0 and 1 for no and yes, times in UTC, and no cell that a spreadsheet would run. */
export function csvBody<Row>(columns: readonly Column<Row>[], rows: readonly Row[]): Promise<string> {
  return writeToString(
    rows.map((row) => columns.map(({ value }) => cell(value(row)))),
    CSV,
  );
}

function cell(value: string | number | boolean | Date | null): string | number | null {
  if (value instanceof Date) return value.toISOString();
  return typeof value === 'string' ? guardCell(value) : typeof value === 'boolean' ? Number(value) : value;
}

export const tableFormat = z
  .enum(['json', 'csv'])
  .default('json')
  .describe('csv: all rows, as a file that no row limit cuts');

/** Answers all rows as a file, a page at a time at the reader's pace. Rejects where the first page cannot be had. */
export function csvAnswer<Row>(
  slots: Slots,
  name: string,
  columns: readonly Column<Row>[],
  pages: AsyncIterable<readonly Row[]>,
): Promise<Answer> {
  return streamed(slots, [['Content-Type', CSV_TYPE], savedAs(`${name}.csv`)], pages, async function* (all) {
    yield await csvHead(columns);
    for await (const rows of all) if (rows.length > 0) yield await csvBody(columns, rows);
  });
}

/** The header that has a browser save the answer under this name. */
export function savedAs(name: string): [string, string] {
  return ['Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`];
}
