import { expect, test } from 'vitest';
import { RawFrames } from '../../store/raw-frames.js';
import { onEveryServer } from '../support/postgres.js';
import { accepted, fixAt, openStore, rowsOf, storeAll } from './writer-support.js';

const START = Date.UTC(2025, 0, 1);

onEveryServer('frames', (server) => {
  test('those that were kept are read again as they came, page by page; fixes without one are left out', async () => {
    const { url, logs, pool } = await openStore(server);
    const raw = (hex: string) => Buffer.from(hex, 'hex');
    for (const p of [
      fixAt(1, 0, { raw: raw('7e02000001') }),
      fixAt(1, 10, { raw: raw('7e07040002') }),
      fixAt(1, 10, { raw: raw('7e07040002'), subSeq: 1 }),
      fixAt(1, 20),
      fixAt(1, 30, { raw: raw('7e02000003'), items: raw('0104') }),
      fixAt(1, 30, { raw: raw('7e02000009'), items: raw('0104') }), // came again, in another frame: equal
      fixAt(2, 10, { raw: raw('7e02000004') }),
    ]) {
      logs.spool.addFix(p);
    }
    await accepted(logs.spool);
    const { report } = await storeAll(url, logs);
    expect(report.stats).toMatchObject({ storedNew: 6, duplicate: 1, conflict: 0 });

    const frames = new RawFrames(pool);
    const span = { vehicleNo: 1, from: START, to: START + 60_000 };
    const all = await frames.list({ ...span, limit: 10 });
    expect(
      all.map(({ fixTime, subSeq, bytes }) => [(fixTime - START) / 1000, subSeq, Buffer.from(bytes).toString('hex')]),
    ).toEqual([
      [0, 0, '7e02000001'],
      [10, 0, '7e07040002'],
      [10, 1, '7e07040002'],
      [30, 0, '7e02000003'],
    ]);
    expect(all[0]).toMatchObject({ source: 1, receivedTime: START + 700 });
    const first = await frames.list({ ...span, limit: 2 });
    expect([...first, ...(await frames.list({ ...span, after: first[1], limit: 2 }))]).toEqual(all);
    expect(await frames.list({ ...span, from: START + 20_000, to: START + 30_000, limit: 10 })).toEqual([]);
    expect(await rowsOf(url, 'select from positions where raw is null')).toHaveLength(1);
  });
});
