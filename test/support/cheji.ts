import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, readFileSync } from 'node:fs';
import { rm } from 'node:fs/promises';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { CLI, environment, ROOT, type ServerProcess, startServer } from '../../bench/support/server-process.js';
import { makeTempDir } from './temp-dir.js';

export { ADMIN_KEY, CLI, ROOT, type ServerProcess } from '../../bench/support/server-process.js';

export interface Finished {
  code: number | null;
  stdout: string;
  stderr: string;
}

/** Runs one `cheji` command to its end. `unread`: whoever reads its output has gone before there is any. */
export async function runCheji(
  args: string[],
  options: { env?: Record<string, string>; input?: string; unread?: boolean } = {},
): Promise<Finished> {
  const child = spawn(process.execPath, [CLI, ...args], { cwd: ROOT, env: environment(options.env) });
  if (options.unread) child.stdout.destroy();
  const output = { stdout: '', stderr: '' };
  child.stdout.setEncoding('utf8').on('data', (text: string) => {
    output.stdout += text;
  });
  child.stderr.setEncoding('utf8').on('data', (text: string) => {
    output.stderr += text;
  });
  child.stdin.end(options.input ?? '');
  const [code] = (await once(child, 'close')) as [number | null];
  return { code, ...output };
}

/** A server on free ports and an empty data directory. Whoever starts one ends it: `onTestFinished(() => server.end())`. */
export class TestServer {
  #process: ServerProcess;

  private constructor(process: ServerProcess) {
    this.#process = process;
  }

  /** `dataDir`: an empty directory of the caller's, which is removed with the rest. */
  static async start(env: Record<string, string> = {}, dataDir?: string): Promise<TestServer> {
    dataDir ??= await makeTempDir();
    try {
      return new TestServer(await startServer({ dataDir, env }));
    } catch (error) {
      await removeDataDir(dataDir);
      throw error;
    }
  }

  /** The process that runs now: another one after each restart. */
  get now(): ServerProcess {
    return this.#process;
  }

  async restart(env?: Record<string, string>): Promise<ServerProcess> {
    this.#process = await this.#process.restart(env);
    return this.#process;
  }

  /** Stops it and removes its database and data. */
  async end(): Promise<void> {
    await this.#process.stop();
    await removeDataDir(this.#process.dataDir);
  }
}

async function removeDataDir(dataDir: string): Promise<void> {
  await stopOrphanDatabase(dataDir);
  await rm(dataDir, { recursive: true, force: true });
}

/** Process id of the embedded database that serves `dataDir`, by its pid file; null where there is none. */
export function databasePid(dataDir: string): number | null {
  const file = join(dataDir, 'postgres/postmaster.pid');
  return existsSync(file) ? Number(readFileSync(file, 'utf8').split('\n')[0]) : null;
}

/** Ends the embedded database that a killed server left behind in `dataDir`. */
export async function stopOrphanDatabase(dataDir: string): Promise<void> {
  const pid = databasePid(dataDir);
  if (!pid) return;
  try {
    process.kill(pid, 'SIGINT'); // fast shutdown
    for (let i = 0; i < 100; i++) {
      await pause(100);
      process.kill(pid, 0);
    }
    process.kill(pid, 'SIGKILL');
  } catch {
    // It is gone.
  }
}
