import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { setTimeout as pause } from 'node:timers/promises';

const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];
const READY_MS = 20_000;

export function redisPath(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/** A redis-server of one's own that keeps nothing on disk: killed, it has forgotten everything. Whoever starts it ends it. */
export class RedisServer {
  #child: ChildProcess | null = null;

  /** `dir` is empty; `options` as on its command line, in words, behind those of ours. */
  constructor(
    readonly port: number,
    readonly dir: string,
    readonly options: readonly string[] = [],
  ) {}

  get pid(): number {
    return this.#child?.pid as number;
  }

  /** Resolves once it answers; again after `kill`, on the same port and files. */
  async start(): Promise<void> {
    const path = redisPath();
    if (path === undefined) throw new Error('no Redis on this machine; apt-get install redis-server');
    const usual = `--port ${this.port} --bind 127.0.0.1 --appendonly no`.split(' ');
    const args = [...usual, '--save', '', '--dir', this.dir, ...this.options];
    const child = spawn(path, args, { stdio: ['ignore', 'pipe', 'ignore'] });
    let said = '';
    child.stdout.setEncoding('utf8').on('data', (text: string) => {
      said = (said + text).slice(-2000);
    });
    this.#child = child;
    for (const deadline = performance.now() + READY_MS; ; await pause(20)) {
      // Also where it wants a password first, or TLS: then it listens.
      if ((await this.ask('PING').catch(() => null)) !== null) return;
      if (child.exitCode !== null) throw new Error(`redis-server ended with ${child.exitCode}: ${said}`);
      if (performance.now() > deadline) throw new Error(`redis-server did not listen within ${READY_MS} ms`);
    }
  }

  /** Without SIGCONT after it, SIGSTOP makes it hang: it takes connections and never answers. */
  signal(signal: 'SIGSTOP' | 'SIGCONT'): void {
    this.#child?.kill(signal);
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null || child.signalCode !== null) return;
    const gone = once(child, 'exit');
    child.kill('SIGKILL');
    await gone;
  }

  /** The beginning of what it answers to a command in one line; '' where it hangs up. */
  ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('close', () => resolve(''));
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.write(`${line}\r\n`);
    });
  }
}
