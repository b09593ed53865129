import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { type ServerProcess, startServer } from './server-process.js';

/** A directory of its own for as long as it is used. */
async function withDirectory<T>(use: (dir: string) => Promise<T>): Promise<T> {
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  try {
    await chmod(dir, 0o755); // started by root, the database runs as somebody else
    return await use(dir);
  } finally {
    await rm(dir, { recursive: true, force: true });
  }
}

/** A server on an empty data directory for as long as it is used. */
export function withServer<T>(env: Record<string, string>, use: (server: ServerProcess) => Promise<T>): Promise<T> {
  return withDirectory(async (dataDir) => {
    const server = await startServer({ dataDir, env });
    try {
      return await use(server);
    } finally {
      await server.stop();
    }
  });
}
