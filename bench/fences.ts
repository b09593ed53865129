import { booleanPointInPolygon } from '@turf/turf';
import type { Polygon } from 'geojson';
import RBush from 'rbush';
import { randomFrom } from '../cli/support/random.js';
import { edgesContain } from '../geo/contains.js';
import { FenceIndex } from '../geo/fence-index.js';

export const name = 'fences';
export const describe =
  'which of 10,000 polygons contain a fix: our index beside an R-tree with turf, an R-tree with a plain loop, and no index';

interface Entry {
  no: number;
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
  polygon: Polygon;
  edges: Float64Array;
}

/** A way to ask; the numbers it gives are ascending. */
interface Way {
  what: string;
  /** Fixes of one round: the slow ones get fewer, from the start of the same list. */
  fixes: number;
  ask: (lon: number, lat: number) => readonly number[];
}

export interface Figure {
  what: string;
  checksPerSecond: { best: number; mean: number; deviation: number };
}

const ROUNDS = 7;
/** Degrees; about 100 km × 110 km. */
const [WEST, SOUTH, SIZE] = [113.5, 22.2, 1];

/** `--fences N` (default 10,000), `--vehicles N` (default 10,000), `--fixes N` for each round (default 400,000). */
export async function run(options: string[]): Promise<{ fences: number; figures: Figure[] }> {
  const count = numberOption(options, '--fences', 10_000);
  const vehicles = numberOption(options, '--vehicles', 10_000);
  const fixes = numberOption(options, '--fixes', 400_000);
  const random = randomFrom(1);
  const entries = Array.from({ length: count }, (_, i) => polygonEntry(random, i + 1));
  const places = drive(random, vehicles, fixes);

  const index = new FenceIndex();
  const begun = performance.now();
  for (const { no, polygon } of entries) index.put({ no, geometry: polygon, properties: { name: '', rules: [] } });
  console.log(`${count} polygons of 50 to 250 corners, indexed in ${Math.round(performance.now() - begun)} ms`);
  console.log(`${vehicles} vehicles drive 200 m between fixes\n`);

  const tree = new RBush<Entry>().load(entries);
  const near = (lon: number, lat: number) => tree.search({ minX: lon, minY: lat, maxX: lon, maxY: lat });
  const numbers = (found: Entry[]) => found.map(({ no }) => no).sort((a, b) => a - b);
  const loop = ({ edges }: Entry, lon: number, lat: number) => edgesContain(edges, 0, edges.length / 4, lon, lat);
  const ways: Way[] = [
    { what: 'our index', fixes, ask: (lon, lat) => index.query(lon, lat) },
    {
      what: 'rbush + plain loop',
      fixes: fixes / 4,
      ask: (lon, lat) => numbers(near(lon, lat).filter((entry) => loop(entry, lon, lat))),
    },
    {
      what: 'rbush + turf',
      fixes: fixes / 8,
      ask: (lon, lat) => numbers(near(lon, lat).filter(({ polygon }) => booleanPointInPolygon([lon, lat], polygon))),
    },
    {
      what: 'every polygon',
      fixes: Math.max(100, Math.ceil(fixes / 2000)),
      ask: (lon, lat) => numbers(entries.filter((entry) => loop(entry, lon, lat))),
    },
  ];
  compareAnswers(ways, places);
  return { fences: count, figures: ways.map((way) => measure(way, places)) };
}

/** Every way must find the same fences for every fix that all of them are asked about. */
function compareAnswers(ways: readonly Way[], places: Float64Array): void {
  const [ours, ...others] = ways;
  for (const other of others) {
    let found = 0;
    const fixes = Math.min(other.fixes, 20_000);
    for (let i = 0; i < fixes; i++) {
      const [lon, lat] = [places[2 * i], places[2 * i + 1]];
      const expected = other.ask(lon, lat).join();
      const answer = ours.ask(lon, lat).join();
      if (answer !== expected) {
        throw new Error(`at ${lon}, ${lat} our index finds [${answer}], ${other.what} [${expected}]`);
      }
      if (answer) found++;
    }
    if (found === 0) throw new Error('no fix is in any fence: the comparison says nothing');
  }
}

function measure({ what, fixes, ask }: Way, places: Float64Array): Figure {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let inside = 0;
    const begun = performance.now();
    for (let i = 0; i < fixes; i++) inside += ask(places[2 * i], places[2 * i + 1]).length;
    rates.push(fixes / ((performance.now() - begun) / 1000));
    if (inside < 0) throw new Error('never: the answers are used, so that they are not left out');
  }
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / ROUNDS;
  const deviation = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / ROUNDS);
  const best = Math.max(...rates);
  const shown = (rate: number) => (rate >= 1e5 ? `${(rate / 1e6).toFixed(2)} M` : `${Math.round(rate)}`);
  console.log(`${what.padEnd(20)} best ${shown(best)}/s, mean ${shown(mean)} ± ${shown(deviation)} checks/s`);
  return { what, checksPerSecond: { best, mean, deviation } };
}

/** A star of 50 to 250 corners, some hundred metres to some kilometres wide. */
function polygonEntry(random: () => number, no: number): Entry {
  const [lon, lat] = [WEST + random() * SIZE, SOUTH + random() * SIZE];
  const corners = 50 + Math.floor(random() * 200);
  const reach = 0.002 * 10 ** random();
  const ring = Array.from({ length: corners }, (_, i) => {
    const angle = (2 * Math.PI * i) / corners;
    const length = reach * (0.6 + 0.4 * random());
    return [lon + length * Math.cos(angle), lat + length * Math.sin(angle)];
  });
  ring.push([...ring[0]]);
  const edges = new Float64Array(corners * 4);
  for (let i = 0; i < corners; i++) edges.set([...ring[i], ...ring[i + 1]], i * 4);
  const [lons, lats] = [ring.map(([x]) => x), ring.map(([, y]) => y)];
  return {
    no,
    minX: Math.min(...lons),
    minY: Math.min(...lats),
    maxX: Math.max(...lons),
    maxY: Math.max(...lats),
    polygon: { type: 'Polygon', coordinates: [ring] },
    edges,
  };
}

/** Longitude and latitude of `fixes` fixes, in the order in which vehicles send them in turn. */
function drive(random: () => number, vehicles: number, fixes: number): Float64Array {
  const places = new Float64Array(fixes * 2);
  const lons = Float64Array.from({ length: vehicles }, () => WEST + random() * SIZE);
  const lats = Float64Array.from({ length: vehicles }, () => SOUTH + random() * SIZE);
  for (let i = 0; i < fixes; i++) {
    const vehicle = i % vehicles;
    const heading = random() * 2 * Math.PI;
    lons[vehicle] += 0.002 * Math.cos(heading);
    lats[vehicle] += 0.002 * Math.sin(heading);
    // As the log keeps them, in steps of 1e-7°.
    places[2 * i] = Math.round(lons[vehicle] * 1e7) / 1e7;
    places[2 * i + 1] = Math.round(lats[vehicle] * 1e7) / 1e7;
  }
  return places;
}

function numberOption(options: string[], key: string, fallback: number): number {
  const at = options.indexOf(key);
  const value = at < 0 ? fallback : Number(options[at + 1]);
  if (Number.isInteger(value) && value > 0) return value;
  throw new Error(`${key} must be a whole number above 0`);
}
