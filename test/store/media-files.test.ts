import { appendFileSync, existsSync, mkdirSync, readdirSync, readFileSync, truncateSync, writeFileSync } from 'node:fs';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, test } from 'vitest';
import { MediaFiles } from '../../store/media-files.js';
import { PartFile } from '../../store/part-file.js';
import { tempDir } from '../support/temp-dir.js';

const write = (files: MediaFiles, id: string, bytes: number) =>
  files.keep(id, 'jpeg', (file) => file.writeFile(Buffer.alloc(bytes, 1)));

async function read(files: MediaFiles, id: string, from: number, to: number): Promise<Buffer> {
  const pieces: Buffer[] = [];
  for await (const piece of files.read(id, from, to)) pieces.push(piece);
  return Buffer.concat(pieces);
}

test('files are found again after a restart; what was not finished, and what is none of ours, is not', async () => {
  const dir = await tempDir();
  const files = await MediaFiles.open({ dir, maxBytes: 1e6 });
  const id = files.newId();
  expect(id).toMatch(/^[0-9a-f]{32}$/);
  expect(await write(files, id, 1234)).toBe(1234);
  await expect(
    files.keep(files.newId(), 'png', async (file) => {
      await file.writeFile('half');
      throw new Error('the disk is full');
    }),
  ).rejects.toThrow('the disk is full');
  expect(readdirSync(join(dir, 'incoming'))).toEqual([]); // the room is needed
  writeFileSync(join(dir, 'incoming', `${files.newId()}.new`), 'half'); // a kill leaves it
  mkdirSync(join(dir, 'files/zz'));
  writeFileSync(join(dir, 'files/zz/passwd.txt'), 'x');
  const again = await MediaFiles.open({ dir, maxBytes: 1e6 });
  expect([again.count, again.bytes, again.find(id)]).toEqual([1, 1234, { format: 'jpeg', bytes: 1234 }]);
  expect((await read(again, id, 1000, 1234)).equals(Buffer.alloc(234, 1))).toBe(true);
  expect(readdirSync(join(dir, 'incoming'))).toEqual([]);
});

test('the same id again, in another format, replaces the file', async () => {
  const dir = await tempDir();
  const files = await MediaFiles.open({ dir, maxBytes: 1e6 });
  const id = files.newId();
  await write(files, id, 100);
  await files.keep(id, 'mp4', (file) => file.writeFile(Buffer.alloc(50)));
  expect([files.count, files.bytes, readdirSync(join(dir, 'files', id.slice(0, 2)))]).toEqual([1, 50, [`${id}.mp4`]]);
});

test('the oldest files go first where the quota asks for it, also at the start, and are counted', async () => {
  const dir = await tempDir();
  const files = await MediaFiles.open({ dir, maxBytes: 1000 });
  const ids = Array.from({ length: 5 }, () => files.newId());
  for (const id of ids) {
    await write(files, id, 300);
    await pause(5); // the order of a restart is that of the files' times
  }
  expect(ids.map((id) => files.find(id) !== undefined)).toEqual([false, false, true, true, true]);
  expect(files.stats).toEqual({ deletedFiles: 2, deletedBytes: 600 });
  expect(existsSync(join(dir, 'files', ids[0].slice(0, 2), `${ids[0]}.jpg`))).toBe(false);
  await expect(read(files, ids[0], 0, 300)).rejects.toThrow('deleted');
  const smaller = await MediaFiles.open({ dir, maxBytes: 650 });
  expect(ids.map((id) => smaller.find(id) !== undefined)).toEqual([false, false, false, true, true]);
  const fewer = await MediaFiles.open({ dir, maxBytes: 1e6, maxFiles: 1 });
  expect([fewer.count, fewer.find(ids[4]) !== undefined]).toEqual([1, true]);
  // The newest stays, however large.
  await write(smaller, ids[0], 5000);
  expect([smaller.count, smaller.bytes]).toEqual([1, 5000]);
});

test.each(['../../etc/passwd', '', 'x', `${'a'.repeat(32)}/..`, 'A'.repeat(32), '\0'])(
  'nothing that was not made here becomes a path: %j',
  async (id) => {
    const files = await MediaFiles.open({ dir: await tempDir(), maxBytes: 1e6 });
    await expect(write(files, id, 1)).rejects.toThrow(RangeError);
    expect(() => files.incoming(id, 'parts')).toThrow(RangeError);
    expect(files.find(id)).toBeUndefined();
  },
);

async function partsOf(file: PartFile): Promise<string[]> {
  const parts: string[] = [];
  for await (const part of file.parts()) parts.push(part.toString());
  return parts;
}

test('parts in any order come back in theirs, whatever tail a crash left', async () => {
  const path = join(await tempDir(), 'x.parts');
  const { file, first } = PartFile.begin(path, 4, { total: 4, whose: 'v1' });
  await file.append([first, { index: 3, bytes: Buffer.from('three') }]);
  await file.append([PartFile.note({ head: 7 }), { index: 1, bytes: Buffer.from('one') }]);
  await file.append([{ index: 4, bytes: Buffer.alloc(3000, 'f') }]);
  expect(await partsOf(file)).toEqual(['one', 'three', 'f'.repeat(3000)]);
  const whole = readFileSync(path);
  for (const cut of [1, 500, 3000, 3011]) {
    writeFileSync(path, whole);
    truncateSync(path, whole.length - cut);
    const found = await PartFile.recover<{ total: number; whose: string }, { head: number }>(path);
    expect(found).toMatchObject({ opening: { whose: 'v1' }, note: { head: 7 } });
    expect(await partsOf(found?.file as PartFile)).toEqual(['one', 'three']);
    // It goes on where the damage began.
    await found?.file.append([{ index: 2, bytes: Buffer.from('two') }]);
    const after = await PartFile.recover<{ total: number }, object>(path);
    expect(await partsOf(after?.file as PartFile)).toEqual(['one', 'two', 'three']);
  }
  writeFileSync(path, whole);
  appendFileSync(path, Buffer.alloc(100, 0xff));
  expect((await PartFile.recover<{ total: number }, object>(path))?.file.has(4)).toBe(true);
  for (const bytes of [Buffer.alloc(0), Buffer.from('nonsense that is long enough for a header')]) {
    writeFileSync(path, bytes);
    expect(await PartFile.recover(path)).toBeNull();
  }
});

test('a part that rots on disk is not passed off as good', async () => {
  const path = join(await tempDir(), 'x.parts');
  const { file, first } = PartFile.begin(path, 1, { total: 1 });
  await file.append([first, { index: 1, bytes: Buffer.from('good bytes') }]);
  const bytes = readFileSync(path);
  bytes[bytes.length - 1] ^= 1;
  writeFileSync(path, bytes);
  await expect(partsOf(file)).rejects.toThrow('part 1 is damaged');
});
