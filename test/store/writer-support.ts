import { join } from 'node:path';
import type { Pool } from 'pg';
import { onTestFinished } from 'vitest';
import type { AlertTransition } from '../../model/alert.js';
import { allocBlock, BLOCK_HEADER_BYTES, closeBlock, KIND_ALERTS } from '../../model/block.js';
import { Catalog, type CatalogSnapshot } from '../../model/catalog.js';
import { LOCATED, Position } from '../../model/position.js';
import { openPool } from '../../store/db.js';
import { committedIn } from '../../store/log-reader.js';
import { SegmentLog } from '../../store/segment-log.js';
import { Spool } from '../../store/spool.js';
import { Writer, type WriterOptions, type WriterReport, type WriterState } from '../../store/writer.js';
import { connected, type DatabaseServer } from '../support/postgres.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

/** The two logs that a writer follows. */
export interface Logs {
  spoolDir: string;
  alertDir: string;
  spool: Spool;
  alerts: SegmentLog;
  firstNewSeq: number;
}

export async function openLogs({ segmentBytes = 64 * 1024, notBefore = 1 } = {}): Promise<Logs> {
  const root = await tempDir();
  const spoolDir = join(root, 'spool');
  const alertDir = join(root, 'alerts');
  const spool = await Spool.open({ dir: spoolDir, ackLevel: 'write', segmentBytes, notBefore });
  const alerts = await SegmentLog.open({ dir: alertDir, segmentBytes });
  return { spoolDir, alertDir, spool, alerts, firstNewSeq: spool.lastSeq + 1 };
}

/** A fresh database of `server`, with logs to fill it from and a pool to read it by; closed when the test is over. */
export async function openStore(server: DatabaseServer): Promise<{ url: string; logs: Logs; pool: Pool }> {
  const url = await server.fresh();
  const logs = await openLogs();
  const pool = openPool(url, () => {}, { connections: 1 });
  onTestFinished(async () => {
    await closeLogs(logs);
    await pool.end();
  });
  return { url, logs, pool };
}

export async function closeLogs({ spool, alerts }: Logs): Promise<void> {
  await spool.close();
  await alerts.close();
}

export const accepted = (spool: Spool) => new Promise<void>((resolve) => spool.whenAccepted(resolve));

/** A fix of vehicle `vehicleNo` at second `second` of 2025. */
export function fixAt(vehicleNo: number, second: number, more: Partial<Position> = {}): Position {
  const fixTime = Date.UTC(2025, 0, 1) + second * 1000;
  return Object.assign(new Position(), {
    vehicleNo,
    fixTime,
    receivedTime: fixTime + 700,
    lon: 120 + second / 1e4,
    lat: 31.5,
    speedKmh: 40,
    flags: LOCATED,
    source: 1,
    ...more,
  });
}

/** Appends one commit to the alert log. */
export async function appendAlerts(log: SegmentLog, transitions: AlertTransition[]): Promise<void> {
  const body = Buffer.from(JSON.stringify({ inputSeq: 1, transitions }));
  const block = allocBlock(body.length);
  body.copy(block, BLOCK_HEADER_BYTES);
  const head = {
    kind: KIND_ALERTS,
    firstSeq: log.nextSeq,
    count: transitions.length,
    fixesBefore: 0,
    closedAt: 1,
  } as const;
  await log.append([closeBlock(block, head)]);
}

/** A writer with everything that it has said so far. */
export interface RunningWriter {
  writer: Writer;
  states: WriterState[];
  notices: string[];
  /** The newest. */
  report: WriterReport;
  /** Waits until the database has what the logs hold. */
  caughtUp(): Promise<WriterReport>;
  /** Ends after storing what the logs hold. */
  stop(): Promise<WriterReport>;
}

export function startWriter(url: string, logs: Logs, options: Partial<WriterOptions> = {}): RunningWriter {
  const fixes = new BigInt64Array(logs.spool.shared);
  const running = { states: [] as WriterState[], notices: [] as string[] } as RunningWriter;
  const writer = new Writer({
    url,
    node: 'test',
    spoolDir: logs.spoolDir,
    alertDir: logs.alertDir,
    firstNewSeq: logs.firstNewSeq,
    committed: committedIn(logs.spool.shared),
    committedFixes: () => Number(Atomics.load(fixes, 1)),
    alertCommitted: committedIn(logs.alerts.shared),
    catalog: async (): Promise<CatalogSnapshot> => new Catalog().snapshot(),
    onState: (state) => running.states.push(state),
    onProgress: (report) => {
      running.report = report;
    },
    onNotice: (line) => running.notices.push(line),
    batchMs: 5,
    ...options,
  });
  const ended = writer.run();
  running.writer = writer;
  running.caughtUp = async () => {
    writer.wake();
    await waitFor(
      'the writer to catch up',
      () => ({ report: running.report, state: running.states.at(-1) }),
      ({ report, state }) =>
        state?.state === 'ready' &&
        report.watermark >= logs.spool.committedSeq &&
        report.alertWatermark >= logs.alerts.committedSeq,
      { everyMs: 5 },
    );
    return running.report;
  };
  running.stop = async () => {
    writer.stop();
    await ended;
    return running.report;
  };
  return running;
}

/** Stores what the logs hold, and ends. */
export async function storeAll(url: string, logs: Logs, options: Partial<WriterOptions> = {}): Promise<RunningWriter> {
  const running = startWriter(url, logs, options);
  await running.caughtUp();
  await running.stop();
  return running;
}

/** Rows of a query on a connection of its own. */
export async function rowsOf<T extends object>(url: string, sql: string, values: unknown[] = []): Promise<T[]> {
  return connected(url, async (db) => (await db.query<T>(sql, values)).rows);
}

/** Keys of all stored fixes: `vehicle/second/subSeq`, sorted. */
export async function storedKeys(url: string): Promise<string[]> {
  const rows = await rowsOf<{ key: string }>(
    url,
    `select vehicle_no || '/' || (extract(epoch from time - '2025-01-01 00:00+00'::timestamptz))::int || '/' || sub_seq as key
     from positions`,
  );
  return rows.map((row) => row.key).sort();
}

export async function progressOf(url: string): Promise<Record<string, number>> {
  const [row] = await rowsOf<Record<string, string>>(
    url,
    'select seq, alert_number, stored_new, duplicate, conflict, quarantined, missed from writer_progress',
  );
  return Object.fromEntries(Object.entries(row).map(([name, value]) => [name, Number(value)]));
}
