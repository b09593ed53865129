import { spawn } from 'node:child_process';
import { once } from 'node:events';
import { readFile } from 'node:fs/promises';
import { json } from 'node:stream/consumers';
import { fileURLToPath } from 'node:url';
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

/** Of each alert that was read: from the acknowledgement of its fix to its arrival, ms; negative where the alert was first. */
export async function afterAcknowledgement(
  { alerts }: Pick<LoadReport, 'alerts'>,
  file: string,
  { framesPerTerminal, firstFixTime }: Pick<LoadJob, 'framesPerTerminal' | 'firstFixTime'>,
): Promise<number[]> {
  const bytes = await readFile(file);
  const times = new Float64Array(bytes.buffer, bytes.byteOffset, bytes.length / 8);
  return alerts.flatMap(({ vehicleId, occurredAt, arrivedAt }) => {
    const frame = (occurredAt - firstFixTime) / 1000;
    const acknowledged = times[(Number(vehicleId) - FIRST_NUMBER) * framesPerTerminal + frame];
    return acknowledged > 0 ? [arrivedAt - acknowledged] : [];
  });
}
