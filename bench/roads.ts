import { randomFrom } from '../cli/support/random.js';
import { lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from '../geo/distance.js';
import { RoadIndex, type RoadSeeker } from '../geo/road-index.js';
import type { Road } from '../model/road.js';
import { RoadBook } from '../model/road-book.js';
import { usedBytes } from './support/checks.js';
import { numberOption } from './support/options.js';
import { BLOCK_M, placeInTown, SEGMENTS_PER_ROAD, town } from './support/town.js';

export const name = 'roads';
export const describe = 'which of 100,000 segments of roads a fix is on: our index beside asking every segment';

interface Figures {
  segments: number;
  roads: number;
  fixes: number;
  /** Fixes of which the index says the same as asking every segment. */
  compared: number;
  /** Of one core, in processor time: the best round, and all. */
  checksPerSecond: { best: number; mean: number };
  everySegmentPerSecond: number;
  /** Share of the fixes that are on a road. */
  onRoad: number;
  /** Of the roads themselves, as the catalog keeps them, and of the index beside them. */
  bytesPerSegment: { roads: number; index: number };
  /** ms in which all roads are put into an index, and one of them is replaced. */
  buildMs: number;
  replaceMs: number;
}

const ROUNDS = 5;

/** `--segments N` (default 100,000), `--fixes N` (default 500,000). The answers to 200 fixes are compared with those of every segment. */
export async function run(options: string[]): Promise<Figures> {
  const wanted = numberOption(options, '--segments', 100_000);
  const fixes = numberOption(options, '--fixes', 500_000);
  const bare = usedBytes();
  const roads = town(Math.ceil(wanted / SEGMENTS_PER_ROAD));
  const book = new RoadBook();
  book.apply({ type: 'roads-put', revision: 1, at: 0, roads });
  const segments = roads.length * SEGMENTS_PER_ROAD;
  const kept = usedBytes();
  const begun = performance.now();
  const index = new RoadIndex(roads);
  const buildMs = performance.now() - begun;
  const indexed = usedBytes();
  const replaced = performance.now();
  for (const road of roads.slice(0, 100)) index.put([road]);
  const replaceMs = (performance.now() - replaced) / 100;

  const seekers = drive(fixes, Math.sqrt(roads.length / 2));
  const compared = Math.min(200, fixes);
  const everySegmentPerSecond = compare(roads, index, seekers.slice(0, compared));
  const limitOf = ({ limits }: Road) => limits.maxspeed ?? NaN;
  const rates: number[] = [];
  let found = 0;
  for (let round = 0; round < ROUNDS; round++) {
    found = 0;
    let held: string | null = null;
    const cpu = process.cpuUsage();
    for (const seeker of seekers) {
      seeker.held = held;
      held = index.match(seeker, limitOf)?.road.id ?? null;
      if (held !== null) found++;
    }
    const { user, system } = process.cpuUsage(cpu);
    rates.push(fixes / ((user + system) / 1e6));
  }
  const figures: Figures = {
    segments,
    roads: roads.length,
    fixes,
    compared,
    checksPerSecond: { best: Math.max(...rates), mean: rates.reduce((sum, rate) => sum + rate, 0) / ROUNDS },
    everySegmentPerSecond,
    onRoad: found / fixes,
    bytesPerSegment: { roads: (kept - bare) / segments, index: (indexed - kept) / segments },
    buildMs,
    replaceMs,
  };
  print(figures, book);
  return figures;
}

function print({ bytesPerSegment, checksPerSecond, ...f }: Figures, book: RoadBook): void {
  console.log(`${book.size} roads, ${f.segments} segments; ${Math.round(f.onRoad * 100)} % of the fixes are on a road`);
  console.log(`the first ${f.compared} answers are those of asking every segment`);
  console.log(
    `our index            best ${Math.round(checksPerSecond.best)}/s, mean ${Math.round(checksPerSecond.mean)}/s`,
  );
  console.log(`every segment        ${Math.round(f.everySegmentPerSecond)}/s`);
  const [roads, index] = [bytesPerSegment.roads, bytesPerSegment.index].map(Math.round);
  console.log(`memory per segment   ${roads} bytes for the roads, ${index} for the index`);
  console.log(`built in ${f.buildMs.toFixed(0)} ms; one road replaced in ${(f.replaceMs * 1000).toFixed(0)} µs`);
}

/** Vehicles that follow the streets, with receivers that err by some metres. */
function drive(fixes: number, blocks: number): RoadSeeker[] {
  const random = randomFrom(2);
  return Array.from({ length: fixes }, () => {
    const north = random() < 0.5;
    const street = Math.floor(random() * blocks) * BLOCK_M + (random() - 0.5) * 16;
    const along = random() * blocks * BLOCK_M;
    const [east, up] = north ? [street, along] : [along, street];
    const [lon, lat] = placeInTown(east, up);
    return {
      lon,
      lat,
      headingDeg: ((north ? 0 : 90) + (random() < 0.5 ? 180 : 0) + (random() - 0.5) * 20 + 360) % 360,
      speedKmh: 40,
      held: null,
    };
  });
}

/** Throws where the index says another road than asking all segments does; gives the rate of the latter. */
function compare(roads: readonly Road[], index: RoadIndex, seekers: readonly RoadSeeker[]): number {
  const begun = process.cpuUsage();
  const nearest = seekers.map((seeker) => nearestOf(roads, seeker));
  const { user, system } = process.cpuUsage(begun);
  for (const [i, seeker] of seekers.entries()) {
    const found = index.match(seeker, () => NaN)?.road.id ?? null;
    if (found === nearest[i]) continue;
    throw new Error(`at ${seeker.lon}, ${seeker.lat}: ${found} by the index, ${nearest[i]} by every segment`);
  }
  return seekers.length / ((user + system) / 1e6);
}

/** The road of the segment that costs least: metres up to 40, and half of one for each degree up to 50 that it leads elsewhere. */
function nearestOf(roads: readonly Road[], { lon, lat, headingDeg }: RoadSeeker): string | null {
  let best: { id: string; cost: number } | null = null;
  for (const { id, lines } of roads) {
    for (const line of lines) {
      for (let i = 0; i + 3 < line.length; i += 2) {
        const metres = segmentDistanceM(lon, lat, line[i], line[i + 1], line[i + 2], line[i + 3]);
        if (metres > 40) continue;
        const east = (line[i + 2] - line[i]) * lonMetresPerDegree(lat);
        const along = (Math.atan2(east, (line[i + 3] - line[i + 1]) * METRES_PER_DEGREE) * 180) / Math.PI;
        const turn = (((headingDeg - along) % 180) + 180) % 180;
        const aside = Math.min(turn, 180 - turn);
        if (aside <= 50 && metres + aside / 2 < (best?.cost ?? Infinity)) best = { id, cost: metres + aside / 2 };
      }
    }
  }
  return best?.id ?? null;
}
