import { spawn, spawnSync } from 'node:child_process';
import { once } from 'node:events';
import {
  chmodSync,
  chownSync,
  existsSync,
  lstatSync,
  mkdirSync,
  readFileSync,
  realpathSync,
  rmSync,
  statSync,
  symlinkSync,
  writeFileSync,
} from 'node:fs';
import { createServer } from 'node:net';
import { dirname, join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, onTestFinished, test } from 'vitest';
import { EmbeddedError, EmbeddedPostgres } from '../../store/embedded.js';
import { chooseAccount, findBinaries, makeLinks } from '../../store/embedded-binaries.js';
import { checkRoom, prepareDir } from '../../store/embedded-dir.js';
import { connected } from '../support/postgres.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { rowsOf } from './writer-support.js';

const PROCESS = fileURLToPath(new URL('../support/fixtures/embedded-process.ts', import.meta.url));
const isRoot = process.getuid?.() === 0;
const settings = { fsync: 'off' };

async function places(): Promise<{ dir: string; keys: string }> {
  const root = await tempDir();
  mkdirSync(join(root, 'keys'), { mode: 0o700 });
  return { dir: join(root, 'postgres'), keys: join(root, 'keys') };
}

async function start(options: { dir: string; keys: string }, said: string[] = []): Promise<EmbeddedPostgres> {
  const server = await EmbeddedPostgres.start({ ...options, settings, say: (line) => said.push(line) });
  onTestFinished(() => server.stop());
  return server;
}

async function errorOf(work: () => unknown): Promise<EmbeddedError> {
  let error: unknown;
  try {
    await work();
  } catch (thrown) {
    error = thrown;
  }
  if (!(error instanceof EmbeddedError)) throw new Error(`not an EmbeddedError: ${error}`);
  expect(error.message).not.toContain('\n');
  return error;
}

const isAlive = (pid: number) => {
  try {
    process.kill(pid, 0);
    return true;
  } catch {
    return false;
  }
};

