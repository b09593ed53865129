import { readFileSync } from 'node:fs';
import { join } from 'node:path';

/** The URL of the embedded database that serves `dataDir` now, from its own files. Throws where none is running. */
export function embeddedUrl(dataDir: string): string {
  // Fourth line of the pid file: the port (PostgreSQL manual, postmaster.pid).
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(dataDir, 'keys/postgres.key'), 'utf8').trim();
  return `postgres://cheji:${password}@127.0.0.1:${port}/cheji`;
}
