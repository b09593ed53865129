import { expect, test } from 'vitest';
import { onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, openLogs, rowsOf, storeAll } from './writer-support.js';

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
});
