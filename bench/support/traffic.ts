import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
import { quantiles } from './child.js';
import type { LoadReport } from './stream-load.js';
import type { LoadJob, LoadResult } from './terminal-load.js';

const FIRST_NUMBER = 13_900_000_000;

/** Terminals in a process of their own. Resolves once the traffic has begun; `result` once it has ended. */
export async function startTraffic(job: LoadJob): Promise<{ result: Promise<LoadResult> }> {
  const script = fileURLToPath(new URL('./terminal-load.js', import.meta.url));
  const load = spawn(process.execPath, [script], { stdio: ['pipe', 'pipe', 'inherit'] });
  load.stdin.end(JSON.stringify(job));
  await once(load.stdout, 'data'); // the line `begin`
  return { result: json(load.stdout) as Promise<LoadResult> };
}

/** Of a stretch of time: how many locations were acknowledged, and how long that took, ms. */
export interface Acknowledged {
  count: number;
  p50: number;
  p99: number;
  max: number;
}

/** What came from `from` to before `to`, epoch ms, for each of the stretches; `file` is `LoadJob.acknowledgedAt`. */
export async function acknowledgedBetween(
  file: string,
  stretches: readonly { from: number; to: number }[],
): Promise<Acknowledged[]> {
  const all = await doublesIn(file);
  const times = all.subarray(0, all.length / 2);
  const latencies = all.subarray(all.length / 2);
  return stretches.map(({ from, to }) => {
    const seen = latencies.filter((_, i) => times[i] >= from && times[i] < to);
    const [p50, p99, max] = quantiles(seen, 0.5, 0.99, 1);
    return { count: seen.length, p50, p99, max };
  });
}

/** Of each alert that was read: from the acknowledgement of its fix to its arrival, ms; negative where the alert was first. */
export async function afterAcknowledgement(
  { alerts }: Pick<LoadReport, 'alerts'>,
  file: string,
  { framesPerTerminal, firstFixTime }: Pick<LoadJob, 'framesPerTerminal' | 'firstFixTime'>,
): Promise<number[]> {
  const times = await doublesIn(file);
  return alerts.flatMap(({ vehicleId, occurredAt, arrivedAt }) => {
    const frame = (occurredAt - firstFixTime) / 1000;
    const acknowledged = times[(Number(vehicleId) - FIRST_NUMBER) * framesPerTerminal + frame];
    return acknowledged > 0 ? [arrivedAt - acknowledged] : [];
  });
}

async function doublesIn(file: string): Promise<Float64Array> {
  const bytes = await readFile(file);
  return new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
}
