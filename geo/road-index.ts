import RBush from 'rbush';
import type { Box } from './box.js';
import { lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from './distance.js';

/** A road with one limit, as lines of [lon, lat]. */
export interface Road {
  id: string;
  line: readonly (readonly [number, number])[];
  /** km/h. */
  limit: number;
  /** True where the limit is stated, false where it is only what such a road usually has. */
  stated: boolean;
  /** Driven in the direction of the line only. */
  oneWay: boolean;
}

interface Segment extends Box {
  road: Road;
  from: readonly [number, number];
  to: readonly [number, number];
  /** 0–360, clockwise from north. */
  headingDeg: number;
}

/** The road that a vehicle is taken to be on. */
export interface RoadMatch {
  road: Road;
  metres: number;
  /** 0 … 1: near, along the road, and nothing else as likely. */
  confidence: number;
}

/** Further than this from its middle nobody is on a road: half of a wide one, and what receivers err by. */
const REACH_M = 40;
/** A road that leads so many degrees elsewhere counts as this many metres further, for each degree. */
const METRES_PER_DEGREE_ASIDE = 0.5;
/** More than this aside, and a vehicle is not on the road but crosses it. */
const MAX_ASIDE_DEG = 50;
/** Who was on a road stays on it until another one is nearer by this. */
const HOLD_M = 15;
/** Slower than this, a receiver's heading means nothing. km/h. */
const HEADING_KMH = 8;

/** Roads by place: the nearest one that leads where a vehicle is going. */
export class RoadIndex {
  readonly #tree = new RBush<Segment>();

  constructor(roads: readonly Road[]) {
    this.#tree.load(roads.flatMap(segmentsOf));
  }

  /** `held`: id of the road that the vehicle was on before; null where none, or where it is not known. Null off all roads. */
  match(lon: number, lat: number, headingDeg: number, speedKmh: number, held: string | null): RoadMatch | null {
    const dLat = REACH_M / METRES_PER_DEGREE;
    const dLon = REACH_M / lonMetresPerDegree(lat);
    const asks = speedKmh >= HEADING_KMH && Number.isFinite(headingDeg);
    const costs = new Map<Road, { cost: number; metres: number }>();
    const near = { minX: lon - dLon, minY: lat - dLat, maxX: lon + dLon, maxY: lat + dLat };
    for (const { road, from, to, headingDeg: along } of this.#tree.search(near)) {
      const metres = segmentDistanceM(lon, lat, from[0], from[1], to[0], to[1]);
      const aside = asks ? degreesAside(headingDeg, along, road.oneWay) : 0;
      if (metres > REACH_M || aside > MAX_ASIDE_DEG) continue;
      const cost = metres + aside * METRES_PER_DEGREE_ASIDE - (road.id === held ? HOLD_M : 0);
      if (cost < (costs.get(road)?.cost ?? Infinity)) costs.set(road, { cost, metres });
    }
    // By cost, then by id: the same whatever order the tree has them in.
    const [best, second] = [...costs].sort(([a, x], [b, y]) => x.cost - y.cost || (a.id < b.id ? -1 : 1));
    if (!best) return null;
    const [road, { cost, metres }] = best;
    const near01 = Math.max(0, 1 - metres / REACH_M);
    const alone01 = second ? Math.min(1, (second[1].cost - cost) / HOLD_M) : 1;
    return { road, metres, confidence: near01 * alone01 * (road.stated ? 1 : 0.7) };
  }
}

function segmentsOf(road: Road): Segment[] {
  return road.line.slice(1).map((to, i) => {
    const from = road.line[i];
    const east = (to[0] - from[0]) * lonMetresPerDegree((from[1] + to[1]) / 2);
    const north = (to[1] - from[1]) * METRES_PER_DEGREE;
    return {
      road,
      from,
      to,
      headingDeg: ((Math.atan2(east, north) * 180) / Math.PI + 360) % 360,
      minX: Math.min(from[0], to[0]),
      minY: Math.min(from[1], to[1]),
      maxX: Math.max(from[0], to[0]),
      maxY: Math.max(from[1], to[1]),
    };
  });
}

/** 0 … 180; on a road that is driven both ways, 0 … 90. */
function degreesAside(heading: number, along: number, oneWay: boolean): number {
  const between = Math.abs(((heading - along + 540) % 360) - 180);
  return oneWay ? between : Math.min(between, 180 - between);
}
