import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import { StoredAudit } from '../../store/audit.js';
import { Registry } from '../../store/registry.js';
import { Upkeep } from '../../store/upkeep.js';
import { onEveryServer } from '../support/postgres.js';
import { accepted, fixAt, openStore, rowsOf, storeAll } from './writer-support.js';

const START = Date.UTC(2025, 0, 1);
const gate = { type: 'Point' as const, coordinates: [120.3, 31.5] as [number, number] };
const properties = (name: string) => ({ name, rules: [{ type: 'enter' as const }], radius: 100 });

onEveryServer('audit', (server) => {
  test('who did what, with what was before; once, however often the log is read; nothing of what terminals say', async () => {
    const { url, logs, pool } = await openStore(server);
    let now = START;
    const catalog = new Catalog();
    const registry = new Registry(catalog, logs.spool, () => now);
    const act = async (work: (admin: Registry) => Promise<unknown>) => {
      now += 1000;
      expect(await work(registry.as('admin'))).not.toHaveProperty('refused');
    };
    registry.ensureVehicleForTerminal('jt808', '100');
    logs.spool.addFix(fixAt(1, 0));
    await act((admin) => admin.putVehicle({ id: '100', plate: '苏B12345' }));
    await act((admin) => admin.putFence({ id: 'gate', geometry: gate, properties: properties('Gate') }));
    await storeAll(url, logs);
    await act((admin) => admin.putFence({ id: 'gate', geometry: gate, properties: properties('South gate') }));
    await act((admin) => admin.deleteFence('gate'));
    registry.tick(now);
    await accepted(logs.spool);
    await storeAll(url, logs);

    const audit = new StoredAudit(pool);
    const all = await audit.list({ limit: 10 });
    expect(all.map(({ actor, action, objects }) => [actor, action, ...objects])).toEqual([
      ['admin', 'fence-delete', 'fence/gate'],
      ['admin', 'fence-put', 'fence/gate'],
      ['admin', 'fence-put', 'fence/gate'],
      ['admin', 'vehicle-put', 'vehicle/100'],
    ]);
    const name = (content: Record<string, unknown> | null) =>
      content && (content.fence as { properties: { name: string } }).properties.name;
    expect(all.slice(0, 3).map(({ before, content }) => [name(before), name(content)])).toEqual([
      ['South gate', null],
      ['Gate', 'South gate'],
      [null, 'Gate'],
    ]);
    expect(all[3]).toMatchObject({ at: START + 1000, before: null, content: { vehicle: { plate: '苏B12345' } } });

    // Pages and conditions.
    const first = await audit.list({ limit: 3 });
    expect([...first, ...(await audit.list({ limit: 3, after: first[2] }))]).toEqual(all);
    expect(await audit.list({ limit: 9, object: ['vehicle/100', 'vehicle/7'] })).toEqual([all[3]]);
    expect(await audit.list({ limit: 9, actor: ['somebody'] })).toEqual([]);
    expect(await audit.list({ limit: 9, from: START + 2000, to: START + 3000 })).toEqual([all[2]]);

    // The log again from its start.
    await pool.query('update writer_progress set seq = 0, stored_new = 0');
    await storeAll(url, logs);
    expect(await audit.list({ limit: 10 })).toEqual(all);
    expect(await rowsOf(url, 'select from audit')).toHaveLength(4);
  });

  test('what is older than the audit is kept goes, also where tracks stay for ever', async () => {
    const { url, logs, pool } = await openStore(server);
    let now = START;
    const admin = new Registry(new Catalog(), logs.spool, () => now).as('admin');
    await admin.putVehicle({ id: '100' });
    now += 1000;
    await admin.deleteVehicle('100');
    await storeAll(url, logs);

    const upkeep = new Upkeep(pool, { retentionDays: null, compressAfterDays: null, alertDays: null, auditDays: 200 });
    const audit = new StoredAudit(pool);
    const actions = async () => (await audit.list({ limit: 10 })).map(({ action }) => action);
    const later = START + 200 * 86_400_000;
    await upkeep.pass(later);
    expect(await actions()).toEqual(['vehicle-delete', 'vehicle-put']);
    await upkeep.pass(later + 1);
    expect(await actions()).toEqual(['vehicle-delete']);
  });
});
