import { existsSync } from 'node:fs';
import { readFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test, vi } from 'vitest';
import { ExportFile } from '../../cli/support/export-file.js';
import { tempDir } from '../support/temp-dir.js';

test('a file that was broken off goes on where it was marked, and has its name only when it is whole', async () => {
  const path = join(await tempDir(), 'out.csv');
  const first = await ExportFile.open(path, 'q', false);
  await first.write('head\n');
  await first.write('one\n');
  await first.mark(1, 1);
  await first.write('half of tw'); // and the process dies
  await first.file.close();
  expect(existsSync(path)).toBe(false);

  const second = await ExportFile.open(path, 'q', true);
  expect([second.place, second.rows]).toEqual([1, 1]);
  await second.write(Buffer.from('two\n'));
  expect(await second.finish()).toBe(13);
  expect(await readFile(path, 'utf8')).toBe('head\none\ntwo\n');
  expect([existsSync(`${path}.part`), existsSync(`${path}.progress`)]).toEqual([false, false]);
});

test('a disk that takes less than it is given gets the rest', async () => {
  const path = join(await tempDir(), 'out.csv');
  const out = await ExportFile.open(path, 'q', false);
  const write = out.file.write.bind(out.file) as (...of: unknown[]) => Promise<{ bytesWritten: number }>;
  vi.spyOn(out.file, 'write').mockImplementation((async (bytes: Buffer, from: number, length: number, at: number) =>
    write(bytes, from, Math.min(length, 3), at)) as unknown as typeof out.file.write);
  await out.write('one,two\n');
  await out.write('three\n');
  expect(await out.finish()).toBe(14);
  expect(await readFile(path, 'utf8')).toBe('one,two\nthree\n');
});

test('another question does not go on with the file, and no file is written over', async () => {
  const path = join(await tempDir(), 'out.csv');
  const first = await ExportFile.open(path, 'q', false);
  await first.mark(1, 1);
  await first.file.close();
  await expect(ExportFile.open(path, 'other', true)).rejects.toThrow('belongs to another export');
  const whole = await ExportFile.open(path, 'q', false);
  await whole.finish();
  await expect(ExportFile.open(path, 'q', false)).rejects.toThrow('exists already');
  await expect(ExportFile.open(`${path}2`, 'q', true)).rejects.toThrow('nothing to resume');
});