test('it is made on first use, keeps data and URL, listens on loopback only and is gone after stop', async () => {
  const options = await places();
  const first = await start(options);
  await rowsOf(first.url, 'create table kept as select 1 as one');
  const [server] = await rowsOf(
    first.url,
    `select current_setting('listen_addresses') as listen, current_setting('server_encoding') as encoding,
       current_setting('unix_socket_directories') as sockets, current_setting('fsync') as fsync, pg_postmaster_start_time() as begun,
       (select datcollate from pg_database where datname = current_database()) as locale`,
  );
  expect(server).toMatchObject({ listen: '127.0.0.1', encoding: 'UTF8', sockets: '', fsync: 'off', locale: 'C' });
  expect(first.url).not.toContain(':postgres@');
  await expect(rowsOf(first.url.replace(first.password, 'wrong'), 'select 1')).rejects.toThrow(/password/);
  if (isRoot) expect(statSync(options.dir).uid).not.toBe(0);
  const pid = first.pid as number;
  await first.stop();
  expect(isAlive(pid)).toBe(false);

  const second = await start(options);
  expect(second.url).toBe(first.url);
  expect(await rowsOf(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
});

test('the server of a run that was killed is stopped, and its data is there', async () => {
  const options = await places();
  const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, options.dir, options.keys], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  const [line] = (await once(child.stdout, 'data')) as [Buffer];
  const orphan = Number(line.toString());
  child.kill('SIGKILL');
  await once(child, 'close');
  expect(isAlive(orphan)).toBe(true);

  const said: string[] = [];
  const server = await start(options, said);
  expect(isAlive(orphan)).toBe(false);
  expect(said).toContainEqual(expect.stringContaining(`process ${orphan}`));
  expect(await rowsOf(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a pid file whose number is another program’s by now does not stop it from starting', async () => {
  const options = await places();
  await (await start(options)).stop();
  writeFileSync(join(options.dir, 'postmaster.pid'), `${process.pid}\n${options.dir}\n`, { mode: 0o600 });
  const server = await start(options);
  expect(isAlive(process.pid)).toBe(true);
  expect(await rowsOf(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
});

test('a server that dies is started again under the same URL, with everything that was committed', async () => {
  const said: string[] = [];
  const server = await start(await places(), said);
  await rowsOf(server.url, 'create table kept as select 1 as one');
  process.kill(server.pid as number, 'SIGKILL');
  const rows = await waitFor(
    'the new server',
    () => rowsOf(server.url, 'select one from kept').catch(() => []),
    (found) => found.length > 0,
  );
  expect(rows).toEqual([{ one: 1 }]);
  expect(said).toEqual([expect.stringContaining('SIGKILL')]);
});

test('a stop does not wait for a server that is slow to answer: when it is started again, and when it is started', async () => {
  const options = await places();
  const slow: Record<string, string> = { ...settings };
  const said: string[] = [];
  const server = await EmbeddedPostgres.start({ ...options, settings: slow, say: (line) => said.push(line) });
  const before = server.pid as number;
  // The replay of a long log, of which each piece takes ten minutes to come.
  slow.restore_command = 'sleep 600';
  writeFileSync(join(server.place, 'recovery.signal'), '');
  process.kill(before, 'SIGKILL');
  await waitFor(
    'its successor',
    () => server.pid,
    (pid) => pid !== before,
  );
  const after = server.pid as number;
  await server.stop();
  expect(isAlive(after)).toBe(false);

  const giveUp = new AbortController();
  const starting = EmbeddedPostgres.start({ ...options, settings: slow, signal: giveUp.signal });
  await waitFor('its process', () => existsSync(join(server.place, 'postmaster.pid')), Boolean);
  giveUp.abort();
  await expect(starting).rejects.toMatchObject({ code: 'start-failed' });
  expect(existsSync(join(server.place, 'postmaster.pid'))).toBe(false);
}, 30_000);

test('a port that somebody else took meanwhile is left to them', async () => {
  const options = await places();
  const first = await start(options);
  await first.stop();
  const other = createServer().listen(first.port, '127.0.0.1');
  await once(other, 'listening');
  onTestFinished(() => void other.close());
  const second = await start(options);
  expect(second.port).not.toBe(first.port);
  expect(readFileSync(join(options.dir, 'port'), 'utf8').trim()).toBe(String(second.port));
});

test('what is left of an interrupted first start is cleared away', async () => {
  const options = await places();
  mkdirSync(`${options.dir}.new`);
  writeFileSync(`${options.dir}.new/PG_VERSION`, '17\n');
  writeFileSync(`${options.dir}.password`, 'x');
  const server = await start(options);
  expect(await rowsOf(server.url, 'select 1 as one')).toEqual([{ one: 1 }]);
  expect(existsSync(`${options.dir}.new`)).toBe(false);
  expect(existsSync(`${options.dir}.password`)).toBe(false);
});

test('where the key was lost, the database gets the new one and keeps its data', async () => {
  const options = await places();
  const first = await start(options);
  await rowsOf(first.url, 'create table kept as select 1 as one');
  await first.stop();
  rmSync(join(options.keys, 'postgres.key'));
  const said: string[] = [];
  const second = await start(options, said);
  expect(second.password).not.toBe(first.password);
  expect(said).toEqual([expect.stringContaining('another password')]);
  expect(await rowsOf(second.url, 'select one from kept')).toEqual([{ one: 1 }]);
});

test('data of another major version is told in one line that says what to do', async () => {
  const options = await places();
  await (await start(options)).stop();
  writeFileSync(join(options.dir, 'PG_VERSION'), '16\n');
  const version = await errorOf(() => start(options));
  expect(version).toMatchObject({ code: 'wrong-version' });
  expect(version.message).toMatch(/made by PostgreSQL 16.*brings 17; .*pg_dumpall/);
});

test('a server that cannot start is told with its own last words', async () => {
  const options = { ...(await places()), settings: { ...settings, shared_buffers: '1 cup' } };
  const error = await errorOf(() => EmbeddedPostgres.start(options));
  expect(error).toMatchObject({ code: 'start-failed' });
  expect(error.message).toContain('shared_buffers');
});

test('a directory of another user, a full disk and a platform without binaries are told with what to do', async () => {
  const dir = isRoot ? await tempDir() : '/usr';
  if (isRoot) chownSync(dir, 65534, 65534);
  const owner = await errorOf(() => prepareDir(dir, null, () => {}));
  expect(owner).toMatchObject({ code: 'wrong-owner' });
  expect(owner.message).toMatch(/belongs to user \d+.*chown -R/);

  const room = await errorOf(() => checkRoom(dir, Number.MAX_SAFE_INTEGER));
  expect(room).toMatchObject({ code: 'no-room' });
  expect(room.message).toMatch(/MB free.*CHEJI_DATA_DIR/);

  const { arch } = process;
  Object.defineProperty(process, 'arch', { value: 'sparc' });
  onTestFinished(() => void Object.defineProperty(process, 'arch', { value: arch }));
  const binary = await errorOf(() => findBinaries(null, () => {}));
  expect(binary).toMatchObject({ code: 'no-binary' });
  expect(binary.message).toMatch(/sparc.*CHEJI_DATABASE_URL/);
});

test('library links that an install script did not make are made', async () => {
  const native = await tempDir();
  mkdirSync(join(native, 'lib'));
  writeFileSync(join(native, 'lib/libx.so.60.2'), 'x');
  const links = [{ source: 'native/lib/libx.so.60.2', target: 'native/lib/libx.so.60' }];
  writeFileSync(join(native, 'pg-symlinks.json'), JSON.stringify(links));
  expect(makeLinks(native)).toBe(true);
  expect(readFileSync(join(native, 'lib/libx.so.60'), 'utf8')).toBe('x');
  expect(makeLinks(native)).toBe(true);

  rmSync(join(native, 'lib'), { recursive: true });
  writeFileSync(join(native, 'lib'), 'a file where the folder should be');
  expect(makeLinks(native)).toBe(false);
});

if (isRoot) {
  test('for root it runs as another account, whose way it opens or goes around', async () => {
    // Below a home of mode 700 that is not ours to open: database and programs move.
    const home = await tempDir();
    const root = join(home, 'user/data');
    mkdirSync(join(root, 'keys'), { recursive: true });
    chmodSync(join(home, 'user'), 0o700);
    const said: string[] = [];
    const server = await start({ dir: join(root, 'postgres'), keys: join(root, 'keys') }, said);
    const place = realpathSync(join(root, 'postgres'));
    onTestFinished(() => rmSync(place, { recursive: true, force: true }));
    expect(place).toMatch(/^\/var\/lib\/cheji\/postgres-/);
    expect(said).toEqual([expect.stringContaining(place)]);
    expect(lstatSync(join(root, 'postgres')).isSymbolicLink()).toBe(true);
    await connected(server.url, (db) => db.query('create table kept as select 1 as one'));
    await server.stop();
    const again = await start({ dir: join(root, 'postgres'), keys: join(root, 'keys') }, said);
    expect(await rowsOf(again.url, 'select one from kept')).toEqual([{ one: 1 }]);
    expect(said).toHaveLength(1);
    await again.stop();

    symlinkSync(dirname(findBinaries(null, () => {})), join(home, 'user/package'));
    const account = chooseAccount(join(root, 'postgres'));
    const copy = findBinaries(
      account,
      (line) => said.push(line),
      join(home, 'user/package/native'),
      join(home, 'cache'),
    );
    expect(copy).toMatch(/cache\/postgres-17/);
    expect(lstatSync(join(copy, 'lib/libpq.so.5')).isSymbolicLink()).toBe(true);
    expect(said.at(-1)).toContain(copy);
  });

  test('what root puts elsewhere for that account is open to it, whatever the umask', async () => {
    const home = await tempDir();
    chmodSync(home, 0o755);
    const umask = process.umask(0o077);
    onTestFinished(() => void process.umask(umask));
    // As npm leaves a package under this umask.
    mkdirSync(join(home, 'package/native/bin'), { recursive: true });
    writeFileSync(join(home, 'package/native/bin/postgres'), '#!/bin/sh\necho runs', { mode: 0o700 });
    writeFileSync(join(home, 'package/native/bin/postgres.bki'), 'read by all', { mode: 0o600 });
    writeFileSync(join(home, 'package/package.json'), '{"version":"0.0.1"}');
    const account = { uid: 65_534, gid: 65_534 };
    const copy = findBinaries(account, () => {}, join(home, 'package/native'), join(home, 'cache/deep'));
    const ran = spawnSync(join(copy, 'bin/postgres'), { ...account, cwd: '/', encoding: 'utf8' });
    expect(ran.stdout).toBe('runs\n');
    expect(statSync(join(copy, 'bin/postgres.bki')).mode & 0o777).toBe(0o644);
    expect(statSync(join(home, 'package')).mode & 0o777).toBe(0o700);
  });
}
