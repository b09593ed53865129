import type { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import { checkDatabaseUrl } from '../../store/check-database.js';
import { openPool } from '../../store/db.js';
import { detectEdition } from '../../store/edition.js';
import { Upkeep } from '../../store/upkeep.js';
import { connected, onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, fixAt, openLogs, rowsOf, storeAll } from './writer-support.js';

const NOW = Date.UTC(2025, 0, 20);
const KEEPING = { retentionDays: 10, compressAfterDays: 7, alertDays: 1096, auditDays: 183 };

onEveryServer('upkeep', (server) => {
  async function tables(url: string): Promise<Pool> {
    const logs = await openLogs();
    const pool = openPool(url, () => {}, { connections: 2 });
    onTestFinished(async () => {
      await closeLogs(logs);
      await pool.end();
    });
    logs.spool.addFix(fixAt(1, 0)); // on the first of January
    await accepted(logs.spool);
    await storeAll(url, logs);
    return pool;
  }

  test('what fails keeps nothing else from being done, is told, and is tried again soon', async () => {
    const url = await server.fresh();
    const pool = await tables(url);
    await pool.query(`
      create function refuse() returns trigger language plpgsql as $$ begin raise exception 'no more rows'; end $$;
      create trigger refuse before insert on positions for each row execute function refuse();
      insert into positions_late (time, received_at, vehicle_no, sub_seq, alarms, alarm_word, status_word, quality, source, flags)
        values ('2025-01-15 00:00+00', now(), 1, 0, 0, 0, 0, 0, 1, 1);
      insert into audit (seq, at, actor, action, objects) values (1, '2024-01-01 00:00+00', 'li', 'fence-put', '{}')`);
    const upkeep = new Upkeep(pool, { ...KEEPING, compressAfterDays: null });
    const { notices, againMs } = await upkeep.pass(NOW);
    expect(notices).toEqual([
      expect.stringMatching(/^older than the retention, dropped: \S*(positions_20250101|_hyper_)/),
      expect.stringContaining('no more rows'),
    ]);
    expect(againMs).toBeLessThan(3_600_000);
    expect(await rowsOf(url, 'select from audit')).toEqual([]);
    await pool.query('drop trigger refuse on positions');
    expect((await upkeep.pass(NOW)).notices).toEqual([]);
    expect(await rowsOf(url, 'select from positions_late')).toEqual([]);
  });

  test('an extension that comes after the tables makes them no hypertable: days stay partitions, and go in their time', async () => {
    const url = await server.fresh();
    const available = await connected(url, async (db) => {
      await db.query('drop extension if exists timescaledb');
      return (await detectEdition(db)).extensionAvailable;
    });
    const pool = await tables(url);
    if (available) await connected(url, (db) => db.query('create extension timescaledb').then(() => {}));
    expect(await connected(url, detectEdition)).toMatchObject({ name: 'plain' });
    const checks = await checkDatabaseUrl(url);
    const extension = checks.find(({ check }) => check === 'extension');
    expect(extension).toMatchObject({
      outcome: available ? 'warning' : 'ok',
      detail: expect.stringContaining('a partition per day'),
    });
    const { notices } = await new Upkeep(pool, KEEPING).pass(NOW);
    expect(notices).toEqual(['older than the retention, dropped: positions_20250101']);
  });
});
