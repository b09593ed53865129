import {
  close as closeFile,
  closeSync,
  existsSync,
  fdatasync,
  fsyncSync,
  ftruncate,
  mkdirSync,
  open,
  openSync,
  unlink,
  writev,
} from 'node:fs';
import { open as openHandle } from 'node:fs/promises';
import { dirname, resolve } from 'node:path';

/** The file operations that a log's durability rests on, behind a small face so that tests can make each of them fail. */
export interface FileOps {
  /** Opens a new file for writing; rejects with EEXIST where there is one. */
  create(path: string): Promise<number>;
  /** Resolves to the bytes written, which may be fewer than given. */
  writev(fd: number, parts: readonly Uint8Array[], position: number): Promise<number>;
  fdatasync(fd: number): Promise<void>;
  ftruncate(fd: number, bytes: number): Promise<void>;
  close(fd: number): Promise<void>;
  unlink(path: string): Promise<void>;
  /** Makes the names of new and deleted files durable. */
  syncDir(dir: string): Promise<void>;
}

export const realFiles: FileOps = {
  create: (path) =>
    new Promise((resolve, reject) => open(path, 'wx', 0o640, (error, fd) => (error ? reject(error) : resolve(fd)))),
  writev: (fd, parts, position) =>
    new Promise((resolve, reject) =>
      writev(fd, parts, position, (error, written) => (error ? reject(error) : resolve(written))),
    ),
  fdatasync: (fd) => new Promise((resolve, reject) => fdatasync(fd, settle(resolve, reject))),
  ftruncate: (fd, bytes) => new Promise((resolve, reject) => ftruncate(fd, bytes, settle(resolve, reject))),
  close: (fd) => new Promise((resolve, reject) => closeFile(fd, settle(resolve, reject))),
  unlink: (path) => new Promise((resolve, reject) => unlink(path, settle(resolve, reject))),
  async syncDir(dir) {
    const handle = await openHandle(dir, 'r');
    try {
      await handle.sync();
    } finally {
      await handle.close();
    }
  },
};

/** The same, at once: for start-up. */
export function syncDirNow(dir: string): void {
  const fd = openSync(dir, 'r');
  try {
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
}

/**
 * Makes a folder and those above it where they are missing, at once: for start-up. Throws the system's error where one cannot be made;
 * Node's own recursive way asks again for ever where the folder above is there and takes none, as in /proc.
 */
export function makeFolders(path: string, mode?: number): void {
  const folder = resolve(path);
  if (existsSync(folder)) return;
  makeFolders(dirname(folder), mode);
  try {
    mkdirSync(folder, { mode });
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EEXIST') throw error; // somebody else was faster
  }
}

function settle(resolve: () => void, reject: (error: Error) => void) {
  return (error: Error | null | undefined) => (error ? reject(error) : resolve());
}
