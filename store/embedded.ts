import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { closeSync, existsSync, openSync, readFileSync, renameSync, statSync, writeFileSync } from 'node:fs';
import { createServer } from 'node:net';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { Client } from 'pg';
import { secretFile } from './data-dir.js';
import { backoffMs, explain, sqlState } from './db.js';
import { type Account, chooseAccount, EmbeddedError, findBinaries } from './embedded-binaries.js';
import { CHILD_ENV, initCluster, prepareDir, setPassword, startFailed, stopOrphan } from './embedded-dir.js';

export { EmbeddedError } from './embedded-binaries.js';

export interface EmbeddedOptions {
  /** Folder of the database itself (`<dataDir>/postgres`). */
  dir: string;
  /** Folder of the generated password (`<dataDir>/keys`). */
  keys: string;
  /** Told in one line each: a place other than `dir`, an orphan that was stopped, a restart. */
  say?: (line: string) => void;
  /** Server settings in place of ours, by their PostgreSQL names. */
  settings?: Record<string, string>;
  /** Gives up a start that is under way: after a crash it may take minutes. */
  signal?: AbortSignal;
}

/** Small, quiet and safe: about 60 MB at rest, nothing beyond loopback, every commit on disk. */
const SETTINGS: Record<string, string> = {
  listen_addresses: '127.0.0.1',
  unix_socket_directories: '',
  shared_buffers: '48MB',
  max_connections: '40',
  // A month of tracks is 31 partitions with an index each, and every query locks them all.
  max_locks_per_transaction: '512',
  max_wal_size: '1GB',
  max_parallel_workers_per_gather: '0',
  max_logical_replication_workers: '0',
  jit: 'off',
  timezone: 'UTC',
  log_timezone: 'UTC',
  // The writer meets refused rows by design and tells them itself; what is left is start, stop and crash.
  log_min_messages: 'fatal',
  log_checkpoints: 'off',
};

const START_ATTEMPTS = 5;
/** After a crash the server replays up to max_wal_size before it answers. */
const READY_MS = 600_000;
const STOP_MS = 20_000;
const LOG_BYTES = 1024 * 1024;
const DATABASE = 'cheji';
const NO_DATABASE = '3D000';
const WRONG_PASSWORD = '28P01';

/**
 * The PostgreSQL that comes with the package, as a child process in our data directory: made on first use, restarted
 * when it dies, stopped with us. `EmbeddedPostgres.start` resolves when it answers, and rejects with EmbeddedError.
 */
export class EmbeddedPostgres {
  #child: ChildProcess | null = null;
  #stopping = false;
  #restarts: Promise<void> = Promise.resolve();
  /** Node is going down without `stop`: a fast shutdown is asked for, and the server ends by itself. */
  readonly #onExit = () => this.#child?.kill('SIGINT');

  private constructor(
    readonly port: number,
    readonly password: string,
    /** Where the data really is. */
    readonly place: string,
    readonly bin: string,
    readonly account: Account | null,
    readonly options: EmbeddedOptions,
  ) {}

  /** For every program on this machine, and for people: it holds the password. */
  get url(): string {
    return this.#url(DATABASE);
  }

  get pid(): number | undefined {
    return this.#child?.pid;
  }

