import { readFile, rename, stat, writeFile } from 'node:fs/promises';

/** How far the import of a file has come. What is behind it is durable; what is before it may be, and does no harm again. */
export interface ImportMark {
  /** Of the file: a mark for another of the same name does not count. */
  bytes: number;
  mtimeMs: number;
  /** The last line that is done. */
  line: number;
  taken: number;
  refused: number;
  /** What the report of refused lines had then: what stands behind it comes again. */
  reportBytes: number;
}

/** From the beginning where there is no mark, or it is of another file or torn. */
export async function readMark(path: string, file: string): Promise<ImportMark> {
  const { size: bytes, mtimeMs } = await stat(file);
  const fresh = { bytes, mtimeMs, line: 0, taken: 0, refused: 0, reportBytes: 0 };
  try {
    const mark = JSON.parse(await readFile(path, 'utf8')) as ImportMark;
    return mark.bytes === bytes && mark.mtimeMs === mtimeMs ? mark : fresh;
  } catch {
    return fresh;
  }
}

export async function writeMark(path: string, mark: ImportMark): Promise<void> {
  await writeFile(`${path}.new`, JSON.stringify(mark));
  await rename(`${path}.new`, path);
}

/** True where the file is still the one that the mark is of. */
export async function isSame(mark: ImportMark, file: string): Promise<boolean> {
  const { size, mtimeMs } = await stat(file);
  return size === mark.bytes && mtimeMs === mark.mtimeMs;
}
