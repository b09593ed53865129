import type { ClientBase } from 'pg';

export interface TableSize {
  name: string;
  /** With indexes. */
  bytes: number;
  /** As the server estimates it; exact after it has analyzed the table. */
  rows: number;
}

export interface StoreSizes {
  positions: TableSize & {
    /** RFC 3339; null where there is none. */
    oldest: string | null;
    newest: string | null;
    /** Partitions or chunks. */
    parts: number;
    /** Size before compression ÷ size after, of the chunks that are compressed; null where none is. */
    compression: number | null;
  };
  /** The other tables, largest first. */
  others: TableSize[];
  totalBytes: number;
}

/** What the tables take on the database's disk. */
export async function storeSizes(db: ClientBase): Promise<StoreSizes> {
  const hypertable = await isHypertable(db);
  const { rows } = await db.query<{ parts: number; bytes: string; rows: string }>(hypertable ? CHUNKS : PARTITIONS);
  const { rows: ends } = await db.query<{ oldest: Date | null; newest: Date | null }>(
    'select min(time) as oldest, max(time) as newest from positions',
  );
  const { rows: tables } = await db.query<{ name: string; bytes: string; rows: string }>(TABLES);
  const { rows: total } = await db.query<{ bytes: string }>('select pg_database_size(current_database()) as bytes');
  return {
    positions: {
      name: 'positions',
      bytes: Number(rows[0].bytes),
      rows: Number(rows[0].rows),
      parts: rows[0].parts,
      oldest: ends[0].oldest?.toISOString() ?? null,
      newest: ends[0].newest?.toISOString() ?? null,
      compression: hypertable ? await compression(db) : null,
    },
    others: tables.map(({ name, bytes, rows }) => ({ name, bytes: Number(bytes), rows: Number(rows) })),
    totalBytes: Number(total[0].bytes),
  };
}

async function isHypertable(db: ClientBase): Promise<boolean> {
  const { rows } = await db.query(
    "select relkind <> 'p' as hypertable from pg_class where oid = 'positions'::regclass",
  );
  return rows[0].hypertable;
}

/** The Apache edition has the function, and says that it may not be used (0A000). */
async function compression(db: ClientBase): Promise<number | null> {
  try {
    const { rows } = await db.query<{ ratio: number | null }>(
      `select sum(before_compression_total_bytes)::double precision / nullif(sum(after_compression_total_bytes), 0) as ratio
       from hypertable_compression_stats('positions')`,
    );
    return rows[0]?.ratio ?? null;
  } catch {
    return null;
  }
}

const PARTITIONS = `
  select count(*)::integer as parts, coalesce(sum(pg_total_relation_size(inhrelid)), 0) as bytes,
    coalesce(sum(greatest(reltuples, 0)), 0) as rows
  from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'positions'::regclass`;

const CHUNKS = `
  select (select count(*)::integer from timescaledb_information.chunks where hypertable_name = 'positions') as parts,
    hypertable_size('positions') as bytes, approximate_row_count('positions') as rows`;

const TABLES = `
  select relname as name, pg_total_relation_size(oid) as bytes, greatest(reltuples, 0)::bigint as rows
  from pg_class
  where relkind = 'r' and relnamespace = current_schema()::regnamespace and not relispartition
  order by pg_total_relation_size(oid) desc`;
