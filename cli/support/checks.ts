import { accessSync, constants, existsSync, statfsSync, statSync } from 'node:fs';
import { createServer } from 'node:net';
import { dirname, resolve } from 'node:path';
import { fileURLToPath } from 'node:url';
import { localUrl } from '../../config/local-url.js';
import type { Settings } from '../../config.js';

export type Outcome = 'ok' | 'warning' | 'broken';

export interface Check {
  name: string;
  outcome: Outcome;
  /** What was found. */
  found: string;
  /** What to do about it; '' where all is well. */
  mend: string;
}

const GIB = 2 ** 30;
/** Below this the system soon refuses input. */
const LEAST_ROOM = GIB;
/** An hour of a hundred thousand vehicles, and a day of rows. */
const GOOD_ROOM = 20 * GIB;

export function checkNode(version = process.versions.node): Check {
  const [major, minor] = version.split('.').map(Number);
  const good = (major === 20 && minor >= 19) || (major === 22 && minor >= 12) || major > 22;
  return result(
    'node',
    good ? 'ok' : 'broken',
    `Node.js ${version}`,
    'install Node.js 20.19 or later, or 22.12 or later',
  );
}

/** HTTP and WebSocket come as native code that must fit this Node and this C library. */
export async function checkNative(): Promise<Check> {
  try {
    await import('uWebSockets.js');
    return result('native code', 'ok', `uWebSockets.js for ${process.platform} ${process.arch}`, '');
  } catch (error) {
    return result(
      'native code',
      'broken',
      firstLine(error),
      'use Node.js 20 or 22 on Linux with glibc (Debian, Ubuntu, RHEL; not Alpine), macOS or Windows, and run npm ci again',
    );
  }
}

export function checkDataDir(dataDir: string): Check {
  const folder = resolve(dataDir);
  // What does not exist yet will be made inside the nearest folder that does.
  let existing = folder;
  while (!existsSync(existing)) existing = dirname(existing);
  try {
    accessSync(existing, constants.W_OK | constants.X_OK);
    if (!statSync(existing).isDirectory()) throw new Error('it is a file');
  } catch (error) {
    return result(
      'data directory',
      'broken',
      `${folder}: ${firstLine(error)}`,
      'make it writable, or set CHEJI_DATA_DIR',
    );
  }
  const { bavail, bsize } = statfsSync(existing);
  const free = bavail * bsize;
  const outcome = free < LEAST_ROOM ? 'broken' : free < GOOD_ROOM ? 'warning' : 'ok';
  return result(
    'data directory',
    outcome,
    `${folder}: ${(free / GIB).toFixed(1)} GiB free`,
    `make room (${GOOD_ROOM / GIB} GiB is a good start), or set CHEJI_DATA_DIR to a larger disk`,
  );
}

/** A port is fine where it is free, and where cheji itself is what listens there. */
export async function checkPorts(settings: Settings): Promise<Check[]> {
  const running = await answersAsCheji(settings);
  const checks: Check[] = [];
  for (const [key, host, port] of [
    ['CHEJI_HTTP_PORT', settings.httpHost, settings.httpPort],
    ['CHEJI_JT808_PORT', settings.tcpHost, settings.jt808Port],
    ['CHEJI_JT905_PORT', settings.tcpHost, settings.jt905Port],
    ['CHEJI_AIS_PORT', settings.tcpHost, settings.aisPort],
    ['CHEJI_MQTT_PORT', settings.tcpHost, settings.mqttUrl === null ? settings.mqttPort : 0],
    ['CHEJI_ATTACHMENT_PORT', settings.tcpHost, settings.attachmentPort],
  ] as const) {
    if (port === 0 || (settings.role === 'api' && key !== 'CHEJI_HTTP_PORT')) continue;
    const fault = running ? null : await listenFault(host, port);
    const found = running ? `${host}:${port}: cheji is running there` : `${host}:${port}: ${fault ?? 'free'}`;
    checks.push(result(key, fault ? 'broken' : 'ok', found, `end what uses it, or set ${key} to another port`));
  }
  return checks;
}

/** A clock that is behind the files of this program is certainly wrong, and every fix would be judged by it. */
export function checkClock(now = Date.now()): Check {
  const installed = statSync(fileURLToPath(import.meta.url)).mtimeMs;
  const good = now > installed - 86_400_000;
  return result(
    'clock',
    good ? 'ok' : 'broken',
    `${new Date(now).toISOString()}${good ? '' : `, before this program was installed (${new Date(installed).toISOString()})`}`,
    'set the clock, and keep it right with chrony or systemd-timesyncd',
  );
}

export function result(name: string, outcome: Outcome, found: string, mend: string): Check {
  return { name, outcome, found, mend: outcome === 'ok' ? '' : mend };
}

export function firstLine(error: unknown): string {
  return (error instanceof Error ? error.message : String(error)).split('\n')[0];
}

async function answersAsCheji({ httpHost, httpPort }: Settings): Promise<boolean> {
  try {
    const answer = await fetch(`${localUrl(httpHost, httpPort)}/livez`, { signal: AbortSignal.timeout(2000) });
    return ((await answer.json()) as { alive?: unknown }).alive === true;
  } catch {
    return false; // nobody, or another program
  }
}

/** Why nothing can listen there; null where it can. */
function listenFault(host: string, port: number): Promise<string | null> {
  return new Promise((done) => {
    const server = createServer();
    server.once('error', (error: NodeJS.ErrnoException) =>
      done(error.code === 'EADDRINUSE' ? 'in use' : error.message),
    );
    server.listen(port, host, () => server.close(() => done(null)));
  });
}
