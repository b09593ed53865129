import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh directory; whoever makes it removes it. Open to others, for the database of a root user runs as nobody. */
export async function makeTempDir(): Promise<string> {
  const dir = await mkdtemp(join(tmpdir(), 'cheji-test-'));
  await chmod(dir, 0o755);
  return dir;
}

/** A fresh directory that is gone when the test that asked for it ends. */
export async function tempDir(): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
