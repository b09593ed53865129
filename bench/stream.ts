import { chmod, mkdtemp, readFile, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { parseArgs } from 'node:util';
import { loadFences } from './support/bench-fences.js';
import { Child, quantiles } from './support/child.js';
import { cpuSeconds, memoryMiB } from './support/proc.js';
import { ADMIN_KEY, type ServerProcess, startServer } from './support/server-process.js';
import type { LoadOrder, LoadReport } from './support/stream-load.js';
import type { LoadJob } from './support/terminal-load.js';
import { afterAcknowledgement, startTraffic } from './support/traffic.js';
import { viewsOf } from './support/views.js';

export const name = 'stream';
export const describe =
  'the whole server: terminals report at a steady rate, maps watch one city, clients follow alerts; age of maps, alert latency, what a client costs';

/** A city of about 38 × 44 km. */
const CITY: LoadJob['area'] = [120.1, 31.4, 120.5, 31.8];
const FIRST_FIX = Date.UTC(2026, 0, 1);
/** Between the beginning of the traffic and of the measurement. */
const SETTLE_MS = 2000;

interface Round {
  maps: number;
  alertClients: number;
  connectSeconds: number;
  fixesPerSecond: number;
  ackP99Ms: number;
  /** Percent of one core. */
  serverCpu: number;
  mapLoadCpu: number;
  alertLoadCpu: number;
  serverMiB: number;
  mapMegabytesPerSecond: number;
  mapMessagesPerSecond: number;
  /** Of positions at their arrival, ms since the server received them. */
  mapAge: LoadReport['ages'];
  lost: number;
  alerts: number;
  /** From the acknowledgement of the fix to the arrival of the alert, ms; negative where the alert was first. */
  alertAfterAck: { matched: number; p50: number; p99: number; max: number };
  /** From the receipt of the fix by the server, ms. */
  alertAfterReceipt: { p50: number; p99: number };
}

type Plan = Omit<LoadJob, 'port' | 'firstFixTime' | 'seed' | 'area'> & {
  fences: number;
  format: 'json' | 'protobuf';
  viewDeg: number;
  sights: number;
};

/**
 * `--maps 0,500,2000`: one round for each number; `--alert-clients N`, `--rate N` fixes a second, `--terminals N`,
 * `--seconds N` of each round, `--view DEGREES` across, `--sights N` different views, `--format json|protobuf`, `--fences N`.
 */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      maps: { type: 'string', default: '0,500,1000,2000' },
      'alert-clients': { type: 'string', default: '1' },
      rate: { type: 'string', default: '20000' },
      terminals: { type: 'string', default: '2000' },
      seconds: { type: 'string', default: '15' },
      view: { type: 'string', default: '0.05' },
      sights: { type: 'string', default: '200' },
      format: { type: 'string', default: 'protobuf' },
      fences: { type: 'string', default: '1000' },
    },
  });
  const [rate, terminals, seconds, fences] = [values.rate, values.terminals, values.seconds, values.fences].map(Number);
  const plan: Plan = {
    ...{ perSecond: rate, terminals, seconds, fences, window: 16 },
    framesPerTerminal: Math.ceil((rate * (seconds + SETTLE_MS / 1000 + 1)) / terminals),
    format: values.format === 'json' ? 'json' : 'protobuf',
    viewDeg: Number(values.view),
    sights: Number(values.sights),
  };
  const alertClients = Number(values['alert-clients']);
  await demandFiles(Math.max(terminals + alertClients + Math.max(...values.maps.split(',').map(Number)), 1000));
  const dataDir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  try {
    await chmod(dataDir, 0o755); // started by root, the database runs as somebody else
    const env = { CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' };
    const server = await startServer({ dataDir, env });
    try {
      await loadFences(server, CITY, fences);
      const rounds: Round[] = [];
      for (const [i, maps] of values.maps.split(',').map(Number).entries()) {
        // Each round drives on from where the last one ended in time.
        const firstFixTime = FIRST_FIX + i * plan.framesPerTerminal * 1000;
        rounds.push(await measure(server, { ...plan, firstFixTime, maps, alertClients, dataDir }));
        print(rounds[i], rounds[0]);
      }
      return { ...plan, rounds };
    } finally {
      await server.stop();
    }
  } finally {
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function measure(
  server: ServerProcess,
  plan: Plan & { firstFixTime: number; maps: number; alertClients: number; dataDir: string },
): Promise<Round> {
  const { maps, alertClients, format, dataDir, ...rest } = plan;
  const url = `${server.url.replace('http', 'ws')}/v1/stream?key=${ADMIN_KEY}`;
  const mapLoad = new Child<LoadOrder, LoadReport>('stream-load.js');
  const alertLoad = new Child<LoadOrder, LoadReport>('stream-load.js');
  const acknowledgedAt = join(dataDir, 'acknowledged-at');
  try {
    const views = viewsOf(CITY, plan.sights, plan.viewDeg);
    const a = await alertLoad.ask({ do: 'connect', url, clients: alertClients, watch: 'alerts' });
    const m = await mapLoad.ask({ do: 'connect', url, clients: maps, watch: 'maps', views, format });
    const { result: ended } = await startTraffic({
      ...rest,
      port: server.jt808Port,
      area: CITY,
      seed: 808,
      acknowledgedAt,
    });
    await new Promise((resolve) => setTimeout(resolve, SETTLE_MS));
    await Promise.all([mapLoad.ask({ do: 'reset' }), alertLoad.ask({ do: 'reset' })]);
    const cpu = cpuSeconds(server.pid);
    const begun = performance.now();
    await new Promise((resolve) => setTimeout(resolve, (plan.seconds - SETTLE_MS / 1000) * 1000));
    const seconds = (performance.now() - begun) / 1000;
    const serverCpu = ((cpuSeconds(server.pid) - cpu) / seconds) * 100;
    const serverMiB = memoryMiB([server.pid]);
    const mapReport = await mapLoad.ask({ do: 'report' });
    const result = await ended;
    if (result.wrong > 0) throw new Error(`${result.wrong} acknowledgements were wrong`);
    const alertReport = await alertLoad.ask({ do: 'report' });
    const after = await afterAcknowledgement(alertReport, acknowledgedAt, plan);
    const receipt = alertReport.alerts.map(({ detectedAt, arrivedAt }) => arrivedAt - detectedAt);
    const [p50, p99, max] = quantiles(after, 0.5, 0.99, 1);
    const [receiptP50, receiptP99] = quantiles(receipt, 0.5, 0.99);
    return {
      ...{ maps, alertClients, serverCpu, serverMiB },
      connectSeconds: a.connectSeconds + m.connectSeconds,
      fixesPerSecond: result.acknowledged / result.seconds,
      ackP99Ms: result.p99Ms,
      mapLoadCpu: (mapReport.cpuSeconds / seconds) * 100,
      alertLoadCpu: (alertReport.cpuSeconds / seconds) * 100,
      mapMegabytesPerSecond: mapReport.bytes / seconds / 1e6,
      mapMessagesPerSecond: mapReport.messages / seconds,
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

/** Throws where this machine does not let one process have so many connections. */
async function demandFiles(connections: number): Promise<void> {
  const limits = await readFile('/proc/self/limits', 'utf8');
  const most = Number(/^Max open files\s+(\d+)/m.exec(limits)?.[1]);
  if (most >= connections + 200) return;
  throw new Error(`${connections} connections in one process: at most ${most} files may be open; raise it (ulimit -n)`);
}

function print(round: Round, first: Round): void {
  const { maps, mapAge, alertAfterAck, alertAfterReceipt } = round;
  const each = maps > first.maps ? ((round.serverCpu - first.serverCpu) / (maps - first.maps)) * 10 : Number.NaN;
  const ms = (value: number) => `${value.toFixed(1)} ms`;
  console.log(
    `${maps} maps, ${round.alertClients} alert clients (connected in ${round.connectSeconds.toFixed(1)} s), ` +
      `${round.fixesPerSecond.toFixed(0)} fixes/s, acknowledged p99 ${ms(round.ackP99Ms)}\n` +
      `  CPU server ${round.serverCpu.toFixed(0)} %, maps ${round.mapLoadCpu.toFixed(0)} %, alert clients ` +
      `${round.alertLoadCpu.toFixed(0)} %; server ${round.serverMiB.toFixed(0)} MiB; ${round.lost} lost\n` +
      `  maps ${round.mapMessagesPerSecond.toFixed(0)} messages/s, ${round.mapMegabytesPerSecond.toFixed(1)} MB/s; age ` +
      `p50 ${ms(mapAge.p50)}, p99 ${ms(mapAge.p99)}; ms of processor per map and second: ${each.toFixed(2)}\n` +
      `  alerts ${round.alerts}: after the acknowledgement p50 ${ms(alertAfterAck.p50)}, p99 ${ms(alertAfterAck.p99)} ` +
      `(${alertAfterAck.matched}); after receipt p50 ${ms(alertAfterReceipt.p50)}, p99 ${ms(alertAfterReceipt.p99)}`,
  );
}
