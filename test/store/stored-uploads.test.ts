import { expect, onTestFinished, test } from 'vitest';
import { Uploads } from '../../ingest/uploads.js';
import type { Change } from '../../model/change.js';
import type { Upload, UploadFact } from '../../model/upload.js';
import type { Vehicle } from '../../model/vehicle.js';
import { openPool } from '../../store/db.js';
import { StoredUploads } from '../../store/stored-uploads.js';
import { onEveryServer } from '../support/postgres.js';
import { accepted, closeLogs, openLogs, storeAll } from './writer-support.js';

const START = Date.UTC(2026, 2, 1, 4);

function upload(id: string, more: Partial<Upload> = {}): Upload {
  const at = { time: START, receivedTime: START + 700 };
  return { id, vehicleNo: 1, vehicleId: 'v1', kind: 'waybill', source: 'jt808', content: { text: id }, ...at, ...more };
}

function change(revision: number, of: Upload): Change {
  return { type: 'upload', revision, at: START, upload: of };
}

onEveryServer('uploads', (server) => {
  async function stored(uploads: Upload[]): Promise<StoredUploads> {
    const url = await server.fresh();
    const logs = await openLogs();
    for (const [i, of] of uploads.entries()) logs.spool.addChange(change(i + 1, of));
    await accepted(logs.spool);
    await storeAll(url, logs);
    await closeLogs(logs);
    const pool = openPool(url, () => {}, { connections: 2 });
    onTestFinished(() => pool.end());
    return new StoredUploads(pool);
  }

  test('what was reported comes back as it was, once, whatever it holds', async () => {
    const odd = upload('a', {
      content: { text: 'half a pair \ud800, a nul \u0000, 中文', list: [1, null, { x: true }] },
    });
    const uploads = await stored([odd, upload('b'), { ...odd, content: { text: 'come again' } }]);
    expect(await uploads.one('b')).toEqual(upload('b'));
    expect((await uploads.one('a'))?.content).toEqual({
      text: 'half a pair \ufffd, a nul \ufffd, 中文',
      list: [1, null, { x: true }],
    });
    expect(await uploads.one('c')).toBeUndefined();
    expect(await uploads.list({ limit: 10 })).toHaveLength(2);
  });

  test('the view of trips reads them as they were handed in, whatever they lack', async () => {
    const meter = { on: '2026-03-01T12:00+08:00', off: null, km: 6.1, amountYuan: 23, tripNumber: 4_000_000_000 };
    const uploads = await stored([
      upload('a', {
        kind: 'trip',
        content: { emptyToLoaded: { time: null }, meter, ratingName: 'fair', callOrderId: 0 },
      }),
      upload('b', { kind: 'trip', content: { meterRaw: '01' } }),
      upload('c'),
    ]);
    const { rows } = await uploads.pool.query(
      'select id, start_time, km, fare_yuan, meter_number, order_id from meter_trips order by id',
    );
    expect(rows).toEqual([
      { id: 'a', start_time: new Date(START), km: 6.1, fare_yuan: 23, meter_number: '4000000000', order_id: null },
      { id: 'b', start_time: null, km: null, fare_yuan: null, meter_number: null, order_id: null },
    ]);
  });

  test('lists by vehicle, kind, time and alert, newest first, in pages without a gap', async () => {
    const all = Array.from({ length: 20 }, (_, i) =>
      upload(String.fromCharCode(97 + i), {
        vehicleNo: 1 + (i % 2),
        kind: i % 4 === 0 ? 'attachment' : 'waybill',
        time: START + Math.floor(i / 3) * 1000, // some at the same time: then by id
        content: i === 8 ? { alertId: 'x' } : {},
      }),
    );
    const uploads = await stored(all);
    const ids = (found: Upload[]) => found.map(({ id }) => id).join('');
    expect(ids(await uploads.list({ limit: 100 }))).toBe('tsrqponmlkjihgfedcba');
    expect(ids(await uploads.list({ vehicleNo: 2, limit: 100 }))).toBe('trpnljhfdb');
    expect(ids(await uploads.list({ kind: ['attachment'], limit: 100 }))).toBe('qmiea');
    expect(ids(await uploads.list({ from: START + 1000, to: START + 3000, limit: 100 }))).toBe('ihgfed');
    expect(ids(await uploads.list({ alert: 'x', limit: 100 }))).toBe('i');
    let paged = '';
    for (let after: Upload | undefined; ; ) {
      const page: Upload[] = await uploads.list({ after, limit: 7 });
      if (page.length === 0) break;
      paged += ids(page);
      after = page[page.length - 1];
    }
    expect(paged).toBe('tsrqponmlkjihgfedcba');
  });
});

test('a report that is sent again is the same; one that is said again is not', () => {
  const taken: Upload[] = [];
  const uploads = new Uploads({ recordUpload: (of) => taken.push(of) });
  const vehicle = { no: 1, id: 'v1' } as Vehicle;
  const fact: UploadFact = { kind: 'event', time: Number.NaN, serial: 5, content: { eventId: 1 } };
  const take = (of: Partial<UploadFact>, at = START) => {
    uploads.take({ ...fact, ...of }, vehicle, 'jt808', at);
    return taken[taken.length - 1].id;
  };
  const first = take({});
  expect(first).toMatch(/^[0-9a-f]{32}$/);
  expect(take({}, START + 60_000)).toBe(first);
  const others = [
    take({}, START + 86_400_000),
    take({ serial: 6 }),
    take({ content: { eventId: 2 } }),
    take({ kind: 'answer' }),
    take({ time: START }),
  ];
  expect(new Set([first, ...others]).size).toBe(6);
  // What names its own time is the same however late it comes again.
  expect(take({ time: START }, START + 86_400_000)).toBe(others[4]);
  expect(uploads.counts).toEqual({ event: 7, answer: 1 });
});

test('a time that cannot be is that of receipt', () => {
  const taken: Upload[] = [];
  const uploads = new Uploads({ recordUpload: (of) => taken.push(of) });
  const fact: UploadFact = { kind: 'event', time: Number.NaN, serial: 5, content: {} };
  for (const time of [Number.NaN, Date.UTC(2000, 0, 1), START + 3 * 86_400_000, START - 1000]) {
    uploads.take({ ...fact, time }, { no: 1, id: 'v1' } as Vehicle, 'jt808', START);
  }
  expect(taken.map(({ time }) => time)).toEqual([START, START, START, START - 1000]);
});
