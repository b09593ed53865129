import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { csvLines } from '../../../ingest/files/csv-lines.js';
import { readFeatures } from '../../../ingest/files/geojson-features.js';
import { textLines } from '../../../ingest/files/text-lines.js';
import { tempDir } from '../../support/temp-dir.js';

async function file(name: string, content: string): Promise<string> {
  const path = join(await tempDir(), name);
  await writeFile(path, content);
  return path;
}

async function all<T>(items: AsyncIterable<T>): Promise<T[]> {
  const found: T[] = [];
  for await (const item of items) found.push(item);
  return found;
}

const ROW = 'v1,2026-01-01T00:00:00Z,120,31\n';

test('a quote that is never closed is told, however much follows it', async () => {
  const path = await file(
    'a.csv',
    `vehicle,time,lon,lat\n${ROW}"v1,2026-01-01T00:00:00Z,120,31\n${ROW.repeat(40_000)}`,
  );
  await expect(all(csvLines(path))).rejects.toThrow(/a\.csv:3: a quote is never closed/);
});

test('a file without any end of a line is told', async () => {
  const zeros = '0'.repeat(17_000_000);
  await expect(all(csvLines(await file('a.csv', zeros)))).rejects.toThrow(/a row of more than 204800 bytes/);
  const nmea = await file('a.nmea', `!AIVDM\n${zeros}`);
  const lines = all(textLines(nmea, { encoding: 'latin1', maxChars: 1000 }));
  await expect(lines).rejects.toThrow(/a\.nmea:2: a line of more than 1000 characters/);
  await expect(all(readFeatures(await file('a.geojson', `{}\n{}\n${zeros}`)))).rejects.toThrow(
    /a\.geojson:3: a line of/,
  );
});

test('quotes of every kind, in long files, leave the rows as they are', async () => {
  const rows = ['a,"b\nb","c ""c"""', 'inch,5" pipe,x', ' "q" ,"",y'];
  const path = await file('a.csv', `${rows.join('\n')}\n`.repeat(20_000));
  const found = await all(csvLines(path));
  expect(found).toHaveLength(60_000);
  expect(found.slice(-3).map(({ cells }) => cells)).toEqual([
    ['a', 'b\nb', 'c "c"'],
    ['inch', '5" pipe', 'x'],
    ['q', '', 'y'],
  ]);
});

test.each(['\n', '\r\n', '\r'])('a row is told by the line that it begins on: %j', async (end) => {
  const text = ['a,b', '"one', '', 'two",x', '', 'c,"y', '"', 'd,e'];
  const rows = [
    [1, 'a'],
    [2, expect.stringContaining('two')],
    [6, 'c'],
    [8, 'd'],
  ];
  const found = await all(csvLines(await file('a.csv', text.join(end))));
  expect(found.map(({ line, cells }) => [line, cells[0]])).toEqual(rows);
  // The same far into a file, where its pieces end anywhere.
  const again = await all(csvLines(await file('b.csv', `${text.join(end)}${end}`.repeat(20_000))));
  expect(again.slice(-4).map(({ line, cells }) => [line, cells[0]])).toEqual(
    rows.map(([line, cell]) => [19_999 * text.length + (line as number), cell]),
  );
});

test('a file that is not there has no line', async () => {
  await expect(all(csvLines('/nowhere/a.csv'))).rejects.toThrow(/^\/nowhere\/a\.csv: ENOENT/);
});

test('lines end in each of the three ways, also where a piece of the file ends between two characters', async () => {
  const long = 'x'.repeat(64 * 1024 - 1);
  const path = await file('a.txt', `${long}\r\nb\rc\n\r\n\nd`);
  expect(await all(textLines(path, { encoding: 'utf8', maxChars: 100_000 }))).toEqual([long, 'b', 'c', '', '', 'd']);
  expect(await all(textLines(await file('b.txt', 'a\r'), { encoding: 'utf8', maxChars: 10 }))).toEqual(['a']);
  expect(await all(textLines(await file('c.txt', ''), { encoding: 'utf8', maxChars: 10 }))).toEqual([]);
});
