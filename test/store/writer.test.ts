import fc from 'fast-check';
import { describe, expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import type { Fence } from '../../model/fence.js';
import { BACKFILLED, LOCATED, type Position } from '../../model/position.js';
import { LATE, REPEAT } from '../../model/quality.js';
import type { Vehicle } from '../../model/vehicle.js';
import { onEveryServer } from '../support/postgres.js';
import { waitFor } from '../support/wait-for.js';
import {
  accepted,
  closeLogs,
  fixAt,
  type Logs,
  openLogs,
  progressOf,
  rowsOf,
  startWriter,
  storeAll,
  storedKeys,
} from './writer-support.js';

const vehicle = (no: number, more: Partial<Vehicle> = {}): Vehicle => ({
  no,
  id: `v${no}`,
  plate: `苏B${no}`,
  plateColor: 2,
  category: 'taxi',
  company: null,
  region: '320200',
  terminals: [{ protocol: 'jt808', number: String(1000 + no) }],
  createdAt: Date.UTC(2025, 0, 1),
  ...more,
});

const fence = (no: number, more: Partial<Fence> = {}): Fence => ({
  no,
  id: `f${no}`,
  revision: no,
  geometry: { type: 'Point', coordinates: [120.3, 31.5] },
  properties: { name: 'Gate', rules: [{ type: 'enter' }], radius: 100 },
  createdAt: 0,
  updatedAt: 0,
  ...more,
});

async function logOf(fixes: Position[]): Promise<Logs> {
  const logs = await openLogs();
  for (const p of fixes) expect(logs.spool.addFix(p)).toBe(true);
  await accepted(logs.spool);
  return logs;
}

onEveryServer('writer', (server) => {
  test('what the log holds becomes rows; what comes later is stored when it comes', async () => {
    const url = await server.fresh();
    const logs = await logOf([fixAt(1, 0), fixAt(2, 0), fixAt(1, 10)]);
    const running = startWriter(url, logs);
    await running.caughtUp();
    expect(await storedKeys(url)).toEqual(['1/0/0', '1/10/0', '2/0/0']);

    logs.spool.addFix(fixAt(2, 86_400 * 40));
    await accepted(logs.spool);
    const { watermark } = await running.caughtUp();
    expect(watermark).toBe(4);
    expect(await storedKeys(url)).toContain('2/3456000/0');
    const { stats } = await running.stop();
    expect(stats).toEqual({ storedNew: 4, duplicate: 0, conflict: 0, quarantined: 0, missed: 0, lagSeconds: 0 });
    expect(running.states.map((s) => s.state)).toEqual(['starting', 'ready']);
    expect(running.states[1].edition).toMatch(/^PostgreSQL \d+\.\d+/);
    await closeLogs(logs);
  });

  test('the same fix again is a duplicate; another payload under its key is kept beside it', async () => {
    const url = await server.fresh();
    const items = Buffer.from('0104000003e8', 'hex');
    const logs = await logOf([
      fixAt(1, 0, { items }),
      fixAt(1, 0, { items }), // equal, in the same batch
      fixAt(1, 0, { items, receivedTime: 5, quality: LATE, flags: LOCATED | BACKFILLED }), // sent again later: equal
      fixAt(1, 0, { items, quality: REPEAT, lon: 7 }), // the intake knows it: not even looked at
      fixAt(1, 0, { items, speedKmh: 41 }), // differs
      fixAt(1, 0, { items, subSeq: 1, speedKmh: 41 }), // another key
      fixAt(1, 0, { items: null }), // differs
      fixAt(1, 0, { items, speedKmh: 41 }), // differs as before
    ]);
    const { report } = await storeAll(url, logs);
    expect(report.stats).toMatchObject({ storedNew: 2, duplicate: 6, conflict: 3, quarantined: 0, missed: 0 });
    expect(await storedKeys(url)).toEqual(['1/0/0', '1/0/1']);
    const kept = await rowsOf<{ speed: number; items: Buffer | null; stored_hash: string; payload_hash: string }>(
      url,
      'select speed, items, stored_hash, payload_hash from position_conflicts order by speed, items',
    );
    expect(kept.map((row) => [row.speed, row.items?.toString('hex')])).toEqual([
      [40, undefined],
      [41, '0104000003e8'],
    ]);
    expect(new Set(kept.flatMap((row) => [row.stored_hash, row.payload_hash])).size).toBe(3);

    // The same again in a later batch, over rows that are there.
    for (const p of [fixAt(1, 0, { items }), fixAt(1, 0, { items, speedKmh: 42 }), fixAt(9, 0)]) logs.spool.addFix(p);
    await accepted(logs.spool);
    const again = await storeAll(url, logs);
    expect(again.report.stats).toMatchObject({ storedNew: 3, duplicate: 8, conflict: 4 });
    expect(await rowsOf(url, 'select from position_conflicts')).toHaveLength(3);
    await closeLogs(logs);
  });

  test('a refused fix is set apart whole with the reason, and costs no other', async () => {
    const url = await server.fresh();
    const fixes = Array.from({ length: 300 }, (_, i) => fixAt(1 + (i % 7), i));
    fixes[123] = fixAt(4, 0, { fixTime: Number.NaN, items: Buffer.from('cafe', 'hex') });
    fixes[124] = fixAt(4, 0, { fixTime: Date.UTC(1970, 0, 1) });
    fixes[299] = fixAt(4, 0, { receivedTime: Number.NaN, lon: 121.5 });
    const logs = await logOf(fixes);
    const { report } = await storeAll(url, logs);
    expect(report.watermark).toBe(300);
    expect(report.stats).toMatchObject({ storedNew: 297, duplicate: 0, quarantined: 3, missed: 0 });
    const rows = await rowsOf<{ kind: string; seq: string; sqlstate: string; error: string; record: string }>(
      url,
      'select kind, seq, sqlstate, error, record from quarantine order by seq',
    );
    expect(rows.map((row) => [row.kind, Number(row.seq)])).toEqual([
      ['fix', 124],
      ['fix', 125],
      ['fix', 300],
    ]);
    expect(JSON.parse(rows[0].record)).toMatchObject({ vehicleNo: 4, fixTime: null, lat: 31.5, items: 'cafe' });
    expect(rows[0].sqlstate).toMatch(/^2[23]/);
    expect(rows[2].error).toContain('received_at');
    await closeLogs(logs);
  });

  test('the registry and the fences follow the changes of the log', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    const { spool } = logs;
    spool.addChange({ type: 'vehicle-put', revision: 1, at: 0, vehicle: vehicle(1) });
    spool.addChange({ type: 'vehicle-put', revision: 2, at: 0, vehicle: vehicle(2) });
    spool.addFix(fixAt(1, 0));
    const terminal = { protocol: 'jt808', number: '1001', registered: true, model: 'GPS-\0X' };
    spool.addChange({ type: 'terminal-put', revision: 3, at: 0, terminal });
    spool.addChange({ type: 'fence-put', revision: 4, at: 0, fence: fence(1) });
    spool.addChange({ type: 'fence-put', revision: 5, at: 0, fence: fence(2) });
    await accepted(spool);
    await storeAll(url, logs);

    // The terminal moves to vehicle 2; vehicle 1 gets a plate that PostgreSQL would refuse, and goes.
    const odd = '\0"\\u0000\ud800苏';
    spool.addChange({
      type: 'vehicle-put',
      revision: 6,
      at: 0,
      vehicle: vehicle(2, { terminals: vehicle(1).terminals }),
    });
    spool.addChange({ type: 'vehicle-put', revision: 7, at: 0, vehicle: vehicle(1, { plate: odd, terminals: [] }) });
    spool.addChange({ type: 'vehicle-delete', revision: 8, at: Date.UTC(2025, 5, 1), no: 1 });
    spool.addChange({ type: 'fence-delete', revision: 9, at: Date.UTC(2025, 5, 1), no: 2 });
    const settings = { speedLimits: {}, speedDurationS: 1 };
    spool.addChange({ type: 'settings-put', revision: 10, at: 0, settings });
    await accepted(spool);
    const { report } = await storeAll(url, logs);
    expect(report.watermark).toBe(11);

    const vehicles = await rowsOf(
      url,
      'select vehicle_no, id, plate, plate_color, deleted_at from vehicles order by 1',
    );
    expect(vehicles).toEqual([
      { vehicle_no: 1, id: 'v1', plate: '\ufffd"\\u0000\ufffd苏', plate_color: 2, deleted_at: new Date('2025-06-01') },
      { vehicle_no: 2, id: 'v2', plate: '苏B2', plate_color: 2, deleted_at: null },
    ]);
    const terminals = await rowsOf(url, 'select number, vehicle_no, facts from terminals order by 1');
    expect(terminals).toEqual([
      { number: '1001', vehicle_no: 2, facts: { registered: true, model: 'GPS-\ufffdX' } },
      { number: '1002', vehicle_no: null, facts: null },
    ]);
    const fences = await rowsOf(url, 'select id, geometry, properties, deleted_at from fences order by 1');
    expect(fences).toEqual([
      { id: 'f1', geometry: fence(1).geometry, properties: fence(1).properties, deleted_at: null },
      { id: 'f2', geometry: fence(2).geometry, properties: fence(2).properties, deleted_at: new Date('2025-06-01') },
    ]);
    const tracks = await rowsOf(url, 'select vehicle, source, located, acc_on, quality from tracks');
    expect(tracks).toEqual([{ vehicle: 'v1', source: 'jt808', located: true, acc_on: null, quality: [] }]);
    await closeLogs(logs);
  });

  test('a database that was set back to a back-up gets again what it lost, and counts it once', async () => {
    const url = await server.fresh();
    const logs = await logOf(Array.from({ length: 40 }, (_, i) => fixAt(1, i)));
    await storeAll(url, logs);
    const backup = await progressOf(url);
    for (let i = 20; i < 60; i++) logs.spool.addFix(fixAt(1, i));
    await accepted(logs.spool);
    await storeAll(url, logs);
    const before = await progressOf(url);
    expect(before).toMatchObject({ seq: 80, stored_new: 60, duplicate: 20 });

    await rowsOf(url, "delete from positions where time >= '2025-01-01 00:00:40+00'");
    await rowsOf(url, 'update writer_progress set seq = $1, stored_new = $2, duplicate = $3', [
      backup.seq,
      backup.stored_new,
      backup.duplicate,
    ]);
    await storeAll(url, logs);
    expect(await progressOf(url)).toEqual(before);
    expect(await storedKeys(url)).toHaveLength(60);
    await closeLogs(logs);
  });

  test('what the log no longer holds is told and counted; the registry comes from the catalog', async () => {
    const url = await server.fresh();
    const logs = await openLogs({ segmentBytes: 4096 });
    for (let i = 0; i < 400; i++) {
      logs.spool.addFix(fixAt(1, i));
      if (i % 40 === 39) await accepted(logs.spool); // blocks, so that segments roll
    }
    await logs.spool.truncateBefore(200);
    const catalog = new Catalog();
    catalog.apply({ type: 'vehicle-put', revision: 1, at: 0, vehicle: vehicle(1) });
    catalog.apply({ type: 'fence-put', revision: 2, at: 0, fence: fence(1) });
    const running = await storeAll(url, logs, { catalog: async () => catalog.snapshot() });
    const { stats } = running.report;
    expect(stats.missed).toBeGreaterThan(0);
    expect(stats.missed).toBeLessThan(200);
    expect(stats.storedNew + stats.missed).toBe(400);
    expect(running.notices).toEqual([expect.stringContaining(`${stats.missed} fixes are no longer in the log`)]);
    expect(await rowsOf(url, 'select id from vehicles union all select id from fences order by 1')).toEqual([
      { id: 'f1' },
      { id: 'v1' },
    ]);
    await closeLogs(logs);
  });

  test('a log that ends before the watermark is read again from its start', async () => {
    const url = await server.fresh();
    const logs = await logOf([fixAt(1, 0), fixAt(1, 1), fixAt(1, 2)]);
    await storeAll(url, logs);
    const older = await logOf([fixAt(1, 0), fixAt(1, 50)]); // the same log as of an older copy of the data directory
    const running = await storeAll(url, older);
    expect(running.notices).toEqual([expect.stringContaining('reading again')]);
    expect(await storedKeys(url)).toEqual(['1/0/0', '1/1/0', '1/2/0', '1/50/0']);
    expect(await progressOf(url)).toMatchObject({ seq: 2, stored_new: 1, duplicate: 1, conflict: 0, missed: 0 });
    await closeLogs(logs);
    await closeLogs(older);
  });

  test('a log that lost its end but never gives a number twice goes on behind the watermark', async () => {
    const url = await server.fresh();
    const logs = await logOf([fixAt(1, 0), fixAt(1, 1), fixAt(1, 2)]);
    await storeAll(url, logs);
    const shorter = await openLogs({ notBefore: 1000 }); // nothing of it was on the disk when the power went
    const running = await storeAll(url, shorter);
    expect(running.report.stats).toMatchObject({ storedNew: 3, missed: -3 });
    shorter.spool.addFix(fixAt(1, 60));
    await accepted(shorter.spool);
    await storeAll(url, shorter);
    expect(await progressOf(url)).toMatchObject({ seq: 1000, stored_new: 4, duplicate: 0, missed: -3 });
    expect(await storedKeys(url)).toHaveLength(4);
    await closeLogs(logs);
    await closeLogs(shorter);
  });

  test('a database of another log is left alone, with a sentence that says what to do', async () => {
    const url = await server.fresh();
    const logs = await logOf([fixAt(1, 0)]);
    await storeAll(url, logs);
    const foreign = startWriter(url, logs, { node: 'other' });
    await waitFor(
      'away',
      () => foreign.states,
      (states) => states.at(-1)?.state === 'away',
    );
    expect(foreign.states.at(-1)?.detail).toMatch(/another data directory.*CHEJI_DATABASE_URL/);
    await foreign.stop();
    expect(await progressOf(url)).toMatchObject({ seq: 1 });
    await closeLogs(logs);
  });

  test('a partition that somebody dropped is made again', async () => {
    const url = await server.fresh();
    const logs = await logOf([fixAt(1, 0)]);
    const running = startWriter(url, logs);
    await running.caughtUp();
    await rowsOf(url, 'drop table if exists positions_20250101');
    logs.spool.addFix(fixAt(1, 1));
    await accepted(logs.spool);
    await running.caughtUp();
    const { stats } = await running.stop();
    expect(stats).toMatchObject({ storedNew: 2, quarantined: 0 });
    expect(await storedKeys(url)).toContain('1/1/0');
    await closeLogs(logs);
  });

  test('two writers on one log get in each other’s way and still count every fix once', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    const both = [startWriter(url, logs, { batchBytes: 2000 }), startWriter(url, logs, { batchBytes: 3000 })];
    for (let i = 0; i < 600; i++) {
      logs.spool.addFix(fixAt(1 + (i % 3), i % 500));
      if (i % 20 === 19) await accepted(logs.spool);
    }
    await Promise.all(both.map((running) => running.caughtUp()));
    await Promise.all(both.map((running) => running.stop()));
    const counts = await progressOf(url);
    expect(counts).toMatchObject({ seq: 600, quarantined: 0, missed: 0 });
    expect(counts.stored_new + counts.duplicate).toBe(600);
    expect(await storedKeys(url)).toHaveLength(counts.stored_new);
    await closeLogs(logs);
  });

  describe('compared with a table in memory', () => {
    const someFixes = fc.array(
      fc.record({
        vehicleNo: fc.integer({ min: 1, max: 3 }),
        second: fc.integer({ min: 0, max: 12 }),
        speedKmh: fc.constantFrom(40, 41),
        quality: fc.constantFrom(0, 0, 0, REPEAT),
        bad: fc.constantFrom(false, false, false, false, true),
      }),
      { minLength: 1, maxLength: 60 },
    );

    test('any log, cut into batches anywhere, with restarts anywhere', async () => {
      const url = await server.fresh();
      await fc.assert(
        fc.asyncProperty(someFixes, fc.integer({ min: 100, max: 4000 }), fc.nat(60), async (specs, batchBytes, cut) => {
          const tables = await rowsOf<{ found: string | null }>(url, "select to_regclass('positions') as found");
          if (tables[0].found) {
            await rowsOf(url, 'truncate positions, position_conflicts, quarantine, writer_progress');
          }
          const logs = await openLogs();
          const model = { rows: new Map<string, number>(), duplicate: 0, conflict: 0, quarantined: 0 };
          for (const [i, { vehicleNo, second, speedKmh, quality, bad }] of specs.entries()) {
            const fixTime = bad ? { fixTime: Number.NaN } : {};
            logs.spool.addFix(fixAt(vehicleNo, second, { speedKmh, quality, ...fixTime }));
            const key = `${vehicleNo}/${second}/0`;
            const before = model.rows.get(key);
            if (quality & REPEAT) model.duplicate++;
            else if (bad) model.quarantined++;
            else if (before === undefined) model.rows.set(key, speedKmh);
            else {
              model.duplicate++;
              if (before !== speedKmh) model.conflict++;
            }
            if (i === cut) {
              await accepted(logs.spool);
              await storeAll(url, logs, { batchBytes });
            }
          }
          await accepted(logs.spool);
          await storeAll(url, logs, { batchBytes });
          const { rows, ...counts } = model;
          expect(await storedKeys(url)).toEqual([...rows.keys()].sort());
          expect(await progressOf(url)).toMatchObject({
            seq: specs.length,
            stored_new: rows.size,
            missed: 0,
            ...counts,
          });
          expect(await rowsOf(url, 'select from quarantine')).toHaveLength(counts.quarantined);
          await closeLogs(logs);
        }),
        { numRuns: 15, seed: 2, endOnFailure: true },
      );
    });
  });
});
