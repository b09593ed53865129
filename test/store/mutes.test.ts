import { expect, onTestFinished, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import { onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, fixAt, openLogs, rowsOf, storeAll } from './writer-support.js';

onEveryServer('mutes', (server) => {
  test('each is kept in its last form, those that were ended early too', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    const at = Date.UTC(2025, 0, 1);
    const mute = { from: at, to: at + 3_600_000, reason: '道路施工', by: 'li', createdAt: at };
    const scope = { fences: ['depot'] };
    logs.spool.addChange({ type: 'mute-put', revision: 1, at, mute: { ...mute, id: 'm1', scope } });
    logs.spool.addChange({ type: 'mute-put', revision: 2, at, mute: { ...mute, id: 'm2', scope: { types: ['sos'] } } });
    await accepted(logs.spool);
    await storeAll(url, logs);
    logs.spool.addChange({ type: 'mute-put', revision: 3, at, mute: { ...mute, id: 'm1', scope, reason: 'longer' } });
    logs.spool.addChange({ type: 'mute-delete', revision: 4, at: at + 1000, id: 'm2' });
    await accepted(logs.spool);
    await storeAll(url, logs);
    await closeLogs(logs);
    expect(await rowsOf(url, 'select * from mutes order by id')).toEqual([
      {
        id: 'm1',
        scope,
        from: new Date(mute.from),
        to: new Date(mute.to),
        reason: 'longer',
        by: 'li',
        created_at: new Date(at),
        deleted_at: null,
      },
      expect.objectContaining({ id: 'm2', scope: { types: ['sos'] }, deleted_at: new Date(at + 1000) }),
    ]);
  });

  test('a database that is new has those that the log no longer tells of', async () => {
    const url = await server.fresh();
    const logs = await openLogs({ notBefore: 100 });
    onTestFinished(() => closeLogs(logs));
    const catalog = new Catalog();
    const mute = { id: 'm1', scope: {}, from: 0, to: 3_600_000, reason: 'r', by: 'li', createdAt: 0 };
    catalog.apply({ type: 'mute-put', revision: 1, at: 0, mute });
    logs.spool.addFix(fixAt(1, 0));
    await accepted(logs.spool);
    await storeAll(url, logs, { catalog: async () => catalog.snapshot() });
    expect(await rowsOf(url, 'select id, deleted_at from mutes')).toEqual([{ id: 'm1', deleted_at: null }]);
  });
});
