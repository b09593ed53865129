import { mkdtemp, rm } from 'node:fs/promises';
import { tmpdir } from 'node:os';
import { join } from 'node:path';
import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import type { LiveStats } from '../model/stats.js';
import { writerClient } from '../store/db.js';
import { describeEdition, detectEdition } from '../store/edition.js';
import { BenchDatabases } from './support/bench-database.js';
import { loadFences } from './support/bench-fences.js';
import { cpuSeconds } from './support/proc.js';
import { type ServerProcess, startServer } from './support/server-process.js';
import { TcpProxy } from './support/tcp-proxy.js';
import type { LoadJob } from './support/terminal-load.js';
import { checkConserved, type Figure, measureLoad } from './support/terminal-round.js';

export const name = 'catch-up';
export const describe =
  'the database away for half a minute and back while terminals go on: rows written in catching up, beside the fixes that come meanwhile';

const AREA: LoadJob['area'] = [120.0, 31.3, 120.6, 31.8];
const FIRST_FIX = Date.UTC(2026, 0, 1);
const FENCES = 1000;
/** Unanswered locations of a terminal: the pace is given, not the answers. */
const WINDOW = 20;
const LOOK_MS = 200;
/** The writer gathers for half a second, so with so much or less that waits (s of the live rate) it has caught up. */
const USUAL_S = 1;
/** Reliability sheet §2, R-16. */
const LEAST_RATIO = 2;

interface Plan {
  terminals: number;
  /** Locations a second of all terminals together. */
  rate: number;
  /** Seconds with the database, without it, and with it again, at most. */
  before: number;
  away: number;
  after: number;
}

/** What the server told at a time. */
interface Sample {
  /** Monotonic, s. */
  at: number;
  /** Fixes in the log, and of those in the database. */
  accepted: number;
  stored: number;
}

/** Of a stretch of time, each a second. */
interface Rates {
  seconds: number;
  fixesComing: number;
  rowsWritten: number;
}

interface Course {
  before: Rates;
  /** `waiting`: fixes at its end; `lagSeconds`: what /metrics told then. */
  away: Rates & { waiting: number; lagSeconds: number };
  /** From the database's return to the first rows: the writer looks for it less and less often. */
  noticedSeconds: number;
  /** `databaseMicros`: processor time of the embedded server for a row; null of another. */
  catchUp: Rates & { ratio: number; databaseMicros: number | null };
}

/** `--terminals N --rate FIXES_PER_SECOND --before S --away S --after S --url postgres://… --url embedded` */
export async function run(options: string[]): Promise<object> {
  const { values } = parseArgs({
    args: options,
    options: {
      terminals: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '10000' },
      before: { type: 'string', default: '10' },
      away: { type: 'string', default: '30' },
      after: { type: 'string', default: '90' },
      url: { type: 'string', multiple: true, default: ['embedded'] },
    },
  });
  const [terminals, rate, before, away, after] = [
    values.terminals,
    values.rate,
    values.before,
    values.away,
    values.after,
  ].map(Number);
  const databases: object[] = [];
  for (const url of values.url) {
    const servers = await BenchDatabases.start(url === 'embedded' ? undefined : url);
    try {
      databases.push(await onDatabase(servers, { terminals, rate, before, away, after }));
    } finally {
      await servers.end();
    }
  }
  return { terminals, rate, leastRatio: LEAST_RATIO, databases };
}

