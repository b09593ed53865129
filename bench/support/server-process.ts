import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { dirname, join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePorts } from './free-ports.js';

/** The folder of package.json, whether this runs from the sources or from dist/. */
export const ROOT = findRoot(import.meta.dirname);
/** What `npm run build` made. */
export const CLI = join(ROOT, 'dist/cli/cheji.js');
export const ADMIN_KEY = 'key-of-benches-and-tests-32-chars';
const READY_MS = 60_000;

export interface ServerProcess {
  readonly dataDir: string;
  readonly url: string;
  readonly httpPort: number;
  readonly jt808Port: number;
  readonly pid: number;
  /** Milliseconds from spawn to the first 200 of /readyz. */
  readonly readyMs: number;
  /** Everything it has printed. */
  readonly output: string;
  /** GET, or `method`, with the admin key; the body as JSON where it is JSON. `body` goes as JSON, a string as it is. */
  api<T = unknown>(path: string, init?: { method?: string; body?: unknown }): Promise<{ status: number; body: T }>;
  /** SIGTERM, and the exit code. */
  stop(): Promise<number | null>;
  /** SIGKILL: it gets no last word. */
  kill(): Promise<void>;
  /** Starts it again, after `stop` or `kill`, on the same ports and data. */
  restart(env?: Record<string, string>): Promise<ServerProcess>;
}

/** Spawns `cheji serve` on free ports with its data in `dataDir`, and waits until it is ready. */
export async function startServer(options: { dataDir: string; env?: Record<string, string> }): Promise<ServerProcess> {
  const [httpPort, jt808Port] = await freePorts(2);
  return launch(options.dataDir, {
    CHEJI_HTTP_PORT: String(httpPort),
    CHEJI_JT808_PORT: String(jt808Port),
    CHEJI_ADMIN_KEY: ADMIN_KEY,
    CHEJI_LOG_LEVEL: 'warn',
    ...options.env,
  });
}

/** The environment without the settings of whoever runs this, and with `env`. */
export function environment(env: Record<string, string> = {}): Record<string, string> {
  const others = Object.entries(process.env).filter(([name]) => !name.startsWith('CHEJI_'));
  // Fixed ports that a test does not ask for would meet those of the tests beside it.
  return {
    ...(Object.fromEntries(others) as Record<string, string>),
    CHEJI_JT905_PORT: '0',
    CHEJI_MQTT_PORT: '0',
    ...env,
  };
}

async function launch(dataDir: string, env: Record<string, string>): Promise<ServerProcess> {
  const started = performance.now();
  const child = spawn(process.execPath, [CLI, 'serve'], {
    cwd: ROOT,
    env: environment({ ...env, CHEJI_DATA_DIR: dataDir }),
    stdio: ['ignore', 'pipe', 'pipe'],
  });
  const log = { text: '' };
  for (const stream of [child.stdout, child.stderr]) {
    stream.setEncoding('utf8').on('data', (text: string) => {
      log.text += text;
    });
  }
  const url = `http://127.0.0.1:${env.CHEJI_HTTP_PORT}`;
  await waitUntilReady(child, url, log);
  const readyMs = performance.now() - started;

  const end = async (signal: NodeJS.Signals): Promise<number | null> => {
    if (child.exitCode === null && child.signalCode === null) {
      const gone = once(child, 'close');
      child.kill(signal);
      await gone;
    }
    return child.exitCode;
  };
  return {
    dataDir,
    url,
    httpPort: Number(env.CHEJI_HTTP_PORT),
    jt808Port: Number(env.CHEJI_JT808_PORT),
    pid: child.pid as number,
    readyMs,
    get output() {
      return log.text;
    },
    api: (path, init) => request(url + path, env.CHEJI_ADMIN_KEY, init),
    stop: () => end('SIGTERM'),
    kill: async () => {
      await end('SIGKILL');
    },
    restart: async (more) => {
      await end('SIGTERM');
      return launch(dataDir, { ...env, ...more });
    },
  };
}

async function waitUntilReady(child: ChildProcess, url: string, log: { text: string }): Promise<void> {
  const deadline = performance.now() + READY_MS;
  while (performance.now() < deadline) {
    if (child.exitCode !== null) throw new Error(`cheji serve ended with ${child.exitCode}:\n${log.text}`);
    const ready = await fetch(`${url}/readyz`).catch(() => null);
    await ready?.arrayBuffer();
    if (ready?.status === 200) return;
    await pause(50);
  }
  child.kill('SIGKILL');
  throw new Error(`cheji serve was not ready within ${READY_MS} ms:\n${log.text}`);
}

async function request<T>(
  url: string,
  key: string,
  init: { method?: string; body?: unknown } = {},
): Promise<{ status: number; body: T }> {
  const body = typeof init.body === 'string' || init.body === undefined ? init.body : JSON.stringify(init.body);
  const response = await fetch(url, {
    method: init.method ?? (body === undefined ? 'GET' : 'POST'),
    headers: { authorization: `Bearer ${key}`, ...(body === undefined ? {} : { 'content-type': 'application/json' }) },
    body,
  });
  const text = await response.text();
  const json = response.headers.get('content-type')?.includes('json');
  return { status: response.status, body: (json ? JSON.parse(text) : text) as T };
}

function findRoot(folder: string): string {
  return existsSync(join(folder, 'package.json')) ? folder : findRoot(dirname(folder));
}
