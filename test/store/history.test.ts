import { expect, onTestFinished, test } from 'vitest';
import type { Alert, AlertTransition } from '../../model/alert.js';
import { UNTOUCHED } from '../../model/alert-life.js';
import { copyOfFix } from '../../model/fixes.js';
import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';
import { SUSPECT_PLACE } from '../../model/quality.js';
import { openPool } from '../../store/db.js';
import { History } from '../../store/history.js';
import { freePort } from '../support/free-port.js';
import { connected, onEveryServer } from '../support/postgres.js';
import { accepted, appendAlerts, closeLogs, fixAt, openLogs, storeAll } from './writer-support.js';

const DAY = 86_400;
const START = Date.UTC(2025, 0, 1);

function historyOf(url: string): History {
  const pool = openPool(url, () => {}, { connections: 2 });
  onTestFinished(() => pool.end());
  return new History(pool);
}

/** A database with these fixes and transitions, brought in by the writer. */
async function stored(url: string, fixes: Position[], transitions: AlertTransition[] = []): Promise<History> {
  const logs = await openLogs();
  for (const p of fixes) logs.spool.addFix(p);
  await accepted(logs.spool);
  if (transitions.length > 0) await appendAlerts(logs.alerts, transitions);
  await storeAll(url, logs);
  await closeLogs(logs);
  return historyOf(url);
}

async function trackOf(history: History, from: number, to: number, batch?: number): Promise<Position[][]> {
  const batches: Position[][] = [];
  for await (const part of history.track(1, from, to, batch)) batches.push(Array.from(part, copyOfFix));
  return batches;
}

function step(id: string, revision: number, more: Partial<Alert> = {}): AlertTransition {
  const alert: Alert = {
    id,
    type: 'overspeed',
    severity: 'warning',
    state: 'raised',
    vehicleId: 'v1',
    plate: '苏B1',
    fenceId: null,
    ruleId: 'speed-taxi',
    ruleRevision: 3,
    occurredAt: '2025-01-01T00:00:00.250Z',
    detectedAt: '2025-01-01T00:00:31.000Z',
    clearedAt: null,
    clearReason: null,
    position: { vehicleId: 'v1', lon: 120.3 } as Alert['position'],
    evidence: { limit: 80, seen: [91.5, 92] },
    company: null,
    region: null,
    ...UNTOUCHED,
    revision,
    ...more,
  };
  return { number: 0, inputSeq: 7, transition: revision === 1 ? 'raised' : 'updated', alert };
}

