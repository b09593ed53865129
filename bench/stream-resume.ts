import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { Child } from './support/child.js';
import { cpuSeconds } from './support/proc.js';
import type { ResumeOrder, ResumeReport } from './support/resume-clients.js';
import { ADMIN_KEY, type ServerProcess, startServer } from './support/server-process.js';

export const name = 'stream-resume';
export const describe =
  'consumers of alerts killed and resumed at random while alerts are raised by real fixes: each has every alert that it may see exactly once';

const FENCE: [lon: number, lat: number] = [120.3, 31.5];
const OUTSIDE_DEG = 0.1;
const START = Date.UTC(2026, 0, 1);
const POSITIONS_PER_REQUEST = 1000;
/** After this without anything handed over nothing more is expected. */
const QUIET_MS = 30_000;

/** `--clients N`, `--alerts N` steps, `--groups N` of consumers with the same filter, `--kills N` a second, `--vehicles N`. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      clients: { type: 'string', default: '1000' },
      alerts: { type: 'string', default: '100000' },
      groups: { type: 'string', default: '100' },
      vehicles: { type: 'string', default: '1000' },
      kills: { type: 'string', default: '100' },
    },
  });
  const [clients, alerts, groups, vehicles, kills] = [
    values.clients,
    values.alerts,
    values.groups,
    values.vehicles,
    values.kills,
  ].map(Number);
  const dataDir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  const consumers = new Child<ResumeOrder, ResumeReport>('resume-clients.js');
  const witness = new Child<ResumeOrder, ResumeReport>('resume-clients.js');
  try {
    await chmod(dataDir, 0o755); // started by root, the database runs as somebody else
    const server = await startServer({ dataDir, env: { CHEJI_TIME_POLICY: 'replay', CHEJI_JT808_PORT: '0' } });
    try {
      const job = { do: 'start' as const, url: `${server.url}/v1/stream`, key: ADMIN_KEY, vehicles };
      await putFence(server);
      // Sees one group each, is never killed, and so knows what the others must have.
      await witness.ask({ ...job, clients: groups, groups, killsPerSecond: 0.001, seed: 1 });
      await consumers.ask({ ...job, clients, groups, killsPerSecond: kills, seed: 2 });
      const cpu = cpuSeconds(server.pid);
      const begun = performance.now();
      const raised = await raise(server, alerts, vehicles);
      const { kills: killed } = await consumers.ask({ do: 'calm' });
      const report = await settled(consumers, await settled(witness, null, raised), raised);
      const seconds = (performance.now() - begun) / 1000;
      const serverCpu = ((cpuSeconds(server.pid) - cpu) / seconds) * 100;
      const loadCpu = (report.cpuSeconds / seconds) * 100;
      console.log(
        `${clients} consumers, ${killed} kills and cuts in ${seconds.toFixed(1)} s, ${raised} steps of alerts, ` +
          `${report.deliveries} deliveries: ${report.missing} missing, ${report.twice} twice or out of order, ${report.gaps} gaps\n` +
          `  CPU server ${serverCpu.toFixed(0)} %, consumers ${loadCpu.toFixed(0)} %`,
      );
      if (report.missing + report.twice + report.gaps > 0) throw new Error('an alert was lost, or came twice');
      return { clients, groups, vehicles, killed, raised, seconds, serverCpu, loadCpu, ...report };
    } finally {
      await server.stop();
    }
  } finally {
    await Promise.all([consumers.end(), witness.end()]);
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function putFence(server: ServerProcess): Promise<void> {
  const body = {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: FENCE },
    properties: { name: 'bench', radius: 3000, rules: [{ type: 'enter' }] },
  };
  const { status } = await server.api('/v1/fences', { body });
  if (status >= 300) throw new Error(`fence: ${status}`);
}

/** Vehicles go in and out by turns until so many steps of alerts have come of it; answers how many have. */
async function raise(server: ServerProcess, wanted: number, vehicles: number): Promise<number> {
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
    if (turn % 10 > 0) continue;
    const now = await steps();
    if (now > raised) raisedAt = performance.now();
    else if (performance.now() - raisedAt > QUIET_MS) throw new Error(`no alert came of ${turn} turns`);
    else await pause(100); // the engine is behind
    raised = now;
  }
  for (let last = -1; last !== raised; raised = await steps()) {
    last = raised;
    await pause(500);
  }
  return raised;
}

interface Outcome {
  deliveries: number;
  missing: number;
  twice: number;
  gaps: number;
  cpuSeconds: number;
  handed: Uint32Array[];
}

/** Waits until everybody has been handed all, or nobody anything for a while, and compares with what the witnesses were handed. */
async function settled(child: Child<ResumeOrder, ResumeReport>, truth: Outcome | null, steps: number) {
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