async function onDatabase(databases: BenchDatabases, plan: Plan): Promise<object> {
  const { url, drop } = await databases.fresh();
  const way = await TcpProxy.to(Number(new URL(url).port));
  const dataDir = await mkdtemp(join(tmpdir(), 'cheji-bench-'));
  try {
    await way.join();
    const through = new URL(url);
    through.port = String(way.port);
    const server = await startServer({
      dataDir,
      env: { CHEJI_DATABASE_URL: through.href, CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' },
    });
    try {
      const edition = await editionOf(url);
      console.log(edition);
      return { edition, ...(await throughAbsence(server, way, url, plan, () => databases.cpuSeconds())) };
    } finally {
      await server.stop();
    }
  } finally {
    await way.cut();
    await drop();
    await rm(dataDir, { recursive: true, force: true });
  }
}

async function throughAbsence(
  server: ServerProcess,
  way: TcpProxy,
  url: string,
  plan: Plan,
  databaseSeconds: () => number,
): Promise<object> {
  await loadFences(server, AREA, FENCES);
  const seconds = plan.before + plan.away + plan.after;
  const job: LoadJob = {
    port: server.jt808Port,
    terminals: plan.terminals,
    window: WINDOW,
    seconds,
    perSecond: plan.rate,
    framesPerTerminal: Math.ceil((plan.rate * seconds) / plan.terminals),
    firstFixTime: FIRST_FIX,
    area: AREA,
    seed: 808,
  };
  const [load, course] = await Promise.all([
    measureLoad(job, () => cpuSeconds(server.pid)),
    absence(server, way, plan, databaseSeconds),
  ]);
  const { acknowledged, p50Ms, p99Ms, maxMs } = load;
  print(course, load);
  const stats = await checkConserved(server, url, acknowledged);
  return { ...course, acknowledgement: { acknowledged, p50Ms, p99Ms, maxMs }, store: stats.store };
}

async function absence(
  server: ServerProcess,
  way: TcpProxy,
  plan: Plan,
  databaseSeconds: () => number,
): Promise<Course> {
  await until(server, plan.after, ({ accepted }) => accepted > 0);
  const first = await look(server);
  await pause(plan.before * 1000);
  const gone = await look(server);
  await way.cut();
  await pause(plan.away * 1000);
  const back = await look(server);
  const lagSeconds = await exportedLag(server);
  await way.join();
  const begun = await until(server, plan.after, ({ stored }) => stored > back.stored);
  const cpu = databaseSeconds();
  const usual = plan.rate * USUAL_S;
  const done = await until(server, plan.after, ({ accepted, stored }) => accepted - stored <= usual);
  const catchUp = rates(begun, done);
  const micros = ((databaseSeconds() - cpu) * 1e6) / (done.stored - begun.stored);
  return {
    before: rates(first, gone),
    away: { ...rates(gone, back), waiting: back.accepted - back.stored, lagSeconds },
    noticedSeconds: begun.at - back.at,
    catchUp: {
      ...catchUp,
      ratio: catchUp.rowsWritten / catchUp.fixesComing,
      databaseMicros: Number.isNaN(micros) ? null : micros,
    },
  };
}

async function look(server: ServerProcess): Promise<Sample> {
  const { body } = await server.api<LiveStats>('/v1/stats/live');
  const { accepted } = body.log;
  return { at: performance.now() / 1000, accepted, stored: accepted - body.store.inSpool };
}

/** The first look at which it is so. Throws where it is not within `seconds`. */
async function until(server: ServerProcess, seconds: number, reached: (now: Sample) => boolean): Promise<Sample> {
  const deadline = performance.now() + seconds * 1000;
  for (;;) {
    const now = await look(server);
    if (reached(now)) return now;
    if (performance.now() > deadline) throw new Error(`not within ${seconds} s: ${JSON.stringify(now)}`);
    await pause(LOOK_MS);
  }
}

function rates(from: Sample, to: Sample): Rates {
  const seconds = to.at - from.at;
  return {
    seconds,
    fixesComing: (to.accepted - from.accepted) / seconds,
    rowsWritten: (to.stored - from.stored) / seconds,
  };
}

/** Whoever watches over the server sees how far the database is behind. */
async function exportedLag(server: ServerProcess): Promise<number> {
  const { body } = await server.api<string>('/metrics');
  const lag = /^\w*store_lag_seconds (\S+)$/m.exec(body)?.[1];
  if (lag === undefined) throw new Error('/metrics does not tell store_lag_seconds');
  return Number(lag);
}

async function editionOf(url: string): Promise<string> {
  const db = writerClient(url);
  await db.connect();
  try {
    return describeEdition(await detectEdition(db));
  } finally {
    await db.end();
  }
}

function print(
  { before, away, noticedSeconds, catchUp }: Course,
  load: Pick<Figure, 'p50Ms' | 'p99Ms' | 'maxMs'>,
): void {
  const count = (n: number) => Math.round(n).toLocaleString('en-US');
  const told = ({ seconds, fixesComing, rowsWritten }: Rates) =>
    `${seconds.toFixed(1).padStart(5)} s, ${count(fixesComing)} fixes/s came, ${count(rowsWritten)} rows/s were written`;
  const cpu = catchUp.databaseMicros === null ? '' : `; ${catchUp.databaseMicros.toFixed(1)} µs of the database a row`;
  console.log(`  before    ${told(before)}
  away      ${told(away)}; then ${count(away.waiting)} wait, /metrics tells a lag of ${away.lagSeconds.toFixed(1)} s
  back      noticed after ${noticedSeconds.toFixed(1)} s
  catch-up  ${told(catchUp)}: ${catchUp.ratio.toFixed(2)} times the live rate (asked: ${LEAST_RATIO})${cpu}
  acknowledged all the time: p50 ${load.p50Ms.toFixed(1)} ms, p99 ${load.p99Ms.toFixed(1)} ms, most ${load.maxMs.toFixed(0)} ms`);
}