onEveryServer('history', (server) => {
  test('a fix comes back as it went into the log', async () => {
    const full = fixAt(1, 12, {
      altitudeM: -12,
      headingDeg: 359,
      mileageKm: 123456.7,
      speedKmh: 60.3,
      flags: LOCATED | ACC_KNOWN | ACC_ON,
      alarms: 0x80000001,
      alarmWord: 0xffffffff,
      statusWord: 0x000c0003,
      items: Buffer.from('0104000003e8', 'hex'),
      quality: SUSPECT_PLACE,
      subSeq: 3,
    });
    const empty = Object.assign(new Position(), {
      vehicleNo: 1,
      fixTime: START + 13_000,
      receivedTime: START,
      source: 6,
    });
    const history = await stored(await server.fresh(), [full, empty]);
    const [batch] = await trackOf(history, START, START + DAY * 1000);
    expect(batch.map((p) => ({ ...p }))).toEqual([
      { ...full, seq: 0 },
      { ...empty, seq: 0 },
    ]);
  });

  test('a track comes in time order, whole, once, in batches of any size, across days and equal seconds', async () => {
    const fixes = [0, 1, 2].flatMap((day) =>
      Array.from({ length: 25 }, (_, i) => fixAt(1, day * DAY + (i >> 1), { subSeq: i & 1, source: 1 + (i % 3) })),
    );
    const others = fixes.map((p) => fixAt(2, (p.fixTime - START) / 1000));
    const history = await stored(await server.fresh(), [...fixes, ...others].reverse());
    const place = (p: Position) => `${p.fixTime} ${p.source} ${p.subSeq}`;
    const wanted = fixes.map(place).sort();
    for (const batch of [1, 2, 7, 75, 5000]) {
      const batches = await trackOf(history, START, START + 3 * DAY * 1000, batch);
      expect(batches.flat().map(place)).toEqual(wanted);
      expect(Math.max(...batches.map((part) => part.length))).toBeLessThanOrEqual(batch);
    }
    const from = START + 5_000;
    const to = START + DAY * 1000 + 3_000;
    const inside = fixes.filter((p) => p.fixTime >= from && p.fixTime < to);
    expect((await trackOf(history, from, to)).flat().map(place)).toEqual(inside.map(place).sort());
    expect(await trackOf(history, to, from)).toEqual([]);
  });

  test('who stops reading holds nothing: every connection is free again', async () => {
    const history = await stored(
      await server.fresh(),
      Array.from({ length: 100 }, (_, i) => fixAt(1, i)),
    );
    for (let reader = 0; reader < 10; reader++) {
      for await (const batch of history.track(1, START, START + DAY * 1000, 10)) {
        expect(batch).toHaveLength(10);
        expect(history.pool.idleCount).toBe(history.pool.totalCount);
        break;
      }
    }
  });

  test('alerts in their newest form, newest first, by any filter, page by page', async () => {
    const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
    const handling = { action: 'acknowledge', by: 'admin', note: '好', at: at(9) } as const;
    const transitions = [
      step('a', 1),
      step('b', 1, { vehicleId: 'v2', type: 'fence-enter', fenceId: 'f1', occurredAt: at(5) }),
      step('c', 1, { severity: 'critical', occurredAt: at(5) }),
      step('a', 2, { state: 'acknowledged', handling }),
      step('d', 2, { state: 'cleared', clearedAt: at(8), clearReason: 'fence-removed', occurredAt: at(7) }),
      step('d', 1, { occurredAt: at(7) }), // comes late: the newer form stays
    ];
    const history = await stored(await server.fresh(), [], transitions);
    const ids = async (filter: Parameters<History['alerts']>[0]) => (await history.alerts(filter)).map((a) => a.id);

    expect(await history.alert('a')).toEqual(transitions[3].alert);
    expect(await history.alert('d')).toEqual(transitions[4].alert);
    expect(await history.alert('none')).toBeUndefined();
    expect(await ids({ limit: 10 })).toEqual(['d', 'c', 'b', 'a']);
    expect(await ids({ limit: 2 })).toEqual(['d', 'c']);
    expect(await ids({ limit: 2, after: { occurredAt: Date.parse(at(5)), id: 'c' } })).toEqual(['b', 'a']);
    expect(await ids({ limit: 9, state: ['cleared', 'acknowledged'] })).toEqual(['d', 'a']);
    expect(await ids({ limit: 9, type: ['fence-enter'] })).toEqual(['b']);
    expect([await history.countAlerts({}), await history.countAlerts({ type: ['fence-enter'] })]).toEqual([4, 1]);
    expect(await ids({ limit: 9, severity: ['critical'], vehicle: ['v1'] })).toEqual(['c']);
    expect(await ids({ limit: 9, fence: ['f1'], vehicle: ['v1'] })).toEqual([]);
    expect(await ids({ limit: 9, from: Date.parse(at(5)), to: Date.parse(at(7)) })).toEqual(['c', 'b']);
    const steps = await connected(history.pool.options.connectionString as string, (db) =>
      db.query('select alert_id, revision, number, input_seq from alert_transitions order by number'),
    );
    expect(steps.rows.map((row) => `${row.alert_id}${row.revision} ${row.number} ${row.input_seq}`)).toEqual([
      'a1 1 7',
      'b1 2 7',
      'c1 3 7',
      'a2 4 7',
      'd2 5 7',
      'd1 6 7',
    ]);
  });

  test('alerts by whose they are and where, overdue and muted; one line for those that repeat', async () => {
    const at = (minute: number) => new Date(START + minute * 60_000).toISOString();
    const said = { by: 'li', at: at(1), note: '' };
    const group = (count: number) => ({ id: 'a', count, first: at(1), last: at(count) });
    const deadlines = { handle: { since: at(1), due: at(2), metAt: null, missedAt: at(3) } };
    const transitions = [
      step('a', 1, { company: 'Wuxi Taxi', region: '320211', group: group(1), occurredAt: at(1) }),
      step('b', 1, { region: '3302', group: group(2), occurredAt: at(2), state: 'resolved' }),
      step('c', 1, { region: '33', group: group(3), occurredAt: at(3), muted: 'mute-7' }),
      step('d', 1, { overdue: true, deadlines, assignment: { ...said, to: 'zhang', due: null }, occurredAt: at(4) }),
    ];
    const history = await stored(await server.fresh(), [], transitions);
    const ids = async (filter: object) => (await history.alerts({ limit: 9, ...filter })).map((a) => a.id);
    expect(await history.alert('d')).toEqual(transitions[3].alert);
    expect(await ids({ company: ['Wuxi Taxi'] })).toEqual(['a']);
    expect(await ids({ region: ['32', '3302'] })).toEqual(['b', 'a']);
    expect(await ids({ assignee: ['zhang'] })).toEqual(['d']);
    expect(await ids({ group: ['a'] })).toEqual(['c', 'b', 'a']);
    expect(await ids({ overdue: [true] })).toEqual(['d']);
    expect(await ids({ muted: [false] })).toEqual(['d', 'b', 'a']);
    expect(await ids({ muted: [true, false] })).toHaveLength(4);
    // Of a group, the newest that the filter asks for.
    expect(await ids({ grouped: true })).toEqual(['d', 'c']);
    expect(await ids({ grouped: true, muted: [false] })).toEqual(['d', 'b']);
    expect(await ids({ grouped: true, state: ['raised'], muted: [false] })).toEqual(['d', 'a']);
    expect((await history.alertsById(['d', 'a', 'none'])).map(({ id }) => id).sort()).toEqual(['a', 'd']);
  });

  test('every step in the life of an alert, with who said what', async () => {
    const at = '2025-01-01T00:00:05.000Z';
    const word = { action: 'dismiss', reason: 'drift', note: '高架' } as const;
    const steps = [
      { ...step('a', 1), at },
      { ...step('a', 2, { state: 'dismissed' }), transition: 'dismiss' as const, at, by: 'li', word },
      step('a', 3), // as older versions wrote it
      step('b', 1),
    ];
    const history = await stored(await server.fresh(), [], steps);
    const read = await history.alertSteps('a', 0, 10);
    expect(read).toEqual(steps.slice(0, 3).map((each, i) => ({ ...each, number: i + 1 })));
    expect((await history.alertSteps('a', 1, 1)).map(({ alert }) => alert.revision)).toEqual([2]);
    expect(await history.alertSteps('none', 0, 10)).toEqual([]);
  });

  test('before the tables are made, and with nobody there, it says that the database is away', async () => {
    const empty = historyOf(await server.fresh());
    await expect(empty.alert('a')).rejects.toMatchObject({ code: 'database-away' });
    const nobody = historyOf(`postgres://cheji:x@127.0.0.1:${await freePort()}/cheji`);
    await expect(nobody.alerts({ limit: 1 })).rejects.toMatchObject({ code: 'database-away' });
    await expect(nobody.track(1, 0, 1).next()).rejects.toMatchObject({
      code: 'database-away',
      message: expect.stringContaining('ECONNREFUSED'),
    });
  });

  test('more questions than may wait are answered at once: not now', async () => {
    const history = await stored(await server.fresh(), []);
    const answers = await Promise.allSettled(Array.from({ length: 400 }, () => history.alert('none')));
    const refused = answers.filter((answer) => answer.status === 'rejected');
    expect(refused).toHaveLength(400 - 200 - 2); // 2 connections
    expect(refused[0].reason).toMatchObject({ code: 'database-away', message: expect.stringContaining('too many') });
  });

  test('a question that is wrong is our own mistake, and not told as an absence', async () => {
    const history = await stored(await server.fresh(), []);
    await expect(history.alerts({ limit: -1 })).rejects.not.toMatchObject({ code: 'database-away' });
  });
});
