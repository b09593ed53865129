import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { expect, onTestFinished, test } from 'vitest';
import { SegmentLog } from '../../store/segment-log.js';
import { Spool } from '../../store/spool.js';
import { embeddedServer } from '../support/postgres.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import { FaultyFiles } from './support.js';
import { fixAt, progressOf, startWriter, storedKeys } from './writer-support.js';

const server = embeddedServer();

/** The row "our disk full" of the reliability sheet §14. */
test.each(['fail', 'tear'] as const)(
  'a disk that is full (writes %s): nothing is acknowledged, nothing is lost, and it goes on by itself',
  async (fault) => {
    const url = await server.fresh();
    const root = await tempDir();
    const files = new FaultyFiles('ENOSPC');
    const spoolDir = join(root, 'spool');
    const alertDir = join(root, 'alerts');
    const spool = await Spool.open({ dir: spoolDir, files, ackLevel: 'fsync', segmentBytes: 8192, retryMs: 5 });
    const alerts = await SegmentLog.open({ dir: alertDir });
    const logs = { spoolDir, alertDir, spool, alerts, firstNewSeq: spool.lastSeq + 1 };
    const writer = startWriter(url, logs);
    onTestFinished(async () => {
      await writer.stop();
      await spool.close();
      await alerts.close();
    });
    let acknowledged = 0;
    const send = (from: number, count: number) => {
      for (let i = from; i < from + count; i++) expect(spool.addFix(fixAt(1 + (i % 5), i))).toBe(true);
      spool.whenAccepted(() => (acknowledged += count));
    };

    send(0, 100);
    await waitFor(
      'the first acknowledgement',
      () => acknowledged,
      (n) => n === 100,
    );
    files.plan = (op) => (op === 'writev' ? fault : op === 'create' ? 'fail' : undefined);
    send(100, 100);
    await waitFor(
      'the spool to notice',
      () => spool.state,
      (state) => state === 'failed',
    );
    expect(spool.addFix(fixAt(1, 200))).toBe(false); // senders are told to keep it
    await pause(100); // several attempts
    await writer.caughtUp();
    expect(acknowledged).toBe(100);
    expect([spool.fixesAccepted, spool.pendingFixes]).toEqual([100, 100]);
    expect(await progressOf(url)).toMatchObject({ stored_new: 100, missed: 0 });

    files.plan = () => undefined; // somebody made room
    await waitFor(
      'the acknowledgements',
      () => acknowledged,
      (n) => n === 200,
    );
    expect(spool.state).toBe('ok');
    send(200, 60); // the senders try again
    await waitFor(
      'the last acknowledgement',
      () => acknowledged,
      (n) => n === 260,
    );
    const { stats } = await writer.caughtUp();
    expect(spool.fixesAccepted).toBe(260);
    expect(stats.storedNew + stats.duplicate + stats.quarantined + stats.missed).toBe(spool.fixesAccepted);
    expect(new Set(await storedKeys(url)).size).toBe(260);
  },
);
