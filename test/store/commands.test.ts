import { expect, onTestFinished, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import { advance, type Command } from '../../model/command.js';
import { openPool } from '../../store/db.js';
import { History } from '../../store/history.js';
import { onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, fixAt, openLogs, startWriter, storeAll } from './writer-support.js';

const T = Date.UTC(2026, 2, 1);

function command(n: number, more: Partial<Command> = {}): Command {
  return {
    id: `c0000000000000${String(n).padStart(4, '0')}`,
    vehicleId: `v${n % 2}`,
    terminal: { protocol: 'jt808', number: String(n % 2) },
    type: 'text',
    params: { text: '请减速 \u0000' },
    batch: n > 2 ? 'c000000000000009999' : null,
    createdAt: T + n,
    expiresAt: T + 86_400_000,
    neverLate: n === 2,
    by: 'admin',
    state: 'queued',
    attempts: 0,
    history: [{ state: 'queued', at: T + n }],
    answer: null,
    reason: null,
    endedAt: null,
    ...more,
  };
}

onEveryServer('commands', (server) => {
  test('what was asked for and what became of it are rows, whether they came in one batch or in two', async () => {
    const url = await server.fresh();
    const logs = await openLogs();
    let revision = 0;
    const record = async (
      change:
        | Omit<Extract<Change, { type: 'command-put' }>, 'revision' | 'at'>
        | Omit<Extract<Change, { type: 'command-step' }>, 'revision' | 'at'>,
    ) => {
      logs.spool.addChange({ ...change, revision: ++revision, at: T } as Change);
      await accepted(logs.spool);
    };
    const [one, two, three] = [1, 2, 3].map((n) => command(n));
    const sent = advance(one, { state: 'sent', at: T + 10, serial: 7 }, false);
    await record({ type: 'command-put', commands: [one, two] });
    await record({ type: 'command-step', steps: [sent] });
    const running = startWriter(url, logs);
    await running.caughtUp();
    const pool = openPool(url, () => {});
    onTestFinished(() => pool.end());
    const history = new History(pool);
    const shown = { ...one, ...sent, params: { text: '请减速 \ufffd' } };
    expect(await history.command(one.id)).toEqual(shown);

    const answered = advance(sent, { state: 'answered', at: T + 20 }, true, { lat: 31.5 });
    const failed = advance(two, { state: 'failed', at: T + 30, reason: 'not-connected' }, true);
    await record({ type: 'command-step', steps: [answered, failed] });
    await record({ type: 'command-put', commands: [three] });
    await running.caughtUp();
    expect(await history.command(one.id)).toEqual({ ...shown, ...answered });
    expect(await history.command(two.id)).toMatchObject({ state: 'failed', reason: 'not-connected', endedAt: T + 30 });

    const ids = async (filter: Parameters<History['commands']>[0]) =>
      (await history.commands(filter)).map(({ id }) => id);
    const limit = 10;
    expect(await ids({ limit })).toEqual([three.id, two.id, one.id]);
    expect(await ids({ limit: 1, before: three.id })).toEqual([two.id]);
    expect(await ids({ limit, vehicle: ['v1'] })).toEqual([three.id, one.id]);
    expect(await ids({ limit, state: ['failed', 'queued'] })).toEqual([three.id, two.id]);
    expect(await ids({ limit, type: ['locate'] })).toEqual([]);
    expect(await ids({ limit, batch: 'c000000000000009999' })).toEqual([three.id]);
    expect(await history.command('c000000000000000000')).toBeUndefined();
    await running.stop();
    await closeLogs(logs);
  });

  test('a new database learns of those that the log no longer tells of, and of what becomes of them', async () => {
    const url = await server.fresh();
    const logs = await openLogs({ segmentBytes: 4096 });
    for (let i = 0; i < 400; i++) {
      logs.spool.addFix(fixAt(1, i));
      if (i % 40 === 39) await accepted(logs.spool);
    }
    await logs.spool.truncateBefore(200);
    const known = command(1);
    const failed = advance(known, { state: 'failed', at: T + 30, reason: 'not-connected' }, true);
    logs.spool.addChange({ type: 'command-step', revision: 9, at: T, steps: [failed] });
    await accepted(logs.spool);
    await storeAll(url, logs, { catalog: async () => ({ ...new Catalog().snapshot(), commands: [known] }) });
    const pool = openPool(url, () => {});
    onTestFinished(() => pool.end());
    expect(await new History(pool).command(known.id)).toMatchObject({ type: 'text', state: 'failed', endedAt: T + 30 });
    await closeLogs(logs);
  });
});
