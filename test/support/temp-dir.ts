import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { onTestFinished } from 'vitest';

/** A fresh directory; whoever makes it removes it. */
export function makeTempDir(): Promise<string> {
  return mkdtemp(join(tmpdir(), 'cheji-test-'));
}

/** A fresh directory that is gone when the test that asked for it ends. */
export async function tempDir(): Promise<string> {
  const dir = await makeTempDir();
  onTestFinished(() => rm(dir, { recursive: true, force: true }));
  return dir;
}
