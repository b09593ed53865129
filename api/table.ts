import { writeToString } from 'fast-csv';
import { guardCell } from './track/csv.js';
import type { ParquetColumn } from './track/parquet-table.js';

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

/** The header that has a browser save the answer under this name. */
export function savedAs(name: string): [string, string] {
  return ['Content-Disposition', `attachment; filename*=UTF-8''${encodeURIComponent(name)}`];
}
