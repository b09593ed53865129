import type { Pool } from 'pg';
import { expect, onTestFinished, test } from 'vitest';
import type { Alert, AlertTransition } from '../../model/alert.js';
import { UNTOUCHED } from '../../model/alert-life.js';
import { openPool } from '../../store/db.js';
import { dropAlerts, dropCommands } from '../../store/old-records.js';
import { Upkeep } from '../../store/upkeep.js';
import { onEveryServer } from '../support/postgres.js';
import { appendAlerts, closeLogs, openLogs, storeAll } from './writer-support.js';

const DAY_MS = 86_400_000;
const NOW = Date.UTC(2025, 0, 1);
const ago = (days: number) => new Date(NOW - days * DAY_MS).toISOString();

/** Raised so many days ago; `cleared`, `said`: how long ago its condition ended, and somebody said something of it. */
function life(id: string, raised: number, { cleared, said }: { cleared?: number; said?: number }): AlertTransition[] {
  const alert: Alert = {
    id,
    type: 'overspeed',
    severity: 'warning',
    state: 'raised',
    vehicleId: 'v1',
    plate: null,
    fenceId: null,
    ruleId: id,
    ruleRevision: 1,
    occurredAt: ago(raised),
    detectedAt: ago(raised),
    clearedAt: null,
    clearReason: null,
    position: {} as Alert['position'],
    evidence: {},
    company: null,
    region: null,
    ...UNTOUCHED,
    revision: 1,
  };
  const steps: AlertTransition[] = [{ number: 0, inputSeq: 1, transition: 'raised', at: ago(raised), alert }];
  const go = (transition: AlertTransition['transition'], days: number, change: Partial<Alert>) => {
    const last = (steps.at(-1) as AlertTransition).alert;
    const next = { ...last, ...change, revision: last.revision + 1 };
    steps.push({ number: 0, inputSeq: 1, transition, at: ago(days), alert: next });
  };
  if (cleared !== undefined) go('cleared', cleared, { state: 'cleared', clearedAt: ago(cleared) });
  if (said !== undefined) go('resolve', said, { state: 'resolved' });
  return steps;
}

