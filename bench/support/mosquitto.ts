import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync, writeFileSync } from 'node:fs';
import { connect } from 'node:net';
import { userInfo } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { freePort } from './free-ports.js';

const PLACES = ['/usr/sbin/mosquitto', '/usr/local/sbin/mosquitto', '/opt/homebrew/sbin/mosquitto'];
const READY_MS = 20_000;

export interface Mosquitto {
  readonly port: number;
  readonly pid: number;
  /** Ends it: SIGTERM lets it save its sessions, SIGKILL does not. */
  stop(signal?: NodeJS.Signals): Promise<void>;
  /** Starts it again on the same port and files. */
  start(): Promise<void>;
}

export function mosquittoPath(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/**
 * A Mosquitto of one's own, its files in `dir`: as docs/mqtt.md asks for, with any number of messages in flight and queued, and
 * sessions on disk. `lines` are added to its configuration, in place of the open listener where they bring one.
 */
export async function startMosquitto(options: { dir: string; lines?: string[] }): Promise<Mosquitto> {
  const path = mosquittoPath();
  if (path === undefined) throw new Error('no Mosquitto on this machine; apt-get install mosquitto');
  const port = await freePort();
  const { dir, lines = [] } = options;
  const file = join(dir, 'mosquitto.conf');
  writeFileSync(
    file,
    [
      `listener ${port} 127.0.0.1`,
      ...(lines.some((line) => line.startsWith('allow_anonymous')) ? [] : ['allow_anonymous true']),
      'set_tcp_nodelay true',
      'max_inflight_messages 0',
      'max_queued_messages 0',
      'persistence true',
      `persistence_location ${dir}/`,
      'autosave_interval 1',
      'log_type error',
      `user ${userInfo().username}`, // started by root it would become somebody who cannot write here
      ...lines,
      '',
    ].join('\n'),
  );
  let child: ChildProcess | null = null;
  const broker: Mosquitto = {
    port,
    get pid() {
      return child?.pid as number;
    },
    async start() {
      child = spawn(path, ['-c', file], { stdio: ['ignore', 'ignore', 'pipe'] });
      let said = '';
      child.stderr?.setEncoding('utf8').on('data', (text: string) => {
        said = (said + text).slice(-2000);
      });
      await listening(port, child, () => said);
    },
    async stop(signal = 'SIGTERM') {
      if (child === null || child.exitCode !== null || child.signalCode !== null) return;
      const gone = once(child, 'close');
      child.kill(signal);
      await gone;
    },
  };
  await broker.start();
  return broker;
}

async function listening(port: number, child: ChildProcess, said: () => string): Promise<void> {
  const deadline = performance.now() + READY_MS;
  for (;;) {
    const socket = connect({ port, host: '127.0.0.1' });
    const outcome = await Promise.race([once(socket, 'connect'), once(socket, 'error')]).catch(() => null);
    socket.destroy();
    if (outcome !== null && outcome.length === 0) return;
    if (child.exitCode !== null) throw new Error(`mosquitto ended with ${child.exitCode}: ${said()}`);
    if (performance.now() > deadline) throw new Error(`mosquitto did not listen within ${READY_MS} ms`);
    await pause(20);
  }
}
