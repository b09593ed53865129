import fc from 'fast-check';
import { expect, test } from 'vitest';
import { checkDatabaseUrl } from '../../store/check-database.js';
import { backoffMs, explain, isRefusal, openPool } from '../../store/db.js';
import { jsonText } from '../../store/json-text.js';
import { loadMigrations, migrate } from '../../store/migrate.js';
import { freePort } from '../support/free-port.js';
import { connected, embeddedServer, onEveryServer } from '../support/postgres.js';

test('waits double from 0.2 s to 30 s, each a quarter shorter or longer', () => {
  expect([0, 1, 2, 7, 8, 100].map((attempt) => backoffMs(attempt, () => 0.5))).toEqual([
    200, 400, 800, 25_600, 30_000, 30_000,
  ]);
  expect(backoffMs(0, () => 0)).toBe(150);
  expect(backoffMs(100, () => 1)).toBe(37_500);
});

test('an error of several addresses is told with each of them', () => {
  const error = new AggregateError([
    new Error('connect ECONNREFUSED ::1'),
    new Error('connect ECONNREFUSED 127.0.0.1'),
  ]);
  expect(explain(error)).toBe('connect ECONNREFUSED ::1; connect ECONNREFUSED 127.0.0.1');
});

onEveryServer('the pool', (server) => {
  test('commits wait for the disk as the server has it, or not at all', async () => {
    const url = await server.fresh();
    const question = "select current_setting('synchronous_commit') as commits";
    const { rows: usual } = await connected(url, (db) => db.query(question));
    for (const [flushedCommits, commits] of [
      [true, usual[0].commits],
      [false, 'off'],
    ]) {
      const pool = openPool(url, () => {}, { flushedCommits });
      expect((await pool.query(question)).rows).toEqual([{ commits }]);
      await pool.end();
    }
  });
});

onEveryServer('the server’s errors', (server) => {
  test('what can never be stored is told from what passes', async () => {
    const url = await server.fresh();
    const errorOf = (sql: string) => connected(url, (db) => db.query(sql)).then(fail, (error) => error);
    const fail = () => {
      throw new Error('the server took it');
    };
    await connected(url, (db) => db.query('create table small (n smallint not null check (n > 0), t text unique)'));
    for (const refused of [
      'insert into small values (99999)',
      'insert into small values (null)',
      'insert into small values (-1)',
      'select 1 / 0',
      "insert into small values (1, (select string_agg(md5(i::text), '') from generate_series(1, 5000) as i))",
    ]) {
      expect([refused, isRefusal(await errorOf(refused))]).toEqual([refused, true]);
    }
    for (const passing of [
      'select n from missing',
      "set statement_timeout = '10ms'; select pg_sleep(1)",
      'set transaction_read_only = on; create table t (n int)',
      'select pg_terminate_backend(pg_backend_pid())',
    ]) {
      expect([passing, isRefusal(await errorOf(passing))]).toEqual([passing, false]);
    }
  });

  test('JSON of any value is JSON that the server takes, and says the same where it can', async () => {
    const url = await server.fresh();
    const texts = fc.string({
      unit: fc.oneof(fc.string({ unit: 'binary', maxLength: 2 }), fc.constantFrom('\0', '\ud800', '\\', 'u0000')),
    });
    await connected(url, (db) =>
      fc.assert(
        fc.asyncProperty(texts, texts, async (key, value) => {
          const { rows } = await db.query('select $1::jsonb as back', [jsonText({ [key]: value })]);
          const clean = (text: string) => text.replace(/[\0\ud800-\udfff]/gu, '\ufffd');
          expect(rows[0].back).toEqual({ [clean(key)]: clean(value) });
        }),
        { numRuns: 200, seed: 7 },
      ),
    );
  });

  test('a good database passes every check, before its first start and after', async () => {
    const url = await server.fresh();
    const before = await checkDatabaseUrl(url);
    expect(before.map((c) => `${c.check} ${c.outcome}`)).toEqual([
      'reachable ok',
      'version ok',
      'extension ok',
      'rights ok',
      'encoding ok',
      'schema ok',
    ]);
    await connected(url, async (db) => migrate(db, await loadMigrations()));
    expect((await checkDatabaseUrl(url)).at(-1)?.detail).toMatch(/^migrated to \d{3}$/);
  });
});

test('a server that is not there is told with what to do', async () => {
  const [nobody] = await checkDatabaseUrl(`postgres://cheji:x@127.0.0.1:${await freePort()}/cheji`);
  expect(nobody).toMatchObject({
    check: 'reachable',
    outcome: 'broken',
    mend: expect.stringContaining('start the database'),
  });
});

const server = embeddedServer();

test('wrong rights, password, name and encoding are told with what to do', async () => {
  const url = new URL(await server.fresh());
  const name = url.pathname.slice(1);
  const mendOf = async (href: string, check: string) => {
    const found = (await checkDatabaseUrl(href)).find((c) => c.check === check);
    expect(found?.outcome).toBe('broken');
    return found?.mend;
  };

  await connected(url.href, async (db) => {
    await db.query("create role guest login password 'guest'");
    await db.query('revoke create on schema public from public');
  });
  const guest = new URL(url);
  guest.username = 'guest';
  guest.password = 'guest';
  expect(await mendOf(guest.href, 'rights')).toContain('to guest');
  guest.password = 'wrong';
  expect(await mendOf(guest.href, 'reachable')).toContain('CHEJI_DATABASE_URL');
  url.pathname = 'missing';
  expect(await mendOf(url.href, 'reachable')).toContain('create the database');
  url.pathname = name;

  await connected(url.href, (db) => db.query(`create database ${name}_latin template template0 encoding 'LATIN1'`));
  const latin = new URL(url);
  latin.pathname = `${name}_latin`;
  expect(await mendOf(latin.href, 'encoding')).toContain('UTF8');
});
