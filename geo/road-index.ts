import RBush from 'rbush';
import type { Road } from '../model/road.js';
import type { Box } from './box.js';
import { lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from './distance.js';

/** A run of segments of one line. The positions are the road's own, so a segment takes little more than they do. */
interface Piece extends Box {
  readonly road: Road;
  readonly line: readonly number[];
  /** Where in the line its first and its last position begin. */
  readonly from: number;
  readonly to: number;
}

/** A fix that looks for its road. */
export interface RoadSeeker {
  lon: number;
  lat: number;
  /** 0–360, clockwise from north; NaN where not known. */
  headingDeg: number;
  /** km/h; NaN where not known. */
  speedKmh: number;
  /** Id of the road that the vehicle was on before; null where none, or where it is not known. */
  held: string | null;
}

/** The road that a vehicle is taken to be on. */
export interface RoadMatch {
  readonly road: Road;
  /** As the line runs, or against it; null where that is not known. */
  readonly forward: boolean | null;
  readonly metres: number;
  /** 0 … 1: near, and no other road as likely that would make a difference. */
  readonly confidence: number;
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
/** Long lines have large boxes; their pieces have small ones. */
const SEGMENTS_PER_PIECE = 8;

/** A road within reach, at its nearest segment that leads where the vehicle goes. */
interface Candidate {
  road: Road;
  cost: number;
  metres: number;
  forward: boolean | null;
}

/** Roads by place: the nearest one that leads where a vehicle is going. */
export class RoadIndex {
  readonly #tree = new RBush<Piece>();
  readonly #pieces = new Map<string, Piece[]>();
  /** Pieces that reach beyond 180°: with any, a place is looked for on either side. */
  #beyond = 0;

  constructor(roads: readonly Road[] = []) {
    this.put(roads);
  }

  /** Adds roads, or puts their new forms in place of the old ones. */
  put(roads: readonly Road[]): void {
    this.remove(roads.map(({ id }) => id));
    const last = new Map(roads.map((road) => [road.id, road]));
    const all: Piece[] = [];
    for (const road of last.values()) {
      const pieces = road.lines.flatMap((line) => piecesOf(road, line));
      this.#pieces.set(road.id, pieces);
      for (const piece of pieces) if (isBeyond(piece)) this.#beyond++;
      all.push(...pieces);
    }
    this.#tree.load(all);
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) {
      for (const piece of this.#pieces.get(id) ?? []) {
        this.#tree.remove(piece);
        if (isBeyond(piece)) this.#beyond--;
      }
      this.#pieces.delete(id);
    }
  }

  /** Ids of the roads that have a piece whose box touches this one, ascending. */
  within(box: Box): string[] {
    return [...new Set(this.#tree.search(box).map(({ road }) => road.id))].sort();
  }

  /**
   * Null off all roads. Roads for which `limitOf` gives the same do not compete: which of them it is makes no difference to
   * the confidence.
   */
  match(seeker: RoadSeeker, limitOf: (road: Road, forward: boolean | null) => number): RoadMatch | null {
    const found = this.#candidates(seeker);
    const best = found[0];
    if (!best) return null;
    const limit = limitOf(best.road, best.forward);
    const rival = found.find(({ road, forward }, i) => i > 0 && !Object.is(limitOf(road, forward), limit));
    const near01 = Math.max(0, 1 - best.metres / REACH_M);
    const alone01 = rival ? Math.min(1, (rival.cost - best.cost) / HOLD_M) : 1;
    return {
      road: best.road,
      forward: best.forward,
      metres: best.metres,
      confidence: near01 * alone01,
    };
  }

  /** By cost, then by id: the same whatever order the tree has them in. */
  #candidates({ lon, lat, headingDeg, speedKmh, held }: RoadSeeker): Candidate[] {
    const asks = speedKmh >= HEADING_KMH && Number.isFinite(headingDeg);
    const lonScale = lonMetresPerDegree(lat);
    const dLat = REACH_M / METRES_PER_DEGREE;
    const dLon = REACH_M / lonScale;
    const byRoad = new Map<Road, Candidate>();
    const look = (x: number) => {
      const near = { minX: x - dLon, minY: lat - dLat, maxX: x + dLon, maxY: lat + dLat };
      for (const { road, line, from, to } of this.#tree.search(near)) {
        for (let i = from; i < to; i += 2) {
          const metres = segmentDistanceM(x, lat, line[i], line[i + 1], line[i + 2], line[i + 3], lonScale);
          if (metres > REACH_M) continue;
          const against = asks ? degreesBetween(headingDeg, alongDeg(line, i, lonScale)) : 0;
          const aside = asks ? asideDeg(against, road.oneWay) : 0;
          if (aside > MAX_ASIDE_DEG) continue;
          const cost = metres + aside * METRES_PER_DEGREE_ASIDE - (road.id === held ? HOLD_M : 0);
          const known = byRoad.get(road);
          if (known && known.cost <= cost) continue;
          byRoad.set(road, { road, cost, metres, forward: wayOf(asks, against, road.oneWay) });
        }
      }
    };
    look(lon);
    if (this.#beyond > 0) {
      look(lon + 360);
      look(lon - 360);
    }
    return [...byRoad.values()].sort((a, b) => a.cost - b.cost || (a.road.id < b.road.id ? -1 : 1));
  }
}

function piecesOf(road: Road, line: readonly number[]): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < line.length - 2; from += 2 * SEGMENTS_PER_PIECE) {
    const to = Math.min(line.length - 2, from + 2 * SEGMENTS_PER_PIECE);
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (let i = from; i <= to; i += 2) {
      box.minX = Math.min(box.minX, line[i]);
      box.maxX = Math.max(box.maxX, line[i]);
      box.minY = Math.min(box.minY, line[i + 1]);
      box.maxY = Math.max(box.maxY, line[i + 1]);
    }
    pieces.push({ ...box, road, line, from, to });
  }
  return pieces;
}

function isBeyond({ minX, maxX }: Box): boolean {
  return minX < -180 || maxX > 180;
}

/** Where the segment leads, degrees clockwise from north. */
function alongDeg(line: readonly number[], i: number, lonScale: number): number {
  const east = (line[i + 2] - line[i]) * lonScale;
  const north = (line[i + 3] - line[i + 1]) * METRES_PER_DEGREE;
  return (Math.atan2(east, north) * 180) / Math.PI;
}

/** 0 … 180. */
function degreesBetween(a: number, b: number): number {
  return Math.abs(((a - b + 900) % 360) - 180);
}

/** How far a heading is from where the road may be driven. `against`: 0 along the line, 180 against it. */
function asideDeg(against: number, oneWay: Road['oneWay']): number {
  if (oneWay === 'forward') return against;
  return oneWay === 'backward' ? 180 - against : Math.min(against, 180 - against);
}

function wayOf(asks: boolean, against: number, oneWay: Road['oneWay']): boolean | null {
  if (oneWay !== null) return oneWay === 'forward';
  return asks ? against <= 90 : null;
}