  static async start(options: EmbeddedOptions): Promise<EmbeddedPostgres> {
    const say = options.say ?? (() => {});
    const account = chooseAccount(options.dir);
    const bin = findBinaries(account, say);
    const place = prepareDir(options.dir, account, say);
    const password = secretFile(options.keys, 'postgres.key');
    await initCluster(bin, place, account, password, options.settings?.fsync !== 'off');
    await stopOrphan(place, say);
    const port = await choosePort(join(place, 'port'));

    const postgres = new EmbeddedPostgres(port, password, place, bin, account, options);
    process.on('exit', postgres.#onExit);
    const giveUp = () => void postgres.stop();
    options.signal?.addEventListener('abort', giveUp);
    try {
      options.signal?.throwIfAborted();
      await postgres.#launchPatiently().catch(async (error) => {
        if (sqlState(error) !== WRONG_PASSWORD) throw error;
        say(`the database had another password than ${join(options.keys, 'postgres.key')}; it gets that one`);
        await setPassword(bin, place, account, password);
        await postgres.#launchPatiently();
      });
      await postgres.#makeDatabase();
    } catch (error) {
      await postgres.stop();
      throw error;
    } finally {
      options.signal?.removeEventListener('abort', giveUp);
    }
    return postgres;
  }

  /** Fast shutdown: what runs is rolled back, what is committed stays. Resolves when the process is gone. */
  async stop(): Promise<void> {
    this.#stopping = true;
    process.off('exit', this.#onExit);
    if (this.#child) await this.#end(this.#child); // a restart that waits for its answer hears that it ends
    await this.#restarts;
    if (this.#child) await this.#end(this.#child);
  }

  async #end(child: ChildProcess): Promise<void> {
    if (child.exitCode !== null || child.signalCode !== null) return;
    const exited = once(child, 'exit');
    child.kill('SIGINT');
    const late = setTimeout(() => child.kill('SIGQUIT'), STOP_MS);
    await exited;
    clearTimeout(late);
  }

  #url(database: string): string {
    return `postgres://cheji:${encodeURIComponent(this.password)}@127.0.0.1:${this.port}/${database}`;
  }

  /** A start can fail for a moment: the port is still held, or children of a killed server are still going. */
  async #launchPatiently(): Promise<void> {
    for (let attempt = 0; ; attempt++) {
      try {
        return await this.#launch();
      } catch (error) {
        const passing = error instanceof EmbeddedError && error.code === 'start-failed';
        if (this.#stopping || !passing || attempt + 1 === START_ATTEMPTS) throw error;
        await pause(backoffMs(attempt));
      }
    }
  }

  async #launch(): Promise<void> {
    const logFile = join(this.place, 'server.log');
    if (existsSync(logFile) && statSync(logFile).size > LOG_BYTES) renameSync(logFile, `${logFile}.1`);
    const log = openSync(logFile, 'a', 0o600);
    const logStart = statSync(logFile).size;
    const settings = { ...SETTINGS, ...this.options.settings, port: String(this.port) };
    const flags = Object.entries(settings).flatMap(([name, value]) => ['-c', `${name}=${value}`]);
    const child = spawn(join(this.bin, 'bin/postgres'), ['-D', this.place, ...flags], {
      ...this.account,
      cwd: '/',
      env: CHILD_ENV,
      stdio: ['ignore', log, log],
      // Its own process group: Ctrl-C in a terminal is for us, and we stop it when the last rows are in.
      detached: true,
    });
    closeSync(log);
    child.unref();
    this.#child = child;
    const failed = new Promise<never>((_, reject) => {
      child.once('error', (error) => reject(startFailed('the database does not run here', error.message)));
      child.once('exit', () =>
        reject(startFailed('the database did not start', readFileSync(logFile, 'latin1').slice(logStart))),
      );
    });
    try {
      await Promise.race([this.#answers(child), failed]);
    } catch (error) {
      await this.#end(child);
      throw error;
    }
    child.once('exit', (code, signal) => {
      if (!this.#stopping) this.#restarts = this.#restart(signal ?? `code ${code}`);
    });
  }

  async #answers(child: ChildProcess): Promise<void> {
    const deadline = performance.now() + READY_MS;
    while (child.exitCode === null && child.signalCode === null) {
      try {
        return await this.#ask('postgres', 'select 1');
      } catch (error) {
        if (sqlState(error) === WRONG_PASSWORD) throw error;
        if (performance.now() > deadline) throw startFailed('the database does not answer', explain(error));
      }
      await pause(25);
    }
  }

  async #makeDatabase(): Promise<void> {
    try {
      await this.#ask(DATABASE, 'select 1');
    } catch (error) {
      if (sqlState(error) !== NO_DATABASE) throw error;
      await this.#ask('postgres', `create database ${DATABASE}`);
    }
  }

  async #ask(database: string, sql: string): Promise<void> {
    const client = new Client({ connectionString: this.#url(database) });
    client.on('error', () => {}); // the query's own rejection tells it
    try {
      await client.connect();
      await client.query(sql);
    } finally {
      await client.end().catch(() => {});
    }
  }

  /** Whoever uses the URL finds the server away, waits and comes back. */
  async #restart(why: string): Promise<void> {
    const say = this.options.say ?? (() => {});
    for (let attempt = 0; !this.#stopping; attempt++) {
      say(`the database ended by itself (${why}), starting it again`);
      await pause(backoffMs(attempt));
      if (this.#stopping) return;
      try {
        await this.#launch();
        return;
      } catch (error) {
        why = explain(error);
      }
    }
  }
}

/** The port of last time, so that the URL stays the same, or another free one. */
async function choosePort(file: string): Promise<number> {
  const before = existsSync(file) ? Number(readFileSync(file, 'utf8')) : 0;
  const port = (before > 0 && before < 65_536 && (await listenOnce(before))) || (await listenOnce(0));
  if (port === null) throw new EmbeddedError('start-failed', 'no free port on 127.0.0.1 for the database');
  if (port !== before) writeFileSync(file, `${port}\n`, { mode: 0o600 });
  return port;
}

function listenOnce(port: number): Promise<number | null> {
  return new Promise((resolve) => {
    const server = createServer();
    server.once('error', () => resolve(null));
    server.listen(port, '127.0.0.1', () => {
      const { port: got } = server.address() as { port: number };
      server.close(() => resolve(got));
    });
  });
}
