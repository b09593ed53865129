import { setTimeout as pause } from 'node:timers/promises';
import { parseArgs } from 'node:util';
import { randomFrom } from '../cli/support/random.js';
import { withServer } from './support/own-server.js';
import { cpuSeconds } from './support/proc.js';
import type { ServerProcess } from './support/server-process.js';
import type { LoadJob } from './support/terminal-load.js';
import { databaseSeconds, drained, type Figure, measureLoad } from './support/terminal-round.js';

export const name = 'fence-change';
export const describe =
  'how long terminals wait for acknowledgements while fences of 10,000 vertices are added where they drive, beside rounds without';

const AREA: LoadJob['area'] = [120.0, 31.3, 120.6, 31.8];
const FIRST_FIX = Date.UTC(2026, 0, 1);
/** The largest that is taken; its last position is the first again. */
const VERTICES = 9_999;

interface Round {
  calm: Figure;
  changing: Figure;
  /** From the request to the answer, that is until the fence is on disk, ms. */
  fenceMs: number[];
}

/** `--terminals N`, `--rate N` fixes a second, `--seconds N` of each round, `--rounds N`, `--every S` seconds a fence. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      terminals: { type: 'string', default: '1000' },
      rate: { type: 'string', default: '5000' },
      seconds: { type: 'string', default: '20' },
      rounds: { type: 'string', default: '3' },
      every: { type: 'string', default: '12' },
    },
  });
  const terminals = Number(values.terminals);
  const perSecond = Number(values.rate);
  const seconds = Number(values.seconds);
  const framesPerTerminal = Math.ceil((perSecond * seconds) / terminals) + 1;
  const job = { terminals, perSecond, seconds, framesPerTerminal, window: 4, area: AREA, seed: 808 };
  const random = randomFrom(10_000);
  return withServer({ CHEJI_TIME_POLICY: 'replay', CHEJI_TERMINAL_RATE: '0' }, async (server) => {
    let begun = 0;
    const load = () =>
      measureLoad(
        {
          ...job,
          port: server.jt808Port,
          firstFixTime: FIRST_FIX + begun++ * framesPerTerminal * 1000,
        },
        () => cpuSeconds(server.pid),
        () => databaseSeconds(server),
      );
    console.log(`${terminals} terminals, ${perSecond} fixes/s, ${values.rounds} × ${seconds} s without and with`);
    await load(); // the first round finds cold code
    const rounds: Round[] = [];
    for (let i = 0; i < Number(values.rounds); i++) {
      await drained(server);
      const calm = await load();
      await drained(server);
      rounds.push({ calm, ...(await whileAddingFences(server, load, Number(values.every), random)) });
      print(rounds[i]);
    }
    const ratios = rounds.map(({ calm, changing }) => changing.p99Ms / calm.p99Ms).sort((a, b) => a - b);
    const median = ratios[Math.floor(ratios.length / 2)];
    console.log(`p99 with fences to p99 without: median ${median.toFixed(2)}, of ${ratios.map((r) => r.toFixed(2))}`);
    return { ...job, median, ratios, rounds };
  });
}

async function whileAddingFences(
  server: ServerProcess,
  load: () => Promise<Figure>,
  every: number,
  random: () => number,
): Promise<Omit<Round, 'calm'>> {
  const fenceMs: number[] = [];
  let ended = false;
  const adding = (async () => {
    // Made before the clock starts: the one who draws is not measured.
    for (let body = largeFence(random); ; body = largeFence(random)) {
      await pause(every * 1000);
      if (ended) return;
      const begun = performance.now();
      const made = await server.api('/v1/fences', { body });
      if (made.status !== 201) throw new Error(`fence: ${made.status} ${JSON.stringify(made.body).slice(0, 500)}`);
      fenceMs.push(performance.now() - begun);
    }
  })();
  try {
    const changing = await load();
    return { changing, fenceMs };
  } finally {
    ended = true;
    await adding;
  }
}

/** Some kilometres wide, in the middle of the area, with a ragged edge; as text. */
function largeFence(random: () => number): string {
  const [west, south, east, north] = AREA;
  const lon = west + (0.3 + 0.4 * random()) * (east - west);
  const lat = south + (0.3 + 0.4 * random()) * (north - south);
  const ring = Array.from({ length: VERTICES }, (_, i) => {
    const angle = (2 * Math.PI * i) / VERTICES;
    const reach = 0.08 * (0.98 + 0.02 * random());
    return [lon + reach * Math.cos(angle), lat + reach * Math.sin(angle)];
  });
  return JSON.stringify({
    type: 'Feature',
    geometry: { type: 'Polygon', coordinates: [[...ring, ring[0]]] },
    properties: { name: 'large', rules: [{ type: 'enter' }, { type: 'exit' }] },
  });
}

function print({ calm, changing, fenceMs }: Round): void {
  const row = (label: string, f: Figure) =>
    `  ${label.padEnd(8)} p50 ${f.p50Ms.toFixed(1)} ms  p99 ${f.p99Ms.toFixed(1)} ms  most ${f.maxMs.toFixed(0)} ms  ` +
    `${f.framesPerSecond.toFixed(0)} fixes/s  CPU server ${f.serverCpu} %, database ${f.databaseCpu} %, load ${f.loadCpu} %`;
  const fences = fenceMs.map((ms) => ms.toFixed(0)).join(', ');
  console.log(
    `${row('without', calm)}\n${row('with', changing)}; ${fenceMs.length} fences, answered after ${fences} ms`,
  );
}
