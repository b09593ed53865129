import { execFileSync, spawn } from 'node:child_process';
import { cpSync, mkdirSync, readFileSync, symlinkSync } from 'node:fs';
import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './support/free-ports.js';
import { memoryMiB, processTree } from './support/proc.js';
import { environment, ROOT } from './support/server-process.js';

export const name = 'start';
export const describe =
  '`npm start` in a clean clone after `npm ci`: seconds until ready, memory at rest with the database';

const LIMIT_MS = 120_000;
const REST_MS = 15_000;

export async function run(): Promise<object> {
  const clone = await mkdtemp(join(tmpdir(), 'cheji-clone-'));
  try {
    await chmod(clone, 0o755); // started by root, the database runs as somebody else
    copyTracked(clone);
    symlinkSync(join(ROOT, 'node_modules'), join(clone, 'node_modules'));
    const [httpPort, jt808Port] = await freePorts(2);
    const started = performance.now();
    const npm = spawn('npm', ['start'], {
      cwd: clone,
      env: environment({
        CHEJI_HTTP_PORT: String(httpPort),
        CHEJI_JT808_PORT: String(jt808Port),
        CHEJI_LOG_LEVEL: 'warn',
      }),
      stdio: ['ignore', 'ignore', 'inherit'],
    });
    const gone = new Promise((done) => npm.once('close', done));
    while (!(await isReady(httpPort))) {
      if (npm.exitCode !== null) throw new Error(`npm start ended with ${npm.exitCode}`);
      if (performance.now() - started > LIMIT_MS) throw new Error(`not ready after ${LIMIT_MS / 1000} s`);
      await pause(50);
    }
    const readySeconds = Math.round((performance.now() - started) / 100) / 10;
    await pause(REST_MS);
    const server = processTree(npm.pid as number).find(isServer) as number; // npm and its shell are not the system
    const processes = processTree(server);
    const memory = Math.round(memoryMiB(processes));
    console.log(`ready ${readySeconds} s after npm start, build included`);
    console.log(
      `${memory} MiB at rest after ${REST_MS / 1000} s, ${processes.length} processes with the database (sum of PSS)`,
    );
    process.kill(server, 'SIGTERM');
    await gone;
    return { readySeconds, memoryMiB: memory };
  } finally {
    await rm(clone, { recursive: true, force: true });
  }
}

/** What a clone would hold. */
function copyTracked(to: string): void {
  const files = execFileSync('git', ['ls-files', '-z'], { cwd: ROOT, encoding: 'utf8' }).split('\0').filter(Boolean);
  for (const file of files) {
    mkdirSync(join(to, dirname(file)), { recursive: true });
    cpSync(join(ROOT, file), join(to, file));
  }
}

function isServer(pid: number): boolean {
  const [program, script] = readFileSync(`/proc/${pid}/cmdline`, 'utf8').split('\0');
  return program.endsWith('node') && script.endsWith('cli/cheji.js');
}

async function isReady(port: number): Promise<boolean> {
  const answer = await fetch(`http://127.0.0.1:${port}/readyz`).catch(() => null);
  await answer?.arrayBuffer();
  return answer?.status === 200;
}
