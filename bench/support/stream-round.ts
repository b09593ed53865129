import { chmod, mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { loadFences } from './bench-fences.js';
import { Child, exactNow, quantiles } from './child.js';
import { cpuSeconds, mainThreadSeconds, memoryMiB } from './proc.js';
import { ADMIN_KEY, type ServerProcess, startServer } from './server-process.js';
import type { LoadOrder, LoadReport } from './stream-load.js';
import type { LoadJob } from './terminal-load.js';
import { type Acknowledged, acknowledgedBetween, afterAcknowledgement, startTraffic } from './traffic.js';
import { viewsOf } from './views.js';

/** A city of about 38 × 44 km. */
export const CITY: LoadJob['area'] = [120.1, 31.4, 120.5, 31.8];
export const FIRST_FIX = Date.UTC(2026, 0, 1);
/** Between maps that come or go, and what is measured after it. */
const SETTLE_MS = 2000;

/** A piece of a round in which nothing changes. */
interface Stretch {
  /** Epoch ms. */
  from: number;
  to: number;
  /** Percent of one core: the main thread, which sends, and all threads. */
  mainCpu: number;
  serverCpu: number;
  acknowledged?: Acknowledged;
}

export interface Round {
  maps: number;
  alertClients: number;
  connectSeconds: number;
  /** While everybody watches. */
  watched: Stretch;
  /** Right before and after, the maps connected and looking at nothing; none where there are no maps. */
  unwatched: Stretch[];
  /** What one map costs the main thread beyond that, ms of processor a second; null where there are no maps. */
  msPerMap: number | null;
  mapLoadCpu: number;
  alertLoadCpu: number;
  serverMiB: number;
  mapMegabytesPerSecond: number;
  mapMessagesPerSecond: number;
  /** Of positions at their arrival, ms since the server received them. */
  mapAge: LoadReport['ages'];
  lost: number;
  /** Messages of all alert clients. */
  alerts: number;
  /** Of those that were read, from the acknowledgement of the fix to the arrival of the alert, ms; negative where the alert was first. */
  alertAfterAck: { matched: number; p50: number; p99: number; max: number };
  /** From the receipt of the fix by the server, ms. */
  alertAfterReceipt: { p50: number; p99: number };
}

export type Plan = Pick<LoadJob, 'perSecond' | 'terminals' | 'window' | 'framesPerTerminal'> & {
  /** Of what is measured while everybody watches. */
  seconds: number;
  /** Between the beginning of the traffic, when all vehicles that are in a fence enter it, and what is measured. */
  settleSeconds: number;
  /** So much more at most, until alerts arrive within a second: the first are many, and each goes to every client. */
  patienceSeconds: number;
  format: 'json' | 'protobuf';
  viewDeg: number;
  sights: number;
};

/** Settle, without, settle, with, settle, without; where there are no maps only the first and the one in the middle. */
export function trafficSeconds(
  { seconds, settleSeconds, patienceSeconds }: Pick<Plan, 'seconds' | 'settleSeconds' | 'patienceSeconds'>,
  maps: number,
): number {
  return settleSeconds + patienceSeconds + (maps > 0 ? 2 * seconds + (2 * SETTLE_MS) / 1000 : seconds);
}

/** Runs `use` with a server of its own, that has so many fences in the city. */
export async function withServer<T>(fences: number, use: (server: ServerProcess) => Promise<T>): Promise<T> {
  const dataDir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  try {
    await chmod(dataDir, 0o755); // started by root, the database runs as somebody else
    const env = { CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' };
    const server = await startServer({ dataDir, env });
    try {
      await loadFences(server, CITY, fences);
      return await use(server);
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

export async function measure(
  server: ServerProcess,
  plan: Plan & { firstFixTime: number; maps: number; alertClients: number },
): Promise<Round> {
  const { maps, alertClients, format, perSecond, terminals, window, framesPerTerminal, firstFixTime } = plan;
  const url = `${server.url.replace('http', 'ws')}/v1/stream?key=${ADMIN_KEY}`;
  const mapLoad = new Child<LoadOrder, LoadReport>('stream-load.js');
  const alertLoad = new Child<LoadOrder, LoadReport>('stream-load.js');
  const file = join(server.dataDir, 'acknowledged-at');
  try {
    const a = await alertLoad.ask({ do: 'connect', url, clients: alertClients });
    const m = await mapLoad.ask({ do: 'connect', url, clients: maps });
    await alertLoad.ask({ do: 'watch', what: 'alerts' });
    const seconds = trafficSeconds(plan, maps);
    const job = { perSecond, terminals, window, framesPerTerminal, firstFixTime, seconds };
    const { result: ended } = await startTraffic({
      ...{ ...job, port: server.jt808Port, area: CITY, seed: 808, acknowledgedAt: file },
    });
    const unwatched: Stretch[] = [];
    await pause(plan.settleSeconds * 1000);
    await caughtUp(alertLoad, plan.patienceSeconds);
    if (maps > 0) {
      unwatched.push(await stretch(server, plan.seconds / 2));
      await mapLoad.ask({ do: 'watch', what: 'maps', views: viewsOf(CITY, plan.sights, plan.viewDeg), format });
      await pause(SETTLE_MS);
    }
    await Promise.all([mapLoad.ask({ do: 'reset' }), alertLoad.ask({ do: 'reset' })]);
    const watched = await stretch(server, plan.seconds);
    const [mapReport, alertReport] = await Promise.all([
      mapLoad.ask({ do: 'report' }),
      alertLoad.ask({ do: 'report' }),
    ]);
    const serverMiB = memoryMiB([server.pid]);
    if (maps > 0) {
      await mapLoad.ask({ do: 'leave' });
      await pause(SETTLE_MS);
      unwatched.push(await stretch(server, plan.seconds / 2));
    }
    const result = await ended;
    if (result.wrong > 0) throw new Error(`${result.wrong} acknowledgements were wrong`);
    const pieces = [watched, ...unwatched];
    for (const [i, seen] of (await acknowledgedBetween(file, pieces)).entries()) pieces[i].acknowledged = seen;
    const after = await afterAcknowledgement(alertReport, file, plan);
    const receipt = alertReport.alerts.map(({ detectedAt, arrivedAt }) => arrivedAt - detectedAt);
    const [p50, p99, max] = quantiles(after, 0.5, 0.99, 1);
    const [receiptP50, receiptP99] = quantiles(receipt, 0.5, 0.99);
    const lasted = (watched.to - watched.from) / 1000;
    return {
      ...{ maps, alertClients, watched, unwatched, serverMiB },
      connectSeconds: a.connectSeconds + m.connectSeconds,
      msPerMap: maps > 0 ? ((watched.mainCpu - mean(unwatched, ({ mainCpu }) => mainCpu)) / maps) * 10 : null,
      mapLoadCpu: (mapReport.cpuSeconds / lasted) * 100,
      alertLoadCpu: (alertReport.cpuSeconds / lasted) * 100,
      mapMegabytesPerSecond: mapReport.bytes / lasted / 1e6,
      mapMessagesPerSecond: mapReport.messages / lasted,
      mapAge: mapReport.ages,
      lost: mapReport.lost + alertReport.lost,
      alerts: alertReport.messages,
      alertAfterAck: { matched: after.length, p50, p99, max },
      alertAfterReceipt: { p50: receiptP50, p99: receiptP99 },
    };
  } finally {
    await Promise.all([mapLoad.end(), alertLoad.end()]);
  }
}

async function caughtUp(load: Child<LoadOrder, LoadReport>, patienceSeconds: number): Promise<void> {
  for (const begun = exactNow(); exactNow() - begun < (patienceSeconds - 1) * 1000; ) {
    await load.ask({ do: 'reset' });
    await pause(1000);
    const { alerts } = await load.ask({ do: 'report' });
    if (alerts.every(({ detectedAt, arrivedAt }) => arrivedAt - detectedAt < 1000)) return;
  }
}

/** Lets time pass, and looks what it cost. */
async function stretch({ pid }: ServerProcess, seconds: number): Promise<Stretch> {
  const [main, all] = [mainThreadSeconds(pid), cpuSeconds(pid)];
  const from = exactNow();
  await pause(seconds * 1000);
  const to = exactNow();
  const percent = (used: number) => (used / (to - from)) * 100_000;
  return { from, to, mainCpu: percent(mainThreadSeconds(pid) - main), serverCpu: percent(cpuSeconds(pid) - all) };
}

function mean<T>(values: readonly T[], of: (value: T) => number): number {
  return values.reduce((sum, value) => sum + of(value), 0) / values.length;
}

export function print(round: Round): void {
  const { maps, mapAge, alertAfterAck, alertAfterReceipt, watched, unwatched, msPerMap } = round;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(
    `${maps} maps, ${round.alertClients} alert clients, connected in ${round.connectSeconds.toFixed(1)} s; server ` +
      `${round.serverMiB.toFixed(0)} MiB; CPU maps ${round.mapLoadCpu.toFixed(0)} %, alert clients ` +
      `${round.alertLoadCpu.toFixed(0)} %; ${round.lost} lost`,
  );
  for (const piece of unwatched) console.log(`  without maps: ${lineOf(piece)}`);
  console.log(`  with all:     ${lineOf(watched)}`);
  if (msPerMap !== null) {
    console.log(
      `  maps ${round.mapMessagesPerSecond.toFixed(0)} messages/s, ${round.mapMegabytesPerSecond.toFixed(1)} MB/s; age ` +
        `p50 ${ms(mapAge.p50)}, p99 ${ms(mapAge.p99)}; ms of processor per map and second: ${msPerMap.toFixed(3)}`,
    );
  }
  console.log(
    `  alerts ${(round.alerts / round.alertClients / ((watched.to - watched.from) / 1000)).toFixed(1)} a second, ` +
      `${round.alerts} messages: after the acknowledgement p50 ${ms(alertAfterAck.p50)}, p99 ${ms(alertAfterAck.p99)} ` +
      `(${alertAfterAck.matched}); after receipt p50 ${ms(alertAfterReceipt.p50)}, p99 ${ms(alertAfterReceipt.p99)}`,
  );
}

function lineOf({ from, to, mainCpu, serverCpu, acknowledged }: Stretch): string {
  const { count, p50, p99, max } = acknowledged!;
  return (
    `CPU server ${serverCpu.toFixed(0)} %, of it main thread ${mainCpu.toFixed(1)} %; ${((count / (to - from)) * 1000).toFixed(0)} fixes/s ` +
    `acknowledged after p50 ${p50.toFixed(0)}, p99 ${p99.toFixed(0)}, at most ${max.toFixed(0)} ms`
  );
}
