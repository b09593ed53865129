import { parseArgs } from 'node:util';
import { Child } from './support/child.js';
import { demandFiles } from './support/proc.js';
import type { LoadOrder, LoadReport } from './support/stream-load.js';
import type { MapsAnswer, MapsOrder } from './support/stream-orders.js';
import { viewsOf } from './support/views.js';

export const name = 'stream-maps';
export const describe =
  'what a map of one city costs the server, the more of them look at the same: sockets and all, by processor time';

const KEY = 'key-of-the-bench-of-maps-32-chars-xx';
const CITY = [120.1, 31.4, 120.5, 31.8] as const;
const VIEW_DEG = 0.05;

interface Figure {
  maps: number;
  messages: number;
  bytes: number;
  /** Beyond what the same moves cost with nobody looking, µs. */
  usPerMessage: number;
  /** The same where each map is told twice a second, ms of processor a second. */
  msPerMapSecond: number;
  loadCpuMs: number;
}

/** `--maps 125,250,500`, `--vehicles N` that all move, `--sights N` different views, `--moves N` a round, `--rounds N`. */
export async function run(argv: string[]): Promise<object> {
  const { values } = parseArgs({
    args: argv,
    options: {
      maps: { type: 'string', default: '125,250,500,1000,2000,4000' },
      vehicles: { type: 'string', default: '2000' },
      sights: { type: 'string', default: '200' },
      moves: { type: 'string', default: '10' },
      rounds: { type: 'string', default: '3' },
    },
  });
  const levels = values.maps.split(',').map(Number);
  const [vehicles, sights, moves, rounds] = [values.vehicles, values.sights, values.moves, values.rounds].map(Number);
  const most = Math.max(...levels);
  demandFiles(most);
  const views = viewsOf([...CITY], sights, VIEW_DEG);
  const host = new Child<MapsOrder, MapsAnswer>('maps-host.js', [KEY, String(vehicles)]);
  const load = new Child<LoadOrder, LoadReport>('stream-load.js');
  try {
    const { port } = await host.ask({});
    await load.ask({ do: 'connect', url: `ws://127.0.0.1:${port}/v1/stream?key=${KEY}`, clients: most });
    const figures: Figure[][] = levels.map(() => []);
    // The first round warms up. Each level has its own base right before it, so that whatever else the machine does meets both.
    for (let round = 0; round <= rounds; round++) {
      for (const [i, maps] of levels.entries()) {
        const base = await host.ask({ moves });
        await load.ask({ do: 'watch', what: 'maps', views, format: 'protobuf', first: maps });
        await host.ask({ moves: 2 });
        await load.ask({ do: 'reset' });
        const { cpuMs } = await host.ask({ moves });
        const { messages, bytes, cpuSeconds, lost } = await load.ask({ do: 'report' });
        await load.ask({ do: 'leave' });
        if (lost > 0) throw new Error(`${lost} connections were lost`);
        const usPerMessage = ((cpuMs - base.cpuMs) * 1000) / messages;
        const figure = { maps, messages, bytes, usPerMessage, msPerMapSecond: (usPerMessage * 2) / 1000 };
        if (round > 0) figures[i].push({ ...figure, loadCpuMs: cpuSeconds * 1000 });
      }
    }
    console.log(`${vehicles} vehicles, all of which move twice a second, ${sights} views`);
    const summary = figures.map(summaryOf);
    for (const s of summary) {
      console.log(
        `${String(s.maps).padStart(5)} maps: ${s.msPerMapSecond.toFixed(4)} ms of processor a map and second ` +
          `(${s.lowest.toFixed(4)} to ${s.highest.toFixed(4)}), ${s.bytesPerMessage.toFixed(0)} bytes a message`,
      );
    }
    return { vehicles, sights, moves, rounds, summary, figures };
  } finally {
    await Promise.all([host.end(), load.end()]);
  }
}

function summaryOf(figures: Figure[]) {
  const costs = figures.map(({ msPerMapSecond }) => msPerMapSecond);
  const sum = (of: (figure: Figure) => number) => figures.reduce((total, figure) => total + of(figure), 0);
  return {
    maps: figures[0].maps,
    msPerMapSecond: costs.reduce((total, cost) => total + cost, 0) / costs.length,
    lowest: Math.min(...costs),
    highest: Math.max(...costs),
    bytesPerMessage: sum(({ bytes }) => bytes) / sum(({ messages }) => messages),
  };
}
