import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { mkdir } from 'node:fs/promises';
import { join } from 'node:path';
import { fileURLToPath } from 'node:url';
import { expect, test } from 'vitest';
import type { Alert, AlertTransition } from '../../model/alert.js';
import { UNTOUCHED } from '../../model/alert-life.js';
import { REPEAT } from '../../model/quality.js';
import { EmbeddedPostgres } from '../../store/embedded.js';
import { onEveryServer } from '../support/postgres.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';
import {
  accepted,
  appendAlerts,
  closeLogs,
  fixAt,
  type Logs,
  openLogs,
  progressOf,
  rowsOf,
  startWriter,
  storedKeys,
} from './writer-support.js';

const PROCESS = fileURLToPath(new URL('../support/fixtures/writer-process.ts', import.meta.url));
const KILLS = 12;
const FIXES = 8_000;
/** From here on the fixes of before come again. */
const AGAIN = 7_000;

function alertStep(id: string, revision: number): AlertTransition {
  const alert: Alert = {
    id,
    type: 'overspeed',
    severity: 'warning',
    state: revision === 1 ? 'raised' : 'cleared',
    vehicleId: 'v1',
    plate: null,
    fenceId: null,
    ruleId: 'r',
    ruleRevision: 1,
    occurredAt: '2025-01-01T00:00:00.000Z',
    detectedAt: '2025-01-01T00:00:01.000Z',
    clearedAt: revision === 1 ? null : '2025-01-01T00:01:00.000Z',
    clearReason: null,
    position: {} as Alert['position'],
    evidence: { revision },
    company: null,
    region: null,
    ...UNTOUCHED,
    revision,
  };
  return { number: 0, inputSeq: revision, transition: revision === 1 ? 'raised' : 'cleared', alert };
}

/** Fixes of which some are refused, repeats, duplicates and conflicts, with changes between and alerts beside them. */
async function mixedLogs(): Promise<{ logs: Logs; keys: string[]; counts: Record<string, number> }> {
  const logs = await openLogs();
  const keys = new Set<string>();
  const counts = { duplicate: 0, conflict: 0, quarantined: 0 };
  for (let i = 0; i < FIXES; i++) {
    const second = i % AGAIN;
    if (i % 400 === 7) {
      counts.quarantined++;
      logs.spool.addFix(fixAt(1, second, { fixTime: Number.NaN }));
    } else if (i % 97 === 0) {
      counts.duplicate++;
      logs.spool.addFix(fixAt(1, second, { quality: REPEAT }));
    } else {
      const key = `1/${second}/0`;
      const differs = i >= AGAIN && i % 2 === 0;
      if (keys.has(key)) counts.duplicate++;
      if (keys.has(key) && differs) counts.conflict++;
      keys.add(key);
      logs.spool.addFix(fixAt(1, second, differs ? { speedKmh: 99 } : {}));
    }
    if (i % 50 === 0) {
      logs.spool.addChange({ type: 'vehicle-delete', revision: i + 1, at: 0, no: 77 });
      await accepted(logs.spool);
    }
  }
  await accepted(logs.spool);
  for (let n = 0; n < 50; n++) await appendAlerts(logs.alerts, [alertStep(`a${n}`, 1), alertStep(`a${n}`, 2)]);
  return { logs, keys: [...keys].sort(), counts };
}

