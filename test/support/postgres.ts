import { randomBytes } from 'node:crypto';
import { mkdir, rm } from 'node:fs/promises';
import { join } from 'node:path';
import { Client } from 'pg';
import { afterAll, beforeAll, describe, onTestFinished } from 'vitest';
import { EmbeddedPostgres } from '../../store/embedded.js';
import { find, needs } from './needs.js';
import { makeTempDir } from './temp-dir.js';

/** A real server with an empty database for every test that asks. */
export interface DatabaseServer {
  /** URL of a fresh database, with the TimescaleDB extension where the server has it; dropped when the test ends. */
  fresh(): Promise<string>;
}

/** One embedded server for the suite that calls this. Data is safe from nothing: tests throw it away. */
export function embeddedServer(): DatabaseServer {
  let dir: string;
  let server: EmbeddedPostgres;
  beforeAll(async () => {
    dir = await makeTempDir();
    await mkdir(join(dir, 'keys'));
    const settings = { fsync: 'off', full_page_writes: 'off', synchronous_commit: 'off' };
    server = await EmbeddedPostgres.start({ dir: join(dir, 'postgres'), keys: join(dir, 'keys'), settings });
  });
  afterAll(async () => {
    await server?.stop();
    await rm(dir, { recursive: true, force: true });
  });
  return { fresh: () => freshDatabase(server.url) };
}

/** Fresh databases of the server at `url`. */
export function databasesOf(url: string): DatabaseServer {
  return { fresh: () => freshDatabase(url) };
}

/**
 * The same suite on the embedded server, on the one of TEST_PG_URL, plain or TimescaleDB of either edition, and on that of
 * TEST_PG_COMMUNITY_URL where it is set.
 */
export function onEveryServer(name: string, tests: (server: DatabaseServer) => void): void {
  describe(`${name}, embedded`, () => tests(embeddedServer()));
  needs('postgres', `${name}, TEST_PG_URL`, (url) => tests(databasesOf(url)));
  const community = find('community');
  if (community) describe(`${name}, TEST_PG_COMMUNITY_URL`, () => tests(databasesOf(community)));
}

/** Runs on one connection to `url`. */
export async function connected<T>(url: string, work: (db: Client) => Promise<T>): Promise<T> {
  const db = new Client({ connectionString: url });
  await db.connect();
  try {
    return await work(db);
  } finally {
    await db.end();
  }
}

async function freshDatabase(serverUrl: string): Promise<string> {
  const name = `cheji_test_${randomBytes(6).toString('hex')}`;
  await connected(serverUrl, (db) => db.query(`create database ${name}`));
  onTestFinished(async () => {
    await connected(serverUrl, (db) => db.query(`drop database ${name} with (force)`));
  });
  const url = new URL(serverUrl);
  url.pathname = name;
  await connected(url.href, async (db) => {
    const { rows } = await db.query("select from pg_available_extensions where name = 'timescaledb'");
    if (rows.length > 0) await db.query('create extension if not exists timescaledb');
  });
  return url.href;
}
