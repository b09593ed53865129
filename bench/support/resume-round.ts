import { setTimeout as pause } from 'node:timers/promises';
import type { Child } from './child.js';
import type { ResumeOrder, ResumeReport } from './resume-clients.js';
import type { ServerProcess } from './server-process.js';

const FENCE: [lon: number, lat: number] = [120.3, 31.5];
const OUTSIDE_DEG = 0.1;
const START = Date.UTC(2026, 0, 1);
const POSITIONS_PER_REQUEST = 1000;
/** After this without anything handed over nothing more is expected. */
const QUIET_MS = 30_000;

/** The fence that `raiseAlerts` drives through. */
export async function putFence(server: ServerProcess): Promise<void> {
  const body = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: FENCE },
    properties: { name: 'bench', radius: 3000, rules: [{ type: 'enter' }] },
  };
  const { status } = await server.api('/v1/fences', { body });
  if (status >= 300) throw new Error(`fence: ${status}`);
}

/**
 * Vehicles go in and out by turns, with a pause after each, until so many steps of alerts have come of it; answers how many
 * have.
 */
export async function raiseAlerts(
  server: ServerProcess,
  wanted: number,
  vehicles: number,
  pauseMs = 0,
): Promise<number> {
  const steps = async () => {
    const { body } = await server.api<{ items: object[]; cursor: string }>('/v1/alerts?after=now');
    return Number(body.cursor.slice(body.cursor.lastIndexOf('-') + 1));
  };
  let turn = 0;
  let raised = 0;
  let raisedAt = performance.now();
  while (raised < wanted) {
    // Far enough between two fixes that no speed is implausible.
    const time = new Date(START + turn * 600_000).toISOString();
    const lon = FENCE[0] + (turn % 2 === 0 ? 0 : OUTSIDE_DEG);
    const items = Array.from({ length: vehicles }, (_, v) => ({
      vehicleId: `V${v}`,
      time,
      lon,
      lat: FENCE[1],
      speed: 30,
    }));
    for (let i = 0; i < items.length; i += POSITIONS_PER_REQUEST) {
      const { status, body } = await server.api('/v1/positions', { body: items.slice(i, i + POSITIONS_PER_REQUEST) });
      if (status >= 300) throw new Error(`positions: ${status} ${JSON.stringify(body).slice(0, 300)}`);
    }
    turn++;
    if (pauseMs > 0) await pause(pauseMs);
    if (turn % 10 > 0) continue;
    const now = await steps();
    if (now > raised) raisedAt = performance.now();
    else if (performance.now() - raisedAt > QUIET_MS) throw new Error(`no alert came of ${turn} turns`);
    else await pause(100); // the engine is behind
    raised = now;
  }
  for (let last = -1; last !== raised || (await unjudged(server)) > 0; raised = await steps()) {
    last = raised;
    await pause(500);
  }
  return raised;
}

/** Fixes that the rules have yet to judge. */
async function unjudged(server: ServerProcess): Promise<number> {
  return (await server.api<{ engine: { inSpool: number } }>('/v1/stats/live')).body.engine.inSpool;
}

export interface Outcome {
  deliveries: number;
  missing: number;
  twice: number;
  gaps: number;
  cpuSeconds: number;
  handed: Uint32Array[];
}

/** Waits until everybody has been handed all, or nobody anything for a while, and compares with what the witnesses were handed. */
export async function settled(child: Child<ResumeOrder, ResumeReport>, truth: Outcome | null, steps: number) {
  const deliveriesOf = ({ handed }: ResumeReport) => handed.reduce((sum, { length }) => sum + length, 0);
  let report = await child.ask({ do: 'report' });
  const expected = truth
    ? report.handed.reduce((sum, _, i) => sum + truth.handed[i % truth.handed.length].length, 0)
    : steps;
  for (let grewAt = performance.now(); deliveriesOf(report) < expected && performance.now() - grewAt < QUIET_MS; ) {
    const before = deliveriesOf(report);
    await pause(500);
    report = await child.ask({ do: 'report' });
    if (deliveriesOf(report) > before) grewAt = performance.now();
  }
  const outcome: Outcome = { ...report, deliveries: deliveriesOf(report), missing: 0, twice: 0 };
  // The witnesses' groups together are everything that happened.
  if (!truth && outcome.deliveries !== steps) throw new Error(`witnesses have ${outcome.deliveries} of ${steps} steps`);
  for (const [i, handed] of report.handed.entries()) {
    for (let k = 1; k < handed.length; k++) if (handed[k] <= handed[k - 1]) outcome.twice++;
    if (!truth) continue;
    const has = new Set(handed);
    for (const number of truth.handed[i % truth.handed.length]) if (!has.has(number)) outcome.missing++;
  }
  return truth ? { ...outcome, handed: [] } : outcome;
}