onEveryServer('writer under faults', (server) => {
  test('killed at random moments, it loses nothing, stores nothing twice and counts everything once', async () => {
    const url = await server.fresh();
    const { logs, keys, counts } = await mixedLogs();
    const { committedSeq: seq, fixesAccepted } = logs.spool;
    const args = [url, logs.spoolDir, logs.alertDir, seq, fixesAccepted, logs.alerts.committedSeq].map(String);
    await closeLogs(logs);

    /** True where it came to the end; it is killed `ms` after it has looked at the log so many times. */
    const run = async (looks: number, ms: number) => {
      const child = spawn(process.execPath, ['--import', 'tsx', PROCESS, ...args], {
        stdio: ['ignore', 'pipe', 'inherit'],
      });
      const gone = once(child, 'close');
      let output = '';
      child.stdout.on('data', (data) => {
        output += data;
        if (output.length > looks) setTimeout(() => child.kill('SIGKILL'), ms);
      });
      await gone;
      return output.includes('end');
    };
    const reached = new Set<number>();
    for (let random = 0.5, kills = 0; kills < KILLS; kills++) {
      random = (random * 9301 + 0.49297) % 1; // a fixed sequence of moments
      await run(random * 60, random * 5);
      reached.add((await progressOf(url)).seq);
    }
    expect(reached.size).toBeGreaterThan(3); // else the kills came before or after the work
    expect(await run(Infinity, 0)).toBe(true);

    expect(await storedKeys(url)).toEqual(keys);
    expect(await progressOf(url)).toEqual({
      seq,
      alert_number: 100,
      stored_new: keys.length,
      missed: 0,
      ...counts,
    });
    expect(await rowsOf(url, 'select from quarantine')).toHaveLength(counts.quarantined);
    expect(await rowsOf(url, "select from alerts where state = 'cleared' and revision = 2")).toHaveLength(50);
    expect(await rowsOf(url, 'select from alert_transitions')).toHaveLength(100);
  }, 120_000);
});

test('a database that goes away and comes back gets everything, by itself', async () => {
  const dir = await tempDir();
  await mkdir(join(dir, 'keys'));
  const options = { dir: join(dir, 'postgres'), keys: join(dir, 'keys'), settings: { fsync: 'off' } };
  let server = await EmbeddedPostgres.start(options);
  const { url } = server;
  const logs = await openLogs();
  const running = startWriter(url, logs, { batchBytes: 4_000 });
  const addSome = async (from: number, to: number) => {
    for (let i = from; i < to; i++) {
      logs.spool.addFix(fixAt(1, i));
      if (i % 20 === 0) await accepted(logs.spool);
    }
    await accepted(logs.spool);
    running.writer.wake();
  };
  await addSome(0, 500);
  await running.caughtUp();

  const adding = addSome(500, 1500);
  await server.stop(); // with batches under way
  await adding;
  await waitFor(
    'away',
    () => running.states.at(-1)?.state,
    (state) => state === 'away',
  );
  expect(running.states.at(-1)?.detail).toMatch(/./);
  await addSome(1500, 2000);
  await waitFor(
    'the lag to show',
    () => running.report.stats.lagSeconds,
    (lag) => lag > 1,
  );

  server = await EmbeddedPostgres.start(options);
  expect(server.url).toBe(url);
  const { watermark, stats } = await running.caughtUp();
  expect(watermark).toBe(2000);
  expect(stats).toMatchObject({ storedNew: 2000, duplicate: 0, conflict: 0, quarantined: 0, missed: 0 });
  expect(await storedKeys(url)).toHaveLength(2000);
  await running.stop();
  await server.stop();
  await closeLogs(logs);
}, 60_000);

test('a database that is away at the start is waited for', async () => {
  const dir = await tempDir();
  await mkdir(join(dir, 'keys'));
  const options = { dir: join(dir, 'postgres'), keys: join(dir, 'keys'), settings: { fsync: 'off' } };
  const first = await EmbeddedPostgres.start(options);
  await first.stop();
  const logs = await openLogs();
  logs.spool.addFix(fixAt(1, 0));
  await accepted(logs.spool);
  const running = startWriter(first.url, logs);
  await waitFor(
    'away',
    () => running.states.at(-1)?.state,
    (state) => state === 'away',
  );
  const server = await EmbeddedPostgres.start(options);
  await running.caughtUp();
  expect(running.states.map((state) => state.state)).toEqual(expect.arrayContaining(['starting', 'away', 'ready']));
  await running.stop();
  await server.stop();
  await closeLogs(logs);
}, 60_000);
