import { createHash } from 'node:crypto';
import { readdir, readFile } from 'node:fs/promises';
import { setTimeout as pause } from 'node:timers/promises';
import type { ClientBase, QueryConfig } from 'pg';
import { backoffMs, sqlState } from './db.js';
import { VIEWS } from './views.js';

export interface Migration {
  number: number;
  /** File name, such as `001-tracks.sql`. */
  name: string;
  sql: string;
}

/** A database that must not be migrated; the message says why and what to do. */
export class MigrationError extends Error {
  readonly code = 'bad-migration';
}

/** Advisory lock that all of our processes take while they migrate: 'cheji' in ASCII. */
const LOCK = 0x6368656a69;
const LOCK_NOT_AVAILABLE = '55P03';
const LOCK_ATTEMPTS = 30;
/** The client's patience with one statement, ms: an index over years takes as long as it takes. A day, because 0 is the connection's own. */
const STATEMENT_MS = 86_400_000;

/** The migrations beside this file, in order of their numbers. */
export async function loadMigrations(dir = new URL('./migrations/', import.meta.url)): Promise<Migration[]> {
  const names = (await readdir(dir)).filter((name) => name.endsWith('.sql')).sort();
  return Promise.all(
    names.map(async (name, i) => {
      const number = Number(/^(\d{3})-/.exec(name)?.[1]);
      if (number !== i + 1) throw new MigrationError(`${name}: migrations are numbered 001, 002 … without gaps`);
      return { number, name, sql: await readFile(new URL(name, dir), 'utf8') };
    }),
  );
}

/**
 * Brings the schema up to date, one transaction per migration, while no other process does. A database that is ahead of
 * this program is left as it is, its views too: schemas change in steps that the version before still works with.
 *
 * @returns names of the migrations that were run now
 * @throws MigrationError where a migration that was run is not the one we have
 */
export async function migrate(db: ClientBase, migrations: readonly Migration[]): Promise<string[]> {
  await db.query('select pg_advisory_lock($1)', [LOCK]);
  try {
    // Asked first: `if not exists` prints a notice into the server's log at every start.
    const { rows: known } = await db.query("select to_regclass('schema_migrations') as found");
    if (known[0].found === null) await db.query(SCHEMA_MIGRATIONS);
    const { rows } = await db.query<{ number: number; checksum: string }>(
      'select number, checksum from schema_migrations',
    );
    const done = new Map(rows.map((row) => [row.number, row.checksum]));
    const run: string[] = [];
    for (const migration of migrations) {
      const checksum = checksumOf(migration.sql);
      const before = done.get(migration.number);
      if (before === checksum) continue;
      if (before !== undefined) {
        throw new MigrationError(
          `migration ${migration.name} is not the one that this database was made with; ` +
            'run the version of cheji that made it, or start with an empty database',
        );
      }
      await withLockTimeout(db, async () => {
        const statement: QueryConfig & { query_timeout: number } = { text: migration.sql, query_timeout: STATEMENT_MS };
        await db.query(statement);
        await db.query('insert into schema_migrations (number, name, checksum) values ($1, $2, $3)', [
          migration.number,
          migration.name,
          checksum,
        ]);
      });
      run.push(migration.name);
    }
    if (Math.max(...done.keys()) <= migrations.length) await refreshViews(db);
    return run;
  } finally {
    await db.query('select pg_advisory_unlock($1)', [LOCK]).catch(() => {}); // the lock ends with the connection anyway
  }
}

/** Makes the views anew where this program's are others than those that are there; the comment on each tells. */
async function refreshViews(db: ClientBase): Promise<void> {
  // Before the tables are there (a test's migrations) there is nothing to look at.
  const { rows } = await db.query<{ found: string[] }>(
    `select array(select obj_description(to_regclass(name)) from unnest($1::text[]) with ordinality as v (name, place)
                  order by place) as found where to_regclass('positions_late') is not null`,
    [VIEWS.map(({ name }) => name)],
  );
  if (rows.length === 0 || VIEWS.every(({ sql }, i) => rows[0].found[i] === checksumOf(sql))) return;
  await withLockTimeout(db, async () => {
    for (const { name } of VIEWS.toReversed()) await db.query(`drop view if exists ${name}`);
    for (const { name, sql } of VIEWS) {
      await db.query(sql);
      await db.query(`comment on view ${name} is '${checksumOf(sql)}'`);
    }
  });
}

function checksumOf(text: string): string {
  return createHash('sha256').update(text).digest('hex');
}

const SCHEMA_MIGRATIONS = `create table schema_migrations (
  number integer primary key,
  name text not null,
  checksum text not null,
  applied_at timestamptz not null default now()
)`;

/** One transaction that waits at most 1 s for a lock, so that ingest behind it is not held up longer, and tries again. */
export async function withLockTimeout(db: ClientBase, work: () => Promise<void>): Promise<void> {
  for (let attempt = 0; ; attempt++) {
    try {
      await db.query('begin');
      await db.query("set local lock_timeout = '1s'");
      await db.query('set local statement_timeout = 0');
      await work();
      await db.query('commit');
      return;
    } catch (error) {
      await db.query('rollback').catch(() => {}); // a lost connection has rolled back by itself
      if (sqlState(error) !== LOCK_NOT_AVAILABLE || attempt === LOCK_ATTEMPTS) throw error;
      await pause(Math.min(backoffMs(attempt), 2_000));
    }
  }
}
