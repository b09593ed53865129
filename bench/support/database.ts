import { Client } from 'pg';

export { embeddedUrl } from '../../store/embedded-url.js';

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
