import { Client } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { explain } from '../../store/db.js';
import { loadMigrations, type Migration, migrate } from '../../store/migrate.js';
import { connected, onEveryServer } from '../support/postgres.js';

const make = (number: number, sql: string): Migration => ({ number, name: `00${number}-t.sql`, sql });

onEveryServer('migrate', (server) => {
  test('an empty database gets everything once; the next start finds nothing to do', async () => {
    const url = await server.fresh();
    const migrations = await loadMigrations();
    expect(migrations.map((m) => m.number)).toEqual(migrations.map((_, i) => i + 1));
    await connected(url, async (db) => {
      expect(await migrate(db, migrations)).toEqual(migrations.map((m) => m.name));
      expect(await migrate(db, migrations)).toEqual([]);
      const { rows } = await db.query('select number, name from schema_migrations order by number');
      expect(rows).toEqual(migrations.map(({ number, name }) => ({ number, name })));
      // A hypertable where the extension is there, day partitions otherwise: exactly one of the two.
      const { rows: kind } = await db.query(`
        select (select count(*)::int from pg_extension where extname = 'timescaledb') as extension,
          (select relkind = 'p' from pg_class where oid = 'positions'::regclass) as partitioned`);
      expect(kind[0].partitioned).toBe(kind[0].extension === 0);
      if (kind[0].extension === 1) {
        const { rows: found } = await db.query('select hypertable_name from timescaledb_information.hypertables');
        expect(found).toEqual([{ hypertable_name: 'positions' }]);
      }
    });
  });

  test('many processes at once migrate one after another', async () => {
    const url = await server.fresh();
    const migrations = [
      make(1, 'create table once (n integer); select pg_sleep(0.2)'),
      make(2, 'insert into once values (1)'),
    ];
    const ran = await Promise.all(Array.from({ length: 4 }, () => connected(url, (db) => migrate(db, migrations))));
    expect(ran.map((names) => names.length).sort()).toEqual([0, 0, 0, 2]);
    const { rows } = await connected(url, (db) => db.query('select n from once'));
    expect(rows).toEqual([{ n: 1 }]);
  });

  test('a migration that fails leaves nothing behind, and those before it stay', async () => {
    const url = await server.fresh();
    const broken = make(2, 'create table second (n integer); select 1 / 0');
    await connected(url, async (db) => {
      await expect(migrate(db, [make(1, 'create table first (n integer)'), broken])).rejects.toThrow(
        'division by zero',
      );
      const { rows } = await db.query("select to_regclass('first') as first, to_regclass('second') as second");
      expect(rows).toEqual([{ first: 'first', second: null }]);
      const mended = make(2, 'create table second (n integer)');
      expect(await migrate(db, [make(1, 'create table first (n integer)'), mended])).toHaveLength(1);
    });
  });

  test('a migration may take longer than any other statement may', async () => {
    const db = new Client({ connectionString: await server.fresh(), statement_timeout: 300, query_timeout: 400 });
    await db.connect();
    onTestFinished(() => db.end());
    expect(await migrate(db, [make(1, 'create table a (n integer); select pg_sleep(1.5)')])).toHaveLength(1);
    expect((await db.query("select to_regclass('a')::text as made")).rows).toEqual([{ made: 'a' }]);
  });

  test('views that a newer version has made stay as they are', async () => {
    const url = await server.fresh();
    const migrations = await loadMigrations();
    await connected(url, async (db) => {
      await migrate(db, [...migrations, make(migrations.length + 1, 'create table newer (n integer)')]);
      await db.query(
        `drop view tracks; create view tracks as select 1 as newer; comment on view tracks is 'of a newer one'`,
      );
      expect(await migrate(db, migrations)).toEqual([]);
      expect((await db.query('select * from tracks')).rows).toEqual([{ newer: 1 }]);
    });
  });

  test('a database that another migration of this number made is left alone', async () => {
    const url = await server.fresh();
    await connected(url, async (db) => {
      await migrate(db, [make(1, 'create table a (n integer)')]);
      await expect(migrate(db, [make(1, 'create table b (n integer)')])).rejects.toMatchObject({
        code: 'bad-migration',
      });
      expect(await migrate(db, [])).toEqual([]); // a database that is ahead of this program
    });
  });

  test('a lock that others hold is waited for in short turns, so that they are never queued behind it for long', async () => {
    const url = await server.fresh();
    await connected(url, (db) => migrate(db, [make(1, 'create table busy (n integer)')]));
    const slow = connected(url, async (db) => {
      await db.query('begin; select n from busy');
      await db.query('select pg_sleep(2.5)');
      await db.query('commit');
    });
    const alter = make(2, 'alter table busy add column m integer');
    const migrated = connected(url, (db) => migrate(db, [alter]));
    await connected(url, async (db) => {
      // Behind a waiting `alter table` this would wait as long as that; with turns of 1 s it gets in between.
      await db.query("set lock_timeout = '2s'");
      for (let i = 0; i < 5; i++) {
        await db.query('select n from busy').catch((error) => expect.fail(explain(error)));
        await db.query('select pg_sleep(0.2)');
      }
    });
    expect(await migrated).toEqual([alter.name]);
    await slow;
  });
});
