import { setCompression } from '../../store/compression.js';
import { writerClient } from '../../store/db.js';
import { describeEdition, detectEdition } from '../../store/edition.js';
import { loadMigrations, migrate } from '../../store/migrate.js';
import { type Compression, storeSizes } from '../../store/sizes.js';
import type { BenchDatabases } from './bench-database.js';
import { copyFleet } from './load-fleet.js';

/** A vehicle's day, because that is what a compressed row is made of: one fix every 30 s. */
const FIXES_PER_DAY = 2880;

export interface FixBytes {
  edition: string;
  fixes: number;
  /** As rows, with indexes. */
  bytesPerFix: number;
  /** The same day compressed; null where the edition cannot. */
  compressed: Compression | null;
}

/** What a day of `vehicles` takes on the database's disk, and compressed where the edition can. */
export async function bytesPerFix(databases: BenchDatabases, vehicles: number): Promise<FixBytes> {
  const { url, drop } = await databases.fresh();
  const db = writerClient(url);
  await db.connect();
  try {
    const edition = await detectEdition(db);
    await migrate(db, await loadMigrations());
    const fixes = vehicles * FIXES_PER_DAY;
    await copyFleet(db, vehicles, fixes);
    await db.query('vacuum analyze positions');
    const asRows = (await storeSizes(db)).positions.bytes / fixes;
    let compressed: Compression | null = null;
    if (edition.name === 'timescaledb-community') {
      await setCompression(db, 1);
      await db.query("select compress_chunk(chunk, if_not_compressed => true) from show_chunks('positions') as chunk");
      compressed = (await storeSizes(db)).positions.compression;
    }
    return { edition: describeEdition(edition), fixes, bytesPerFix: asRows, compressed };
  } finally {
    await db.end();
    await drop();
  }
}

export function describeBytes({ edition, fixes, bytesPerFix, compressed }: FixBytes): string {
  const small = compressed
    ? `; compressed ${compressed.bytesPerFix.toFixed(1)}, to 1/${compressed.ratio.toFixed(1)}`
    : '';
  return `${edition}: ${fixes} fixes of a day take ${bytesPerFix.toFixed(0)} bytes each with indexes${small}`;
}
