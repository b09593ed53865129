import { booleanPointInPolygon } from '@turf/turf';
import type { Polygon } from 'geojson';
import RBush from 'rbush';
import { randomFrom } from '../cli/support/random.js';
import { edgesContain } from '../geo/contains.js';
import { FenceIndex } from '../geo/fence-index.js';
import { numberOption } from './support/options.js';

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
  ask: (lon: number, lat: number, vehicle: number) => readonly number[];
}

/** Longitude and latitude of each fix; vehicles send in turn, number 1 first. */
interface Drive {
  places: Float64Array;
  vehicles: number;
}

export interface Figure {
  what: string;
  /** Of one core: counted in the processor time of this process, so that what else runs here has little say in it. */
  checksPerSecond: { best: number; mean: number; deviation: number };
  /** Nanoseconds of processor time, in the best round. */
  nsPerCheck: number;
}

const ROUNDS = 7;
/** South-west of the ground. Degrees. */
const [WEST, SOUTH] = [113.5, 22.2];
/** 10,000 fences lie on one square degree, about 100 km × 110 km; more of them on more ground, so that a place has as many. */
const FENCES_PER_SQUARE_DEGREE = 10_000;
const SCALES = [0.1, 1, 10];

/**
 * `--fences N` (default 10,000), `--vehicles N` (default 10,000), `--fixes N` (default 1,000,000), all of which are compared
 * with every polygon. Then the cost with a tenth and with ten times the fences, unless `--no-scales`.
 */
export async function run(options: string[]): Promise<{ fences: number; figures: Figure[]; scales: object[] }> {
  const count = numberOption(options, '--fences', 10_000);
  const vehicles = numberOption(options, '--vehicles', 10_000);
  const fixes = numberOption(options, '--fixes', 1_000_000);
  const entries: Entry[] = [];
  const { places, index } = scene(count, vehicles, fixes, (entry) => entries.push(entry));

  const tree = new RBush<Entry>().load(entries);
  const near = (lon: number, lat: number) => tree.search({ minX: lon, minY: lat, maxX: lon, maxY: lat });
  const numbers = (found: Entry[]) => found.map(({ no }) => no).sort((a, b) => a - b);
  const loop = ({ edges }: Entry, lon: number, lat: number) => edgesContain(edges, 0, edges.length / 4, lon, lat);
  const ways: Way[] = [
    { what: 'our index', fixes, ask: (lon, lat, vehicle) => index.query(lon, lat, vehicle) },
    {
      what: 'rbush + plain loop',
      fixes: fixes / 10,
      ask: (lon, lat) => numbers(near(lon, lat).filter((entry) => loop(entry, lon, lat))),
    },
    {
      what: 'rbush + turf',
      fixes: fixes / 20,
      ask: (lon, lat) => numbers(near(lon, lat).filter(({ polygon }) => booleanPointInPolygon([lon, lat], polygon))),
    },
    {
      what: 'every polygon',
      fixes: Math.max(100, Math.ceil(fixes / 5000)),
      ask: (lon, lat) => numbers(entries.filter((entry) => loop(entry, lon, lat))),
    },
  ];
  const driven = { places, vehicles };
  for (const other of ways.slice(1)) compareAnswers(ways[0], other, driven, Math.min(other.fixes, 20_000));
  const expected = askEveryPolygon(entries, places);
  let asked = 0;
  compareAnswers(ways[0], { what: 'every polygon', fixes, ask: () => expected[asked++] }, driven, fixes);
  console.log(`all ${fixes} answers are those of asking every polygon\n`);
  const figures = ways.map((way) => measure(way, driven));
  const scales = options.includes('--no-scales')
    ? []
    : SCALES.map((scale) => measureScale(count * scale, vehicles, fixes));
  return { fences: count, figures, scales };
}

/** Polygons, places of moving vehicles, and the index over them. `keep` is given each polygon. */
function scene(count: number, vehicles: number, fixes: number, keep: (entry: Entry) => void = () => {}) {
  const size = Math.sqrt(count / FENCES_PER_SQUARE_DEGREE);
  const random = randomFrom(1);
  const index = new FenceIndex();
  for (let no = 1; no <= count; no++) {
    const entry = polygonEntry(random, no, size);
    index.put({ no, geometry: entry.polygon, properties: { name: '', rules: [] } });
    keep(entry);
  }
  console.log(`${count} polygons of 50 to 250 corners, ${vehicles} vehicles`);
  return { places: drive(random, vehicles, fixes, size), index };
}

function measureScale(count: number, vehicles: number, fixes: number): object {
  const { places, index } = scene(count, vehicles, fixes);
  const what = `our index, ${count}`;
  return {
    fences: count,
    ...measure({ what, fixes, ask: (lon, lat, vehicle) => index.query(lon, lat, vehicle) }, { places, vehicles }),
  };
}

/**
 * Every polygon against every fix, without an index over the polygons: all edges of each, for the fixes in its box. The fixes
 * lie sorted by longitude, or this would take hours.
 */
function askEveryPolygon(entries: readonly Entry[], places: Float64Array): number[][] {
  const byLon = new Uint32Array(places.length / 2).map((_, i) => i).sort((a, b) => places[2 * a] - places[2 * b]);
  const lons = Float64Array.from(byLon, (i) => places[2 * i]);
  const found: number[][] = Array.from(byLon, () => []);
  for (const { no, edges, minX, maxX, minY, maxY } of entries) {
    for (let at = firstAtLeast(lons, minX); at < lons.length && lons[at] <= maxX; at++) {
      const lat = places[2 * byLon[at] + 1];
      if (lat < minY || lat > maxY) continue;
      if (edgesContain(edges, 0, edges.length / 4, lons[at], lat)) found[byLon[at]].push(no);
    }
  }
  return found;
}

