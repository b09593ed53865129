import { randomBytes } from 'node:crypto';
import { chmod, mkdir, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { Client } from 'pg';
import { EmbeddedPostgres } from '../../store/embedded.js';
import { cpuSeconds, processTree } from './proc.js';

/** Databases for a bench: of the server at `url`, or of an embedded one as the product runs it. */
export class BenchDatabases {
  private constructor(
    readonly url: string,
    readonly end: () => Promise<void>,
    readonly embedded?: EmbeddedPostgres,
  ) {}

  static async start(url?: string): Promise<BenchDatabases> {
    if (url) return new BenchDatabases(url, async () => {});
    const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
    await chmod(dir, 0o755); // started by root, the database runs as somebody else
    await mkdir(join(dir, 'keys'));
    const server = await EmbeddedPostgres.start({ dir: join(dir, 'postgres'), keys: join(dir, 'keys') });
    return new BenchDatabases(
      server.url,
      async () => {
        await server.stop();
        await rm(dir, { recursive: true, force: true });
      },
      server,
    );
  }

  /** Processor seconds of the embedded server so far; NaN of another. */
  cpuSeconds(): number {
    if (this.embedded?.pid === undefined) return NaN;
    return processTree(this.embedded.pid).reduce((sum, pid) => sum + cpuSeconds(pid), 0);
  }

  /** An empty database, with TimescaleDB where the server has it; `drop` ends it. */
  async fresh(): Promise<{ url: string; drop(): Promise<void> }> {
    const name = `cheji_bench_${randomBytes(6).toString('hex')}`;
    await on(this.url, `create database ${name}`);
    const url = new URL(this.url);
    url.pathname = name;
    await on(
      url.href,
      `do $$ begin
         if exists (select from pg_available_extensions where name = 'timescaledb') then
           create extension if not exists timescaledb;
         end if;
       end $$`,
    );
    return { url: url.href, drop: () => on(this.url, `drop database ${name} with (force)`) };
  }
}

async function on(url: string, sql: string): Promise<void> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    await client.query(sql);
  } finally {
    await client.end();
  }
}
