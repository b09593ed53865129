import { readFileSync } from 'node:fs';
import { join } from 'node:path';
import { Client } from 'pg';

/** The URL of the embedded database that serves `dataDir`, from its own files. */
export function embeddedUrl(dataDir: string): string {
  // Fourth line of the pid file: the port (PostgreSQL manual, postmaster.pid).
  const port = readFileSync(join(dataDir, 'postgres/postmaster.pid'), 'utf8').split('\n')[3];
  const password = readFileSync(join(dataDir, 'keys/postgres.key'), 'utf8').trim();
  return `postgres://cheji:${password}@127.0.0.1:${port}/cheji`;
}

/** One question on a connection of its own. */
export async function query<T extends object>(url: string, sql: string, values: unknown[] = []): Promise<T[]> {
  const client = new Client({ connectionString: url });
  await client.connect();
  try {
    return (await client.query<T>(sql, values)).rows;
  } finally {
    await client.end();
  }
}

/** Rows of `positions`, and how many different (vehicle, time) are among them. */
export async function countPositions(url: string): Promise<{ rows: number; distinct: number }> {
  const [counts] = await query<{ rows: number; distinct: number }>(
    url,
    'select count(*)::int as rows, count(distinct (vehicle_no, time))::int as distinct from positions',
  );
  return counts;
}
