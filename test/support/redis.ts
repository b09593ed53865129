import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { existsSync } from 'node:fs';
import { connect } from 'node:net';
import { onTestFinished } from 'vitest';
import { freePort } from './free-port.js';
import { tempDir } from './temp-dir.js';
import { waitFor } from './wait-for.js';

const PLACES = ['/usr/bin/redis-server', '/usr/local/bin/redis-server', '/opt/homebrew/bin/redis-server'];

export function redisPath(): string | undefined {
  return PLACES.find((path) => existsSync(path));
}

/**
 * A Redis of one's own that keeps nothing on disk: killed, it has forgotten everything. Ends with the test. As a cluster it is
 * one node that has all slots.
 */
export class TestRedis {
  #child: ChildProcess | null = null;

  private constructor(
    readonly port: number,
    readonly dir: string,
    readonly busPort: number | null,
  ) {}

  static async start({ cluster = false } = {}): Promise<TestRedis> {
    const redis = new TestRedis(await freePort(), await tempDir(), cluster ? await freePort() : null);
    onTestFinished(() => redis.kill());
    await redis.start();
    if (cluster) {
      await redis.#ask('CLUSTER ADDSLOTSRANGE 0 16383');
      await waitFor(
        'the cluster',
        () => redis.#ask('CLUSTER INFO'),
        (info) => info.includes('cluster_state:ok'),
      );
    }
    return redis;
  }

  get url(): string {
    return `redis://127.0.0.1:${this.port}${this.busPort === null ? '' : '?cluster=yes'}`;
  }

  async start(): Promise<void> {
    const options = [
      '--port',
      `${this.port}`,
      '--bind',
      '127.0.0.1',
      '--save',
      '',
      '--appendonly',
      'no',
      '--dir',
      this.dir,
      ...(this.busPort === null
        ? []
        : ['--cluster-enabled', 'yes', '--cluster-port', `${this.busPort}`, '--cluster-announce-ip', '127.0.0.1']),
    ];
    this.#child = spawn(redisPath() as string, options, { stdio: 'ignore' });
    await waitFor(
      'redis',
      () => this.#ask('PING').catch(() => ''),
      (answer) => answer !== '',
      { everyMs: 20 },
    );
  }

  async kill(): Promise<void> {
    const child = this.#child;
    this.#child = null;
    if (!child || child.exitCode !== null) return;
    child.kill('SIGKILL');
    await once(child, 'exit');
  }

  /** The beginning of what it answers to a line. */
  #ask(line: string): Promise<string> {
    return new Promise((resolve, reject) => {
      const socket = connect(this.port, '127.0.0.1');
      socket.once('error', reject);
      socket.once('data', (data) => {
        socket.destroy();
        resolve(data.toString());
      });
      socket.write(`${line}\r\n`);
    });
  }
}
