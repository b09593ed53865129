import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { BenchDatabases } from './support/bench-database.js';
import { loadFences } from './support/bench-fences.js';
import { Child, quantiles } from './support/child.js';
import { killedNodes } from './support/killed-nodes.js';
import { NodeGroup } from './support/node-group.js';
import { cpuSeconds, memoryMiB } from './support/proc.js';
import { publishingCost } from './support/publishing-cost.js';
import { ADMIN_KEY, type ServerProcess } from './support/server-process.js';
import type { LoadOrder, LoadReport } from './support/stream-load.js';
import type { LoadJob } from './support/terminal-load.js';
import { afterAcknowledgement, startTraffic } from './support/traffic.js';
import { viewsOf } from './support/views.js';

export const name = 'nodes';
export const describe =
  'a main node and nodes of the API through Redis: acknowledgement to alert at each of them, what publishing and a map cost, and alerts through the kill of nodes';

/** A city of about 38 × 44 km. */
const CITY: LoadJob['area'] = [120.1, 31.4, 120.5, 31.8];
const FIRST_FIX = Date.UTC(2026, 0, 1);
/** Between the beginning of the traffic, or of a part of it, and its measurement. */
const SETTLE_MS = 2000;
const VIEW_DEG = 0.05;
const SIGHTS = 200;

interface Plan {
  perSecond: number;
  terminals: number;
  /** Of each of the two parts of a round: without maps, and with them. */
  seconds: number;
  maps: number;
  fences: number;
}

interface Round {
  /** Nodes of the API; null: one node alone, without Redis. */
  apiNodes: number | null;
  fixesPerSecond: number;
  alertsPerSecond: number;
  /** The main node first: from the acknowledgement of the fix to the arrival of the alert, ms. */
  alertAfterAck: { matched: number; p50: number; p99: number }[];
  /** Percent of one core, without maps. */
  mainCpu: number;
  apiCpu: number[];
  redisCpu: number;
  redisMiB: number;
  apiMiB: number[];
  /** Of the first API node, for each map that is open there, ms of processor a second; null where there are none. */
  msPerMapSecond: number | null;
}

