import type { Client } from 'pg';
import { explain, sqlState, writerClient } from './db.js';
import { detectEdition, OLDEST_SERVER } from './edition.js';

export interface DatabaseCheck {
  check: 'reachable' | 'version' | 'extension' | 'rights' | 'encoding' | 'schema';
  /** `warning`: it works, with less. */
  outcome: 'ok' | 'warning' | 'broken';
  detail: string;
  /** What to do; '' where nothing is to be done. */
  mend: string;
}

/** What stands in the way of using this database, or how well it serves. Changes nothing. */
export async function checkDatabaseUrl(url: string): Promise<DatabaseCheck[]> {
  const db = writerClient(url);
  db.on('error', () => {}); // the query under way rejects with it
  try {
    await db.connect();
  } catch (error) {
    return [broken('reachable', explain(error), mendConnection(error))];
  }
  try {
    const { rows } = await db.query("select current_database() as name, current_setting('server_version') as version");
    const reached = ok('reachable', `${rows[0].name} on PostgreSQL ${rows[0].version}`);
    return [reached, await version(db), await extension(db), await rights(db), await encoding(db), await schema(db)];
  } catch (error) {
    return [broken('reachable', explain(error), 'see the log of the database server')];
  } finally {
    await db.end().catch(() => {});
  }
}

async function version(db: Client): Promise<DatabaseCheck> {
  const { rows } = await db.query("select current_setting('server_version_num')::integer as number");
  const major = Math.floor(rows[0].number / 10_000);
  return major >= OLDEST_SERVER
    ? ok('version', `PostgreSQL ${major}`)
    : broken('version', `PostgreSQL ${major} is too old`, `use PostgreSQL ${OLDEST_SERVER} or newer`);
}

async function extension(db: Client): Promise<DatabaseCheck> {
  const edition = await detectEdition(db);
  if (edition.extension !== null && edition.name === 'plain') {
    return warning(
      'extension',
      `TimescaleDB ${edition.extension} is in this database since after its tables: tracks are a partition per day`,
      'nothing has to be done; for a hypertable start with an empty database that has the extension',
    );
  }
  if (edition.extension !== null) {
    const [major, minor] = edition.extension.split('.').map(Number);
    const licence = edition.name === 'timescaledb-community' ? 'Community' : 'Apache';
    // create_hypertable(…, by_range(…)) came with 2.13.
    return major > 2 || (major === 2 && minor >= 13)
      ? ok('extension', `TimescaleDB ${edition.extension}, ${licence} edition: tracks are a hypertable`)
      : broken('extension', `TimescaleDB ${edition.extension} is too old`, 'alter extension timescaledb update');
  }
  if (!edition.extensionAvailable) return ok('extension', 'no TimescaleDB: tracks are a partition per day');
  return warning(
    'extension',
    'TimescaleDB is on the server but not in this database: tracks are a partition per day',
    'run `create extension timescaledb` before the first start, if you want a hypertable',
  );
}

async function rights(db: Client): Promise<DatabaseCheck> {
  const { rows } = await db.query(
    "select current_user as name, current_schema() as schema, has_schema_privilege(current_schema(), 'create') as may_create",
  );
  const { name, schema, may_create } = rows[0];
  if (may_create) return ok('rights', `${name} may create tables in ${schema}`);
  return broken(
    'rights',
    `${name} may not create tables`,
    `grant all on schema ${schema ?? 'public'} to ${name}, or make it the owner of the database`,
  );
}

async function encoding(db: Client): Promise<DatabaseCheck> {
  const { rows } = await db.query('show server_encoding');
  const name = rows[0].server_encoding;
  return name === 'UTF8'
    ? ok('encoding', name)
    : broken('encoding', `${name} cannot hold every plate`, "create database … template template0 encoding 'UTF8'");
}

async function schema(db: Client): Promise<DatabaseCheck> {
  const { rows: found } = await db.query("select to_regclass('schema_migrations') as migrations");
  if (found[0].migrations === null) return ok('schema', 'empty: tables are made at the first start');
  const { rows } = await db.query('select coalesce(max(number), 0) as number from schema_migrations');
  return ok('schema', `migrated to ${String(rows[0].number).padStart(3, '0')}`);
}

function mendConnection(error: unknown): string {
  const state = sqlState(error);
  if (state.startsWith('28')) return 'correct user and password in CHEJI_DATABASE_URL, or pg_hba.conf of the server';
  if (state === '3D000') return 'create the database that CHEJI_DATABASE_URL names';
  if (state.startsWith('53')) return 'the server has no connection left: raise its max_connections';
  return 'start the database, or correct host and port in CHEJI_DATABASE_URL';
}

function ok(check: DatabaseCheck['check'], detail: string): DatabaseCheck {
  return { check, outcome: 'ok', detail, mend: '' };
}

function warning(check: DatabaseCheck['check'], detail: string, mend: string): DatabaseCheck {
  return { check, outcome: 'warning', detail, mend };
}

function broken(check: DatabaseCheck['check'], detail: string, mend: string): DatabaseCheck {
  return { check, outcome: 'broken', detail, mend };
}
