import { spawnSync } from 'node:child_process';
import { chmod, mkdir, open, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';
import { tempDir } from './temp-dir.js';

const MIB = 1024 * 1024;

/** True where this process may mount a file system: root, and not in a container that forbids it. */
export function canMount(): boolean {
  return process.getuid?.() === 0 && spawnSync('unshare', ['-m', 'mount', '-t', 'tmpfs', 'tmpfs', '/mnt']).status === 0;
}

/** A file system of its own, of so many MiB, until the test ends. */
export class SmallDisk {
  private constructor(readonly dir: string) {}

  static async mounted(mib: number): Promise<SmallDisk> {
    const dir = join(await tempDir(), 'disk');
    await mkdir(dir);
    const { status, stderr } = spawnSync('mount', ['-t', 'tmpfs', '-o', `size=${mib}m`, 'tmpfs', dir]);
    if (status !== 0) throw new Error(`mount: ${stderr}`);
    // Lazily: a server that is still going down may have a file open.
    onTestFinished(() => void spawnSync('umount', ['-l', dir]));
    await chmod(dir, 0o755);
    return new SmallDisk(dir);
  }

  /** Takes all the room that there is, to the last byte; answers how many that were. */
  async fill(): Promise<number> {
    const file = await open(join(this.dir, 'ballast'), 'w');
    let bytes = 0;
    try {
      for (let piece = MIB; piece >= 1; ) {
        const written = await file.write(Buffer.alloc(piece)).then(
          ({ bytesWritten }) => bytesWritten,
          () => 0,
        );
        bytes += written;
        if (written < piece) piece = Math.floor(piece / 2);
      }
    } finally {
      await file.close();
    }
    return bytes;
  }

  /** Gives the room back. */
  async empty(): Promise<void> {
    await rm(join(this.dir, 'ballast'), { force: true });
  }
}
