import { embeddedUrl, query } from '../../bench/support/database.js';

export { countPositions, embeddedUrl, query } from '../../bench/support/database.js';

/** Every fix that the embedded database of a data directory has, as `vehicle epochMs`. */
export async function storedFixes(dataDir: string): Promise<Set<string>> {
  const rows = await query<{ fix: string }>(
    embeddedUrl(dataDir),
    `select v.id || ' ' || (extract(epoch from p.time) * 1000)::bigint as fix from positions p join vehicles v using (vehicle_no)`,
  );
  return new Set(rows.map(({ fix }) => fix));
}