onEveryServer('old records', (server) => {
  async function database(alerts: AlertTransition[] = []): Promise<Pool> {
    const url = await server.fresh();
    const logs = await openLogs();
    const pool = openPool(url, () => {}, { connections: 2 });
    onTestFinished(async () => {
      await closeLogs(logs);
      await pool.end();
    });
    if (alerts.length > 0) await appendAlerts(logs.alerts, alerts);
    await storeAll(url, logs);
    return pool;
  }
  const texts = async (pool: Pool, sql: string) => (await pool.query<{ id: string }>(sql)).rows.map(({ id }) => id);
  const ALERTS = 'select id from alerts order by id';
  const STEPS = 'select distinct alert_id as id from alert_transitions order by 1';

  test('alerts go when nothing was told of them for so long, with all their steps, and open ones stay', async () => {
    const pool = await database([
      ...life('closed', 1200, { cleared: 1199 }),
      ...life('handled-long-ago', 1200, { cleared: 1199, said: 1101 }),
      ...life('handled-lately', 1200, { cleared: 1199, said: 1099 }),
      ...life('ended-lately', 1200, { cleared: 1099 }),
      ...life('open', 1200, {}),
      ...life('open-and-handled', 1200, { said: 1199 }),
      ...life('young', 1099, { cleared: 1098 }),
    ]);
    const stay = ['ended-lately', 'handled-lately', 'open', 'open-and-handled', 'young'];
    const upkeep = new Upkeep(pool, { retentionDays: null, compressAfterDays: null, alertDays: 1100, auditDays: 1100 });
    const { notices } = await upkeep.pass(NOW);
    expect(notices).toEqual(['alerts older than they are kept, deleted: 2']);
    expect(await texts(pool, ALERTS)).toEqual(stay);
    expect(await texts(pool, STEPS)).toEqual(stay);
    expect((await upkeep.pass(NOW)).notices).toEqual([]);
  });

  test('many go piece by piece, the oldest first, and a stop is heard between two', async () => {
    const pool = await database(Array.from({ length: 7 }, (_, i) => life(`a${i}`, 1200 - i, { cleared: 1100 })).flat());
    expect(await dropAlerts(pool, NOW - 1000 * DAY_MS, AbortSignal.abort(), 3)).toBe(3);
    expect(await texts(pool, ALERTS)).toEqual(['a3', 'a4', 'a5', 'a6']);
    expect(await dropAlerts(pool, NOW - 1000 * DAY_MS, undefined, 3)).toBe(4);
    expect(await texts(pool, STEPS)).toEqual([]);
  });

  test('where alerts stay for ever, nothing of them goes', async () => {
    const pool = await database(life('old', 5000, { cleared: 4999 }));
    await pool.query(`insert into fences values (1, 'f', 1, '{}', '{}', $1, $1, $1)`, [ago(4000)]);
    await new Upkeep(pool, { retentionDays: null, compressAfterDays: null, alertDays: null, auditDays: 183 }).pass(NOW);
    expect(await texts(pool, ALERTS)).toEqual(['old']);
    expect(await texts(pool, 'select id from fences')).toEqual(['f']);
  });

  test('commands go with the audit: counted from their end, or from when they would have expired', async () => {
    const pool = await database();
    const put = (id: string, created: number, expires: number, ended: number | null) =>
      pool.query(
        `insert into commands (id, vehicle_id, protocol, terminal, type, params, created_at, expires_at, never_late, given_by, state,
           attempts, history, ended_at) values ($1, 'v1', 'jt808', '1', 'x', '{}', $2, $3, false, 'admin', 'answered', 1, '[]', $4)`,
        [id, ago(created), ago(expires), ended === null ? null : ago(ended)],
      );
    await put('ended', 400, 100, 399);
    await put('ended-lately', 400, 100, 199);
    await put('never-seen-ending', 400, 201, null);
    await put('waits', 400, 199, null);
    expect(await dropCommands(pool, NOW - 200 * DAY_MS)).toBe(2);
    expect(await texts(pool, 'select id from commands order by id')).toEqual(['ended-lately', 'waits']);
  });

  test('what is no more goes with what pointed to it: mutes, fences, roads with alerts; vehicles, refused records with tracks', async () => {
    const pool = await database();
    const [old, young] = [ago(201), ago(199)];
    for (const [id, gone] of [
      ['old', old],
      ['young', young],
      ['there', null],
    ] as const) {
      const no = { old: 1, young: 2, there: 3 }[id];
      await pool.query(`insert into mutes values ($1, '{}', $2, $3, 'r', 'admin', $2)`, [id, old, gone ?? ago(-1)]);
      // Taken back before it would have ended.
      await pool.query(`insert into mutes values ('back-' || $1, '{}', $2, $3, 'r', 'admin', $2, $4)`, [
        id,
        old,
        ago(-1),
        gone,
      ]);
      await pool.query(`insert into fences values ($1, $2, 1, '{}', '{}', $3, $3, $4)`, [no, id, old, gone]);
      await pool.query(
        `insert into roads (id, road_set, revision, limits, lines, updated_at, deleted_at) values ($1, 's', 1, '{}', '[]', $2, $3)`,
        [id, old, gone],
      );
      await pool.query(
        `insert into vehicles (vehicle_no, id, category, created_at, deleted_at) values ($1, $2, 'x', $3, $4)`,
        [no, id, old, gone],
      );
      await pool.query(
        `insert into vehicle_versions (vehicle_no, valid_from, valid_to, id, category) values
           ($1, '-infinity', $2, 'before', 'x'), ($1, $2, 'infinity', $3, 'x')`,
        [no, gone ?? young, id],
      );
      await pool.query(
        `insert into quarantine (kind, seq, node, quarantined_at, sqlstate, error, record) values ('fix', $1, 'n', $2, '', $3, '')`,
        [no, gone ?? ago(0), id],
      );
    }
    await new Upkeep(pool, { retentionDays: 200, compressAfterDays: null, alertDays: 200, auditDays: 200 }).pass(NOW);
    const mutes = await texts(pool, 'select id from mutes order by id');
    expect(mutes).toEqual(['back-there', 'back-young', 'there', 'young']);
    for (const table of ['fences', 'roads', 'vehicles']) {
      expect(await texts(pool, `select id from ${table} order by id`), table).toEqual(['there', 'young']);
    }
    expect(await texts(pool, 'select error as id from quarantine order by 1')).toEqual(['there', 'young']);
    // Who they were when tracks that are kept were driven.
    const versions = "select vehicle_no || ' ' || id as id from vehicle_versions order by 1";
    expect(await texts(pool, versions)).toEqual(['2 before', '2 young', '3 before', '3 there']);
  });
});
