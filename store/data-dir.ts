import { randomBytes } from 'node:crypto';
import {
  chmodSync,
  closeSync,
  existsSync,
  fsyncSync,
  openSync,
  readFileSync,
  renameSync,
  rmSync,
  writeFileSync,
  writeSync,
} from 'node:fs';
import { join, resolve } from 'node:path';
import { makeFolders } from './file-ops.js';

/** The places inside the data directory; the only file that knows their names. */
export interface DataDir {
  root: string;
  spool: string;
  alerts: string;
  checkpoints: string;
  postgres: string;
  media: string;
  /** How far receivers of alerts are, and what they would not take. */
  deliveries: string;
  keys: string;
  /** Gives the directory free for another process. */
  release(): void;
}

/** The directory cannot be used; the message says why and what to do. */
export class DataDirError extends Error {
  readonly code = 'bad-data-dir';
}

/**
 * Makes the directory and its parts where they are missing and takes it for this process: two writers on one log would
 * destroy it. A process that was killed leaves its lock behind; it is recognised by the owner's being gone.
 */
export function openDataDir(dir: string): DataDir {
  const root = resolve(dir);
  const at = (name: string) => join(root, name);
  const parts = {
    spool: at('spool'),
    alerts: at('alerts'),
    checkpoints: at('checkpoints'),
    postgres: at('postgres'),
    media: at('media'),
    deliveries: at('deliveries'),
  };
  try {
    // 0711: the embedded database may run as another user and must reach its own folder, and nothing else.
    makeFolders(root, 0o711);
    for (const folder of [parts.spool, parts.alerts, parts.checkpoints, parts.media, parts.deliveries, at('keys')])
      makeFolders(folder, 0o700);
    chmodSync(at('keys'), 0o700);
  } catch (error) {
    throw new DataDirError(
      `data directory ${root}: ${(error as Error).message}; give CHEJI_DATA_DIR a directory that this user may make and write`,
    );
  }
  const lock = at('lock');
  const owner = existsSync(lock) ? readFileSync(lock, 'utf8').trim() : '';
  const [pid] = owner.split(' ');
  if (owner && Number(pid) !== process.pid && processMark(Number(pid)) === owner) {
    throw new DataDirError(
      `data directory ${root} is in use by process ${pid}; stop it, or set another CHEJI_DATA_DIR`,
    );
  }
  writeFileSync(lock, processMark(process.pid) ?? '');
  return { root, ...parts, keys: at('keys'), release: () => rmSync(lock, { force: true }) };
}

/**
 * A secret of the installation, kept in a file that only this user reads; made on first use, whole or not at all: what is
 * derived from it must outlive a loss of power. Throws DataDirError where the file holds something too short to be one.
 */
export function secretFile(keys: string, name: string): string {
  const file = join(keys, name);
  if (existsSync(file)) {
    const secret = readFileSync(file, 'utf8').trim();
    if (secret.length >= MIN_SECRET_LENGTH) return secret;
    throw new DataDirError(`${file}: too short for a secret; restore it from a copy, or delete it to get a new one`);
  }
  const secret = randomBytes(24).toString('base64url');
  const fd = openSync(`${file}.new`, 'w', 0o600);
  try {
    writeSync(fd, `${secret}\n`);
    fsyncSync(fd);
  } finally {
    closeSync(fd);
  }
  renameSync(`${file}.new`, file);
  return secret;
}

const MIN_SECRET_LENGTH = 16;

/** Process number and start time, so that a number used again is not taken for its former owner; null where it is gone. */
function processMark(pid: number): string | null {
  try {
    process.kill(pid, 0);
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code !== 'EPERM') return null;
  }
  try {
    // Field 22 of /proc/<pid>/stat, counted behind the command name, which may hold spaces.
    const stat = readFileSync(`/proc/${pid}/stat`, 'utf8');
    return `${pid} ${stat.slice(stat.lastIndexOf(')') + 2).split(' ')[19]}`;
  } catch {
    return `${pid}`; // no /proc (macOS): the number alone must do
  }
}