function firstAtLeast(sorted: Float64Array, value: number): number {
  let low = 0;
  let high = sorted.length;
  while (low < high) {
    const middle = (low + high) >>> 1;
    if (sorted[middle] < value) low = middle + 1;
    else high = middle;
  }
  return low;
}

/** Both must find the same fences for each of the first `fixes` fixes. */
function compareAnswers(ours: Way, other: Way, { places, vehicles }: Drive, fixes: number): void {
  let found = 0;
  for (let i = 0; i < fixes; i++) {
    const [lon, lat] = [places[2 * i], places[2 * i + 1]];
    const expected = other.ask(lon, lat, 0);
    const answer = ours.ask(lon, lat, 1 + (i % vehicles));
    if (answer.length !== expected.length || answer.some((no, at) => no !== expected[at])) {
      throw new Error(`at ${lon}, ${lat} our index finds [${answer}], ${other.what} [${expected}]`);
    }
    found += answer.length;
  }
  if (found === 0) throw new Error('no fix is in any fence: the comparison says nothing');
}

function measure({ what, fixes, ask }: Way, { places, vehicles }: Drive): Figure {
  const rates: number[] = [];
  for (let round = 0; round < ROUNDS; round++) {
    let inside = 0;
    const begun = process.cpuUsage();
    for (let i = 0; i < fixes; i++) inside += ask(places[2 * i], places[2 * i + 1], 1 + (i % vehicles)).length;
    const { user, system } = process.cpuUsage(begun);
    rates.push(fixes / ((user + system) / 1e6));
    if (inside < 0) throw new Error('never: the answers are used, so that they are not left out');
  }
  const mean = rates.reduce((sum, rate) => sum + rate, 0) / ROUNDS;
  const deviation = Math.sqrt(rates.reduce((sum, rate) => sum + (rate - mean) ** 2, 0) / ROUNDS);
  const best = Math.max(...rates);
  const nsPerCheck = Math.round(1e9 / best);
  const shown = (rate: number) => (rate >= 1e5 ? `${(rate / 1e6).toFixed(2)} M` : `${Math.round(rate)}`);
  console.log(
    `${what.padEnd(20)} best ${shown(best)}/s (${nsPerCheck} ns), mean ${shown(mean)} ± ${shown(deviation)} checks/s`,
  );
  return { what, checksPerSecond: { best, mean, deviation }, nsPerCheck };
}

/** A star of 50 to 250 corners, some hundred metres to some kilometres wide. */
function polygonEntry(random: () => number, no: number, size: number): Entry {
  const [lon, lat] = [WEST + random() * size, SOUTH + random() * size];
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

/** Streets run north and east, so far apart: degrees, about 400 m. */
const STREET = 0.004;
/** Degrees from fix to fix of a vehicle that drives: about 200 m, 36 km/h with a fix each 20 s. */
const STRIDE = 0.002;
/** Of the fixes of recorded taxis, 40 to 75 % are within 25 m of the one before: vehicles stand for several fixes. */
const STOPS = 0.1;
const GOES_ON = 0.15;

/**
 * Longitude and latitude of `fixes` fixes, in the order in which vehicles send them in turn. As real ones do, vehicles keep to
 * streets, turn at some crossings, and stand two fixes out of five, where their places scatter by some metres.
 */
function drive(random: () => number, vehicles: number, fixes: number, size: number): Float64Array {
  const places = new Float64Array(fixes * 2);
  const streets = Math.floor(size / STREET);
  const fleet = Array.from({ length: vehicles }, () => ({
    x: Math.floor(random() * streets) * STREET,
    y: Math.floor(random() * streets) * STREET,
    heading: Math.floor(random() * 4),
    moves: random() < 0.6,
  }));
  for (let i = 0; i < fixes; i++) {
    const vehicle = fleet[i % vehicles];
    if (vehicle.moves) {
      // Two strides to a crossing; one in three vehicles turns there.
      const atCrossing =
        Math.abs(Math.round(vehicle.x / STREET) * STREET - vehicle.x) < 1e-6 &&
        Math.abs(Math.round(vehicle.y / STREET) * STREET - vehicle.y) < 1e-6;
      if (atCrossing && random() < 0.3) vehicle.heading = (vehicle.heading + (random() < 0.5 ? 1 : 3)) % 4;
      vehicle.x += [0, 1, 0, -1][vehicle.heading] * STRIDE;
      vehicle.y += [1, 0, -1, 0][vehicle.heading] * STRIDE;
      if (vehicle.x < 0 || vehicle.y < 0 || vehicle.x > size || vehicle.y > size)
        vehicle.heading = (vehicle.heading + 2) % 4;
    }
    if (random() < (vehicle.moves ? STOPS : GOES_ON)) vehicle.moves = !vehicle.moves;
    // As the log keeps them, in steps of 1e-7°.
    places[2 * i] = Math.round((WEST + vehicle.x + (random() - 0.5) * 1e-4) * 1e7) / 1e7;
    places[2 * i + 1] = Math.round((SOUTH + vehicle.y + (random() - 0.5) * 1e-4) * 1e7) / 1e7;
  }
  return places;
}
