import { type ChildProcess, spawn } from 'node:child_process';
import { once } from 'node:events';
import { fileURLToPath } from 'node:url';
import { parseArgs } from 'node:util';
import { loadFences } from './support/bench-fences.js';
import { embeddedUrl } from './support/database.js';
import { freePort } from './support/free-ports.js';
import { withServer } from './support/own-server.js';
import { cpuSeconds } from './support/proc.js';
import type { ServerProcess } from './support/server-process.js';
import type { LoadJob } from './support/terminal-load.js';
import { checkConserved, databaseSeconds, drained, type Figure, measureLoad } from './support/terminal-round.js';

export const name = 'terminals';
export const describe =
  '1,000 JT/T 808 terminals on real TCP: every fix on disk before its acknowledgement, checked against 1,000 fences, stored; beside a bare TCP server';

const AREA: LoadJob['area'] = [120.0, 31.3, 120.6, 31.8];
const FIRST_FIX = Date.UTC(2026, 0, 1);
/** Locations are encoded before the clock starts: so many a second, and unanswered one, are more than a server can take. */
const FRAMES_PER_SECOND = 100_000;

interface OurFigure extends Figure {
  /** Until engine and writer had reached the end of the log. */
  drainSeconds: number;
  /** Counted until then: what the whole system keeps up with. */
  storedPerSecond: number;
}

/** What every round has in common, and how many rounds. */
type Plan = Omit<LoadJob, 'port' | 'firstFixTime'> & { fences: number; rounds: number };

/** `--terminals N`, `--fences N`, `--window N`, `--seconds N` for all rounds of one side, `--rounds N`. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      terminals: { type: 'string', default: '1000' },
      fences: { type: 'string', default: '1000' },
      window: { type: 'string', default: '1' },
      seconds: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const [terminals, fences, window, rounds] = [values.terminals, values.fences, values.window, values.rounds].map(
    Number,
  );
  const seconds = Number(values.seconds) / rounds;
  const framesPerTerminal = Math.ceil((FRAMES_PER_SECOND * Math.min(window, 4) * seconds) / terminals);
  const job = { terminals, window, seconds, framesPerTerminal, area: AREA, seed: 808 };

  return withServer({ CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' }, (server) =>
    compare(server, { ...job, fences, rounds }),
  );
}

/** Rounds of ours and of the bare server by turns, so that whatever else the machine does meets both. */
async function compare(server: ServerProcess, plan: Plan): Promise<object> {
  const { fences, rounds, ...job } = plan;
  await loadFences(server, AREA, fences);
  console.log(
    `${job.terminals} terminals, ${job.window} unanswered each, ${fences} fences, ${rounds} × ${job.seconds.toFixed(1)} s each`,
  );
  const ours: OurFigure[] = [];
  const bare: Figure[] = [];
  for (let round = 0; round < rounds; round++) {
    const firstFixTime = FIRST_FIX + round * job.framesPerTerminal * 1000;
    ours.push(await measureOurs(server, { ...job, port: server.jt808Port, firstFixTime }));
    bare.push(await measureBare({ ...job, port: await freePort(), firstFixTime }));
    printRound(ours[round], bare[round]);
  }
  const sent = ours.reduce((sum, figure) => sum + figure.acknowledged, 0);
  const stats = await checkConserved(server, embeddedUrl(server.dataDir), sent);
  const ratio = mean(ours.map((o, i) => o.framesPerSecond / bare[i].framesPerSecond));
  const storedRatio = mean(ours.map((o, i) => o.storedPerSecond / bare[i].framesPerSecond));
  printSummary(ours, bare, ratio, storedRatio);
  return { ...plan, ratio, storedRatio, ours, bare, stats };
}

async function measureOurs(server: ServerProcess, job: LoadJob): Promise<OurFigure> {
  const figure = await measureLoad(
    job,
    () => cpuSeconds(server.pid),
    () => databaseSeconds(server),
  );
  const begun = performance.now();
  await drained(server);
  const drainSeconds = (performance.now() - begun) / 1000;
  return { ...figure, drainSeconds, storedPerSecond: figure.acknowledged / (figure.seconds + drainSeconds) };
}

async function measureBare(job: LoadJob): Promise<Figure> {
  const bare = spawn(process.execPath, [sibling('bare-tcp.js'), String(job.port)], {
    stdio: ['ignore', 'pipe', 'inherit'],
  });
  try {
    await once(bare.stdout, 'data');
    return await measureLoad(job, () => cpuSeconds(bare.pid as number));
  } finally {
    await end(bare);
  }
}

function printRound(ours: OurFigure, bare: Figure): void {
  const row = (label: string, f: Figure) =>
    `  ${label.padEnd(6)} ${f.framesPerSecond.toFixed(0).padStart(7)} frames/s  p50 ${f.p50Ms.toFixed(1)} ms  ` +
    `p99 ${f.p99Ms.toFixed(1)} ms  CPU server ${f.serverCpu} %, database ${f.databaseCpu} %, load ${f.loadCpu} %`;
  console.log(`${row('cheji', ours)}, drained in ${ours.drainSeconds.toFixed(1)} s\n${row('bare', bare)}`);
}

function printSummary(ours: OurFigure[], bare: Figure[], ratio: number, storedRatio: number): void {
  const rate = (figures: Figure[]) => spread(figures.map((f) => f.framesPerSecond));
  console.log(`  cheji  ${rate(ours)} frames/s acknowledged, ${spread(ours.map((f) => f.storedPerSecond))} stored
  bare   ${rate(bare)} frames/s
  ratio  ${ratio.toFixed(2)} acknowledged, ${storedRatio.toFixed(2)} with the time until everything was stored
  CPU    ${cpuPerFrame(ours)} µs a frame with cheji, ${cpuPerFrame(bare)} µs with the bare server: both sides and the database`);
}

/** Processor time of everything that took part: says more than rates where other work shares the machine. */
function cpuPerFrame(figures: Figure[]): string {
  const perFrame = figures.map((f) => ((f.serverCpu + f.databaseCpu + f.loadCpu) / 100 / f.framesPerSecond) * 1e6);
  return mean(perFrame).toFixed(1);
}

function spread(values: number[]): string {
  const middle = mean(values);
  const deviation = Math.sqrt(mean(values.map((value) => (value - middle) ** 2)));
  return `${middle.toFixed(0)} ± ${deviation.toFixed(0)}`;
}

function mean(values: number[]): number {
  return values.reduce((sum, value) => sum + value, 0) / values.length;
}

function sibling(file: string): string {
  return fileURLToPath(new URL(`./support/${file}`, import.meta.url));
}

async function end(child: ChildProcess): Promise<void> {
  if (child.exitCode !== null) return;
  child.kill();
  await once(child, 'close');
}
