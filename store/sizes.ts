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
    /** Of the chunks that are compressed; null where none is. */
    compression: Compression | null;
  };
  /** RFC 3339: when the oldest alert began, and the oldest act of the audit was; null where there is none. */
  oldestAlert: string | null;
  oldestAct: string | null;
  /** The other tables, largest first. */
  others: TableSize[];
  totalBytes: number;
}

export interface Compression {
  parts: number;
  rows: number;
  /** Size before ÷ size after, with indexes. */
  ratio: number;
  /** After. */
  bytesPerFix: number;
}

/** What the tables take on the database's disk. */
export async function storeSizes(db: ClientBase): Promise<StoreSizes> {
  const hypertable = await isHypertable(db);
  const { rows } = await db.query<{ parts: number; bytes: string; rows: string }>(hypertable ? CHUNKS : PARTITIONS);
  const { rows: ends } = await db.query<{ oldest: Date | null; newest: Date | null }>(
    'select min(time) as oldest, max(time) as newest from all_positions',
  );
  const { rows: records } = await db.query<{ alert: Date | null; act: Date | null }>(
    'select (select min(occurred_at) from alerts) as alert, (select min(at) from audit) as act',
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
    oldestAlert: records[0].alert?.toISOString() ?? null,
    oldestAct: records[0].act?.toISOString() ?? null,
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

async function compression(db: ClientBase): Promise<Compression | null> {
  const { rows } = await db.query<{ parts: number; rows: string; before: string; after: string }>(COMPRESSED);
  const [rowCount, before, after] = [rows[0].rows, rows[0].before, rows[0].after].map(Number);
  if (rowCount === 0) return null;
  return { parts: rows[0].parts, rows: rowCount, ratio: before / after, bytesPerFix: after / rowCount };
}

const PARTITIONS = `
  select count(*)::integer as parts, coalesce(sum(pg_total_relation_size(inhrelid)), 0) as bytes,
    coalesce(sum(greatest(reltuples, 0)), 0) as rows
  from pg_inherits join pg_class on pg_class.oid = inhrelid where inhparent = 'positions'::regclass`;

/** Of the hypertable's compressed chunks; every edition has the tables, and the functions over them say less. */
const COMPRESSION_SIZES = `
  from _timescaledb_catalog.compression_chunk_size s
  join _timescaledb_catalog.chunk c on c.id = s.chunk_id
  join _timescaledb_catalog.hypertable h on h.id = c.hypertable_id
  where h.table_name = 'positions' and h.schema_name = current_schema()`;

const COMPRESSED = `
  select count(*)::integer as parts, coalesce(sum(numrows_pre_compression), 0) as rows,
    coalesce(sum(uncompressed_heap_size + uncompressed_toast_size + uncompressed_index_size), 0) as before,
    coalesce(sum(compressed_heap_size + compressed_toast_size + compressed_index_size), 0) as after
  ${COMPRESSION_SIZES}`;

/** The server's own estimate of rows knows nothing of those that are compressed, until something analyzes them. */
const CHUNKS = `
  select count(*)::integer as parts, hypertable_size('positions') as bytes,
    coalesce(sum(greatest(reltuples, 0)) filter (where not is_compressed), 0) +
      (select coalesce(sum(numrows_pre_compression), 0) ${COMPRESSION_SIZES}) as rows
  from timescaledb_information.chunks
  join pg_class on pg_class.oid = format('%I.%I', chunk_schema, chunk_name)::regclass
  where hypertable_name = 'positions' and hypertable_schema = current_schema()`;

const TABLES = `
  select relname as name, pg_total_relation_size(oid) as bytes, greatest(reltuples, 0)::bigint as rows
  from pg_class
  where relkind = 'r' and relnamespace = current_schema()::regnamespace and not relispartition
  order by pg_total_relation_size(oid) desc`;
