import { spawn } from 'node:child_process';
import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lchownSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  readlinkSync,
  realpathSync,
  renameSync,
  rmdirSync,
  rmSync,
  statfsSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { type Account, canEnter, EmbeddedError, makeOpenDir } from './embedded-binaries.js';

/** Where root keeps a database that its account cannot reach inside the data directory. */
const COMMON_PLACE = '/var/lib/cheji';
/** An empty database takes 50 MB; below this there is no point in starting one. */
const ROOM_BYTES = 256 * 1024 * 1024;
/** A fast shutdown writes what is in memory; on a slow disk that takes a while. */
const STOP_MS = 30_000;
const QUIT_MS = 5_000;

/** No PG* variable of ours may steer the database. */
export const CHILD_ENV = { LC_ALL: 'C', PATH: '/usr/local/bin:/usr/bin:/bin' };

/**
 * Makes the directory where it is missing and sees that the account can use it.
 *
 * @returns its real path, which is elsewhere than `pgData` where the account cannot reach that (a home of mode 700)
 */
export function prepareDir(pgData: string, account: Account | null, say: (line: string) => void): string {
  if (!existsSync(pgData)) {
    mkdirSync(dirname(pgData), { recursive: true, mode: 0o711 });
    checkRoom(dirname(pgData));
    mkdirSync(pgData, { mode: 0o700 });
  }
  let place = realpathSync(pgData);
  own(place, account);
  if (account && !reach(place, account)) {
    place = moveOut(pgData, place, say);
    own(place, account);
  }
  return place;
}

/** True where the account can enter, if need be after the data directory above it, which is ours, lets it through. */
function reach(place: string, account: Account): boolean {
  if (canEnter(place, account)) return true;
  const above = dirname(place);
  const { uid, mode } = statSync(above);
  if (uid === 0) chmodSync(above, (mode & 0o777) | 0o011);
  return canEnter(place, account);
}

/** Puts an empty `pgData` elsewhere and leaves a link. */
function moveOut(pgData: string, place: string, say: (line: string) => void): string {
  const mend = 'give CHEJI_DATA_DIR a place that every account may pass through, or set CHEJI_DATABASE_URL';
  if (readdirSync(place).length > 0) {
    throw new EmbeddedError('no-place', `the database account cannot reach ${place}; ${mend}`);
  }
  const elsewhere = join(COMMON_PLACE, `postgres-${randomBytes(6).toString('hex')}`);
  try {
    makeOpenDir(COMMON_PLACE);
    checkRoom(COMMON_PLACE);
    mkdirSync(elsewhere, { mode: 0o700 });
    if (lstatSync(pgData).isSymbolicLink()) rmSync(pgData);
    else rmdirSync(pgData);
    symlinkSync(elsewhere, pgData);
  } catch (error) {
    if (error instanceof EmbeddedError) throw error;
    const why = (error as Error).message;
    throw new EmbeddedError(
      'no-place',
      `the database account cannot reach ${place}, nor ${elsewhere}: ${why}; ${mend}`,
    );
  }
  say(`the database lives in ${elsewhere}, because its account cannot reach ${pgData}`);
  return elsewhere;
}

/** Throws EmbeddedError 'no-room' where the disk of `dir` cannot take a new database. */
export function checkRoom(dir: string, wanted = ROOM_BYTES): void {
  const { bavail, bsize } = statfsSync(dir);
  const free = bavail * bsize;
  if (free < wanted) {
    throw new EmbeddedError(
      'no-room',
      `${dir}: ${Math.floor(free / 1024 / 1024)} MB free, a new database needs ${Math.ceil(wanted / 1024 / 1024)} MB; ` +
        'free some room or give CHEJI_DATA_DIR a directory on another disk',
    );
  }
}

/** PostgreSQL insists on owning its files. Root gives them to the account, anybody else can only be told. */
function own(place: string, account: Account | null): void {
  const { uid } = statSync(place);
  const wanted = account?.uid ?? process.getuid?.() ?? uid;
  if (account && uid !== wanted) {
    giveTo(place, account);
  } else if (uid !== wanted) {
    throw new EmbeddedError(
      'wrong-owner',
      `${place} belongs to user ${uid}, and this is user ${wanted}; start as that user, or as root, ` +
        `or hand it over: sudo chown -R ${wanted} ${place}`,
    );
  }
  chmodSync(place, 0o700);
}

function giveTo(path: string, account: Account): void {
  lchownSync(path, account.uid, account.gid);
  if (!lstatSync(path).isDirectory()) return;
  for (const name of readdirSync(path)) giveTo(join(path, name), account);
}