/** `--rate N` fixes a second, `--terminals N`, `--seconds N`, `--maps N`, `--fences N`, `--subscribers N`, `--steps N` of alerts through the kills. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      rate: { type: 'string', default: '5000' },
      terminals: { type: 'string', default: '1000' },
      seconds: { type: 'string', default: '6' },
      maps: { type: 'string', default: '200' },
      fences: { type: 'string', default: '1000' },
      subscribers: { type: 'string', default: '100' },
      steps: { type: 'string', default: '20000' },
    },
  });
  const [perSecond, terminals, seconds, maps, fences, subscribers, steps] = [
    ...[values.rate, values.terminals, values.seconds, values.maps, values.fences, values.subscribers, values.steps],
  ].map(Number);
  const plan: Plan = { perSecond, terminals, seconds, maps, fences };
  const databases = await BenchDatabases.start();
  const dir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  try {
    await chmod(dir, 0o755); // started by root, the database runs as somebody else
    const publishing = await publishingCost(dir);
    console.log(
      `publishing, at full speed: ${publishing.perFixUs.toFixed(2)} µs of processor a fix, ` +
        `${publishing.perAlertUs.toFixed(1)} µs a step of an alert; ${publishing.bytesPerStep.toFixed(0)} bytes of Redis a step`,
    );
    const rounds: Round[] = [];
    for (const apiNodes of [null, 1, 2]) {
      const group = await NodeGroup.start(databases, { dir, apiNodes });
      try {
        rounds.push(await measure(group, plan, dir));
        print(rounds.at(-1) as Round, rounds[0]);
      } finally {
        await group.end();
      }
    }
    const group = await NodeGroup.start(databases, { dir, apiNodes: 2 });
    try {
      const kills = await killedNodes(group, { subscribers, steps });
      console.log(
        `${subscribers} subscribers of 2 API nodes, ${kills.killed} kills of them, ${kills.steps} steps of alerts, ` +
          `${kills.deliveries} deliveries: ${kills.missing} missing, ${kills.twice} twice or out of order, ${kills.gaps} gaps`,
      );
      return { ...plan, publishing, rounds, kills };
    } finally {
      await group.end();
    }
  } finally {
    await databases.end();
    await rm(dir, { recursive: true, force: true });
  }
}

async function measure(group: NodeGroup, plan: Plan, dir: string): Promise<Round> {
  const { main, api, redis } = group;
  const { terminals, perSecond, seconds } = plan;
  await loadFences(main, CITY, plan.fences);
  const places = [main, ...api];
  const listeners = places.map(() => new Child<LoadOrder, LoadReport>('stream-load.js'));
  const maps = new Child<LoadOrder, LoadReport>('stream-load.js');
  try {
    await Promise.all(
      places.map(async (node, i) => {
        await listeners[i].ask({ do: 'connect', url: streamOf(node), clients: 1 });
        await listeners[i].ask({ do: 'watch', what: 'alerts' });
      }),
    );
    const acknowledgedAt = join(dir, 'acknowledged-at');
    const job = {
      ...{ terminals, perSecond, window: 16, firstFixTime: FIRST_FIX, area: CITY, seed: 808, acknowledgedAt },
      seconds: 2 * (seconds + SETTLE_MS / 1000) + 1,
      port: main.jt808Port,
    };
    const framesPerTerminal = Math.ceil((perSecond * (job.seconds + 1)) / terminals);
    const { result: ended } = await startTraffic({ ...job, framesPerTerminal });
    await pause(SETTLE_MS);
    await Promise.all(listeners.map((listener) => listener.ask({ do: 'reset' })));
    const bare = await cpuWhile([main.pid, ...api.map(({ pid }) => pid), ...(redis ? [redis.pid] : [])], seconds);
    const heard = await Promise.all(listeners.map((listener) => listener.ask({ do: 'report' })));
    let msPerMapSecond: number | null = null;
    if (api.length > 0) {
      const views = viewsOf(CITY, SIGHTS, VIEW_DEG);
      const url = streamOf(api[0]);
      await maps.ask({ do: 'connect', url, clients: plan.maps });
      await maps.ask({ do: 'watch', what: 'maps', views, format: 'protobuf' });
      await pause(SETTLE_MS);
      const [watched] = await cpuWhile([api[0].pid], seconds);
      msPerMapSecond = ((watched - bare[1]) * 10) / plan.maps;
    }
    const result = await ended;
    if (result.wrong > 0) throw new Error(`${result.wrong} acknowledgements were wrong`);
    const alertAfterAck = await Promise.all(
      heard.map(async (report) => {
        const after = await afterAcknowledgement(report, acknowledgedAt, {
          framesPerTerminal,
          firstFixTime: FIRST_FIX,
        });
        const [p50, p99] = quantiles(after, 0.5, 0.99);
        return { matched: after.length, p50, p99 };
      }),
    );
    return {
      apiNodes: redis ? api.length : null,
      fixesPerSecond: result.acknowledged / result.seconds,
      alertsPerSecond: heard[0].messages / seconds,
      alertAfterAck,
      mainCpu: bare[0],
      apiCpu: bare.slice(1, 1 + api.length),
      redisCpu: redis ? bare[1 + api.length] : 0,
      redisMiB: redis ? memoryMiB([redis.pid]) : 0,
      apiMiB: api.map(({ pid }) => memoryMiB([pid])),
      msPerMapSecond,
    };
  } finally {
    await Promise.all([...listeners, maps].map((child) => child.end()));
  }
}

/** Processor time of each process over so many seconds, percent of one core. */
async function cpuWhile(pids: readonly number[], seconds: number): Promise<number[]> {
  const before = pids.map(cpuSeconds);
  const begun = performance.now();
  await pause(seconds * 1000);
  const took = (performance.now() - begun) / 1000;
  return pids.map((pid, i) => ((cpuSeconds(pid) - before[i]) / took) * 100);
}

function streamOf({ url }: ServerProcess): string {
  return `${url.replace('http', 'ws')}/v1/stream?key=${ADMIN_KEY}`;
}

function print(round: Round, alone: Round): void {
  const { apiNodes, alertAfterAck, mainCpu, apiCpu, msPerMapSecond } = round;
  const delays = alertAfterAck.map(
    ({ p50, p99, matched }, i) =>
      `${i === 0 ? 'main node' : `API node ${i}`} p50 ${p50.toFixed(1)} ms, p99 ${p99.toFixed(1)} ms (${matched})`,
  );
  const more = (mainCpu - alone.mainCpu) / 100 / round.fixesPerSecond;
  console.log(
    `${apiNodes === null ? 'one node alone' : `main node and ${apiNodes} of the API`}: ` +
      `${round.fixesPerSecond.toFixed(0)} fixes/s, ${round.alertsPerSecond.toFixed(0)} steps of alerts/s\n` +
      `  acknowledgement to alert: ${delays.join('; ')}\n` +
      `  CPU main ${mainCpu.toFixed(0)} %${apiNodes === null ? '' : ` (${(more * 1e6).toFixed(1)} µs a fix more than alone)`}, ` +
      `API ${apiCpu.map((cpu) => `${cpu.toFixed(0)} %`).join(', ') || '–'}, Redis ${round.redisCpu.toFixed(0)} %; ` +
      `ms of processor per map and second ${msPerMapSecond?.toFixed(2) ?? '–'}; ` +
      `Redis ${round.redisMiB.toFixed(0)} MiB, API nodes ${round.apiMiB.map((mib) => mib.toFixed(0)).join(', ') || '–'} MiB`,
  );
}
