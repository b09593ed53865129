import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { json } from 'node:stream/consumers';
import { setTimeout as pause } from 'node:timers/promises';
import { fileURLToPath } from 'node:url';
import { imbalances, type LiveStats } from '../../model/stats.js';
import { countPositions } from './database.js';
import { cpuSeconds, processTree } from './proc.js';
import type { ServerProcess } from './server-process.js';
import type { LoadJob, LoadResult } from './terminal-load.js';

export interface Figure extends LoadResult {
  framesPerSecond: number;
  /** Percent of one core, all threads together. */
  serverCpu: number;
  databaseCpu: number;
  loadCpu: number;
}

const LOAD = fileURLToPath(new URL('./terminal-load.js', import.meta.url));

/** Processor seconds of the database that the server has started. */
export function databaseSeconds(server: ServerProcess): number {
  return processTree(server.pid)
    .slice(1)
    .reduce((sum, pid) => sum + cpuSeconds(pid), 0);
}

/** One round of the generator, in a process of its own. Throws where an acknowledgement was wrong or missing. */
export async function measureLoad(job: LoadJob, serverCpu: () => number, databaseCpu = () => 0): Promise<Figure> {
  const load = spawn(process.execPath, [LOAD], { stdio: ['pipe', 'pipe', 'inherit'] });
  load.stdin.end(JSON.stringify(job));
  // It says "begin" when everything is encoded and every terminal is logged in.
  await once(load.stdout, 'data');
  const before = [serverCpu(), databaseCpu()];
  const result = (await json(load.stdout)) as LoadResult;
  const after = [serverCpu(), databaseCpu()];
  if (result.wrong > 0 || result.acknowledged !== result.sent) {
    throw new Error(`${result.sent} sent, ${result.acknowledged} acknowledged, ${result.wrong} of them wrongly`);
  }
  const percent = (cpu: number) => Math.round((cpu / result.seconds) * 100);
  return {
    ...result,
    framesPerSecond: result.acknowledged / result.seconds,
    serverCpu: percent(after[0] - before[0]),
    databaseCpu: percent(after[1] - before[1]),
    loadCpu: percent(result.cpuSeconds),
  };
}

/** Waits until engine and writer have reached the end of the log. */
export async function drained(server: ServerProcess): Promise<LiveStats> {
  for (let i = 0; i < 3000; i++) {
    const { body } = await server.api<LiveStats>('/v1/stats/live');
    if (body.fixes.pending === 0 && body.store.inSpool === 0 && body.engine.inSpool === 0) return body;
    await pause(100);
  }
  throw new Error('the server did not store everything within 5 minutes');
}

/**
 * Waits until everything is stored; then the equations of model/stats.ts hold, and each of the `sent` fixes, all of them acknowledged and
 * different, is one row of the database at `url`. Throws where that is not so.
 */
export async function checkConserved(server: ServerProcess, url: string, sent: number): Promise<LiveStats> {
  const stats = await drained(server);
  const { rows } = await countPositions(url);
  const wrong = imbalances(stats);
  if (stats.fixes.accepted !== sent) wrong.push(`${sent} acknowledged, ${stats.fixes.accepted} accepted`);
  if (rows !== sent) wrong.push(`${sent} acknowledged, ${rows} rows`);
  if (wrong.length > 0) throw new Error(`${wrong.join('; ')}: ${JSON.stringify(stats)}`);
  const alerts = JSON.stringify(stats.engine.alerts);
  console.log(`\n${sent} fixes acknowledged, ${rows} rows; every counter adds up; alerts ${alerts}`);
  return stats;
}
