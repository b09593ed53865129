import { existsSync } from 'node:fs';
import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { type ImportKind, runImport } from '../../cli/support/import-run.js';
import { tempDir } from '../support/temp-dir.js';

/** Numbers, one per line; those that are none are bad lines, and the server refuses odd ones. */
function numbers(sent: number[], failAfter = Infinity): ImportKind<number> {
  return {
    unit: 'numbers',
    batch: 3,
    async *read(file) {
      for (const [i, text] of (await readFile(file, 'utf8')).split('\n').entries()) {
        yield Number.isNaN(Number(text))
          ? { line: i + 1, reason: `"${text}" is no number` }
          : { line: i + 1, value: Number(text) };
      }
    },
    async send(values) {
      if (sent.length >= failAfter) throw new Error('the server is gone');
      sent.push(...values);
      return values.map((n) => (n % 2 === 1 ? `=${n} is odd` : null));
    },
  };
}

test('every line is taken or in the report, and the report is safe to open', async () => {
  const file = join(await tempDir(), 'n.txt');
  await writeFile(file, '2\n4\nx\n6\n7\n8');
  const sent: number[] = [];
  expect(await runImport(numbers(sent), file, {})).toEqual({
    read: 6,
    taken: 4,
    refused: 2,
    skipped: 0,
    report: `${file}.refused.csv`,
  });
  expect(sent).toEqual([2, 4, 6, 7, 8]);
  expect(await readFile(`${file}.refused.csv`, 'utf8')).toBe('line,reason\n3,"""x"" is no number"\n5,\'=7 is odd\n');
  expect(existsSync(`${file}.progress`)).toBe(false);
});

test('an import that was broken off goes on behind the last batch that was answered', async () => {
  const file = join(await tempDir(), 'n.txt');
  await writeFile(file, '2\n1\n4\n6\n8\n10\n12');
  const sent: number[] = [];
  await expect(runImport(numbers(sent, 3), file, {})).rejects.toThrow('the server is gone');
  expect(await runImport(numbers(sent), file, { resume: true })).toMatchObject({
    read: 4,
    taken: 4,
    refused: 0,
    skipped: 3,
  });
  expect(sent).toEqual([2, 1, 4, 6, 8, 10, 12]);
  await expect(runImport(numbers(sent), file, { resume: true })).rejects.toThrow('nothing to resume');
});

test('a file that has changed since is not gone on with', async () => {
  const file = join(await tempDir(), 'n.txt');
  await writeFile(file, '2\n4\n6\n8');
  await expect(runImport(numbers([], 3), file, {})).rejects.toThrow('gone');
  await writeFile(file, '2\n4\n6\n8\n10');
  await expect(runImport(numbers([]), file, { resume: true })).rejects.toThrow(
    'not the file that the import began with',
  );
});

test('a dry run reads everything and sends nothing', async () => {
  const file = join(await tempDir(), 'n.txt');
  await writeFile(file, '2\nx\n3');
  const sent: number[] = [];
  expect(await runImport(numbers(sent), file, { dryRun: true })).toMatchObject({ taken: 2, refused: 1 });
  expect(sent).toEqual([]);
});
