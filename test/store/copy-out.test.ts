import { expect, onTestFinished, test } from 'vitest';
import { copyOut, integerSql, microsSql, msOf, numberSql, timeSql } from '../../store/copy-out.js';
import { openPool } from '../../store/db.js';
import { connected, embeddedServer } from '../support/postgres.js';

const server = embeddedServer();

async function pool(options: Parameters<typeof openPool>[2] = {}) {
  const made = openPool(await server.fresh(), () => {}, { connections: 2, ...options });
  onTestFinished(() => made.end());
  return made;
}

test('every kind of field comes as the server has it, and NULL as not known', async () => {
  const rows = await copyOut(
    await pool(),
    `select * from (values
       ('2025-01-01 00:00:00.123456+00'::timestamptz, 1.5::double precision, 60.5::real, -2147483648, (-32768)::smallint,
        '\\x00ff'::bytea, 7),
       ('1999-12-31 23:59:59.999999+00', -0.1, null, 2147483647, 32767::smallint, ''::bytea, 8),
       (null, null, 'infinity', null, null, null, 9)) as t`,
  );
  expect(rows.count).toBe(3);
  rows.row();
  const micros = rows.micros();
  expect([msOf(micros), microsSql(micros)]).toEqual([
    Date.UTC(2025, 0, 1, 0, 0, 0, 123),
    `'2025-01-01T00:00:00.123456Z'`,
  ]);
  expect([rows.double(), rows.real(), rows.int(), rows.short()]).toEqual([1.5, 60.5, -2147483648, -32768]);
  expect(Buffer.from(rows.bytea() ?? []).toString('hex')).toBe('00ff');
  expect(rows.int()).toBe(7);
  rows.row();
  expect(microsSql(rows.micros())).toBe(`'1999-12-31T23:59:59.999999Z'`);
  expect([rows.double(), rows.real(), rows.int(), rows.short()]).toEqual([-0.1, NaN, 2147483647, 32767]);
  expect(rows.bytea()).toHaveLength(0);
  expect(rows.int()).toBe(8);
  rows.row();
  expect([rows.time(), rows.double(), rows.real(), rows.int(), rows.short()]).toEqual([NaN, NaN, Infinity, NaN, NaN]);
  expect([rows.bytea(), rows.int()]).toEqual([null, 9]);
  rows.rewind();
  rows.row();
  rows.skip(6);
  expect(rows.int()).toBe(7);
});

test('an answer longer than any buffer is whole, and an empty one has no rows', async () => {
  const from = await pool();
  const rows = await copyOut(from, "select n, repeat('x', 1000)::bytea from generate_series(1, 3000) as n");
  let sum = 0;
  for (let i = 0; i < rows.count; i++) {
    rows.row();
    sum += rows.int();
    expect(rows.bytea()).toHaveLength(1000);
  }
  expect([rows.count, sum]).toEqual([3000, 4_501_500]);
  expect((await copyOut(from, 'select 1 where false')).count).toBe(0);
});

test('a question that is wrong is our mistake; the pool goes on', async () => {
  const from = await pool({ connections: 1 });
  await expect(copyOut(from, 'select nonsense')).rejects.toMatchObject({ code: '42703' });
  await expect(copyOut(from, 'select 1 / (3 - n) from generate_series(1, 5) as n')).rejects.toMatchObject({
    code: '22012',
  });
  await expect(copyOut(from, 'select * from nothing')).rejects.toMatchObject({ code: 'database-away' });
  expect((await copyOut(from, 'select 1')).count).toBe(1);
});

test('a server that gives up, or goes in the middle, is away', async () => {
  const from = await pool({ connections: 1, statementMs: 300 });
  const slow = 'select n, pg_sleep(0.05) is null from generate_series(1, 1000) as n';
  await expect(copyOut(from, slow)).rejects.toMatchObject({ code: 'database-away' });
  const patient = await pool({ connections: 1 });
  const answer = copyOut(patient, slow);
  answer.catch(() => {});
  const url = patient.options.connectionString as string;
  await connected(url, async (db) => {
    let killed = 0;
    while (killed === 0) {
      const { rows } = await db.query(
        "select pg_terminate_backend(pid) from pg_stat_activity where query like 'copy (select n, pg_sleep%' and datname = current_database()",
      );
      killed = rows.length;
    }
  });
  await expect(answer).rejects.toMatchObject({ code: 'database-away' });
  expect((await copyOut(patient, 'select 1')).count).toBe(1);
});

test('only numbers go into a question', () => {
  expect([integerSql(-3), numberSql(1e-7), timeSql(0)]).toEqual([
    '-3',
    "'1e-7'::double precision",
    "'1970-01-01T00:00:00.000Z'",
  ]);
  for (const wrong of [1.5, NaN, Infinity]) expect(() => integerSql(wrong)).toThrow(RangeError);
  for (const wrong of [NaN, Infinity]) expect(() => numberSql(wrong)).toThrow(RangeError);
  expect(() => timeSql(NaN)).toThrow(RangeError);
});
