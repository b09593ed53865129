import { randomBytes } from 'node:crypto';
import { existsSync, readFileSync, renameSync } from 'node:fs';
import { open } from 'node:fs/promises';
import { join } from 'node:path';
import { syncDirNow } from './file-ops.js';

/**
 * The name of the log in `dir`, which the database keeps beside how far it has read: sequence numbers and vehicle
 * numbers mean something only within one log. Made once, at random, and durable before anybody sees it.
 */
export async function logId(dir: string): Promise<string> {
  const path = join(dir, 'log-id');
  if (!existsSync(path)) {
    const file = await open(`${path}.new`, 'w', 0o600);
    await file.writeFile(`${randomBytes(8).toString('hex')}\n`);
    await file.sync();
    await file.close();
    renameSync(`${path}.new`, path);
    syncDirNow(dir);
  }
  return readFileSync(path, 'utf8').trim();
}