/** Makes the database cluster where there is none. Whole or not at all: a kill in between leaves no half of one. */
export async function initCluster(
  bin: string,
  place: string,
  account: Account | null,
  password: string,
  sync: boolean,
): Promise<void> {
  if (existsSync(join(place, 'PG_VERSION'))) return checkVersion(bin, place, account);

  const unfinished = `${place}.new`;
  const passwordFile = `${place}.password`;
  rmSync(unfinished, { recursive: true, force: true });
  rmSync(passwordFile, { force: true });
  try {
    mkdirSync(unfinished, { mode: 0o700 });
    writeFileSync(passwordFile, password, { mode: 0o600 });
    if (account) for (const path of [unfinished, passwordFile]) chownSync(path, account.uid, account.gid);
    const args = ['-D', unfinished, '-U', 'cheji', `--pwfile=${passwordFile}`, '--auth=scram-sha-256'];
    args.push('--encoding=UTF8', '--locale=C', '--data-checksums', ...(sync ? [] : ['--no-sync']));
    const { code, output } = await run(join(bin, 'bin/initdb'), args, account);
    if (code !== 0) throw startFailed('initdb failed', output);
    renameSync(unfinished, place); // replaces the empty directory
  } finally {
    rmSync(passwordFile, { force: true });
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/** Gives the database our password, for a server that is stopped: whoever has the files needs no other right. */
export async function setPassword(
  bin: string,
  place: string,
  account: Account | null,
  password: string,
): Promise<void> {
  const args = ['--single', '-D', place, 'postgres'];
  const sql = `alter role cheji password '${password.replaceAll("'", "''")}'\n`;
  const { code, output } = await run(join(bin, 'bin/postgres'), args, account, sql);
  if (code !== 0) throw startFailed('the password of the database could not be set', output);
}

/** The data of one major version cannot be read by another. */
async function checkVersion(bin: string, place: string, account: Account | null): Promise<void> {
  const data = readFileSync(join(place, 'PG_VERSION'), 'utf8').trim();
  const { output } = await run(join(bin, 'bin/postgres'), ['-V'], account);
  const ours = /(\d+)\.\d+/.exec(output)?.[1];
  if (ours === data) return;
  throw new EmbeddedError(
    'wrong-version',
    `${place} was made by PostgreSQL ${data}, and this version of cheji brings ${ours ?? 'none that runs'}; ` +
      `carry the data over with pg_dumpall of ${data}, or move the directory away to start with an empty database`,
  );
}

/** Stops the server that a killed run of ours left behind, and removes a pid file whose server is gone. */
export async function stopOrphan(place: string, say: (line: string) => void): Promise<void> {
  const file = join(place, 'postmaster.pid');
  if (!existsSync(file)) return;
  const pid = Number(readFileSync(file, 'utf8').split('\n')[0]);
  if (!(pid > 1) || !serves(pid, place)) {
    rmSync(file, { force: true }); // its number may be another program's by now, and then PostgreSQL would refuse
    return;
  }
  say(`stopping the database that an earlier run left behind (process ${pid})`);
  try {
    process.kill(pid, 'SIGINT');
    if (await gone(pid, STOP_MS)) return;
    process.kill(pid, 'SIGQUIT');
    if (await gone(pid, QUIT_MS)) return;
  } catch (error) {
    if ((error as NodeJS.ErrnoException).code === 'ESRCH') return;
    throw new EmbeddedError(
      'wrong-owner',
      `a database of another user serves ${place} (process ${pid}) and cannot be stopped from here; stop it`,
    );
  }
  throw new EmbeddedError('still-running', `the database process ${pid} does not stop; end it: kill -QUIT ${pid}`);
}

/** True where that process is a PostgreSQL server of this directory: servers run inside it. */
function serves(pid: number, place: string): boolean {
  if (!alive(pid)) return false;
  try {
    return readlinkSync(`/proc/${pid}/cwd`) === place;
  } catch (error) {
    // Another user's process, or a system without /proc: better to ask it to stop than to run two on one directory.
    return (error as NodeJS.ErrnoException).code === 'EACCES' || !existsSync('/proc/self');
  }
}

function alive(pid: number): boolean {
  try {
    process.kill(pid, 0);
    return true;
  } catch (error) {
    return (error as NodeJS.ErrnoException).code === 'EPERM';
  }
}

async function gone(pid: number, withinMs: number): Promise<boolean> {
  for (let waited = 0; waited < withinMs; waited += 50) {
    if (!alive(pid)) return true;
    await pause(50);
  }
  return !alive(pid);
}

async function run(
  file: string,
  args: string[],
  account: Account | null,
  input = '',
): Promise<{ code: number | null; output: string }> {
  const child = spawn(file, args, { ...account, cwd: '/', env: CHILD_ENV, stdio: 'pipe' });
  child.stdin.on('error', () => {}); // a program that ended early is told by its code
  child.stdin.end(input);
  let output = '';
  for (const stream of [child.stdout, child.stderr]) stream.setEncoding('utf8').on('data', (text) => (output += text));
  try {
    const [code] = (await once(child, 'close')) as [number | null];
    return { code, output };
  } catch (error) {
    throw startFailed(`${file} does not run here`, `${(error as Error).message} (it needs a system with glibc)`);
  }
}

/** The last words of a program, which say best what is wrong, in one line. */
export function startFailed(what: string, output: string): EmbeddedError {
  const lines = output.split('\n').filter((line) => line.trim() !== '');
  return new EmbeddedError('start-failed', `${what}: ${lines.slice(-4).join(' | ')}`);
}
