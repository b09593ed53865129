import type { Road } from '../model/road.js';
import { type Box, boxesTouch } from './box.js';
import { lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from './distance.js';

/** A run of segments of one line. The positions are the road's own, so a segment takes little more than they do. */
interface Piece {
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
const SEGMENTS_PER_PIECE = 8;
/** Degrees: about 100 m, so that a cell of a town has a street or two. */
const CELL = 0.001;
const CELLS_ROUND = 360 / CELL;
/** Nearer to a pole a degree of longitude is taken for as long as there: no road is. */
const MAX_LATITUDE = 89;

/** A road within reach, at its nearest segment that leads where the vehicle goes. */
interface Candidate {
  road: Road;
  cost: number;
  metres: number;
  forward: boolean | null;
}

/**
 * Roads by place: the nearest one that leads where a vehicle is going.
 *
 * Cells of 100 m know the pieces of roads that are within reach of any of their places, so a fix looks into one cell. Cells are
 * kept by a hash: where two share one, a fix looks at some pieces in vain.
 */
export class RoadIndex {
  readonly #cells = new Map<number, readonly Piece[]>();
  readonly #pieces = new Map<string, readonly Piece[]>();

  constructor(roads: readonly Road[] = []) {
    this.put(roads);
  }

  /** Adds roads, or puts their new forms in place of the old ones. */
  put(roads: readonly Road[]): void {
    for (const road of roads) {
      this.#remove(road.id);
      const pieces = road.lines.flatMap((line) => piecesOf(road, line));
      this.#pieces.set(road.id, pieces);
      for (const piece of pieces) {
        for (const cell of cellsOf(piece)) this.#cells.set(cell, [...(this.#cells.get(cell) ?? []), piece]);
      }
    }
  }

  remove(ids: readonly string[]): void {
    for (const id of ids) this.#remove(id);
  }

  /** Ids of the roads that have a piece whose box touches this one, ascending. */
  within(box: Box): string[] {
    const ids: string[] = [];
    for (const [id, pieces] of this.#pieces) {
      if (pieces.some((piece) => boxesTouch(boxOf(piece), box))) ids.push(id);
    }
    return ids.sort();
  }

  /**
   * Null off all roads. Roads for which `limitOf` gives the same do not compete: which of them it is makes no difference to
   * the confidence.
   */
  match(seeker: RoadSeeker, limitOf: (road: Road, forward: boolean | null) => number): RoadMatch | null {
    const found = this.#candidates(seeker);
    let best: Candidate | undefined;
    for (const candidate of found) if (!best || isBetter(candidate, best)) best = candidate;
    if (!best) return null;
    const limit = limitOf(best.road, best.forward);
    let rivalCost = Infinity;
    for (const { road, forward, cost } of found) {
      if (cost < rivalCost && !Object.is(limitOf(road, forward), limit)) rivalCost = cost;
    }
    const near01 = Math.max(0, 1 - best.metres / REACH_M);
    const alone01 = Math.min(1, (rivalCost - best.cost) / HOLD_M);
    return { road: best.road, forward: best.forward, metres: best.metres, confidence: near01 * alone01 };
  }

  /** One for each road within reach that leads where the fix goes. */
  #candidates({ lon, lat, headingDeg, speedKmh, held }: RoadSeeker): Candidate[] {
    const candidates: Candidate[] = [];
    const asks = speedKmh >= HEADING_KMH && Number.isFinite(headingDeg);
    const lonScale = lonMetresPerDegree(lat);
    for (const { road, line, from, to } of this.#cells.get(cellAt(lon, lat)) ?? []) {
      // A line beyond 180° is on another turn than the place.
      const x = line[from] > lon + 180 ? lon + 360 : line[from] < lon - 180 ? lon - 360 : lon;
      const bonus = road.id === held ? HOLD_M : 0;
      let known: Candidate | undefined;
      for (const candidate of candidates) if (candidate.road === road) known = candidate;
      for (let i = from; i < to; i += 2) {
        const metres = segmentDistanceM(x, lat, line[i], line[i + 1], line[i + 2], line[i + 3], lonScale);
        if (metres > REACH_M || (known && metres - bonus >= known.cost)) continue;
        const against = asks ? degreesBetween(headingDeg, alongDeg(line, i, lonScale)) : 0;
        const aside = asks ? asideDeg(against, road.oneWay) : 0;
        const cost = metres + aside * METRES_PER_DEGREE_ASIDE - bonus;
        if (aside > MAX_ASIDE_DEG || (known && cost >= known.cost)) continue;
        if (!known) {
          known = { road, cost, metres, forward: null };
          candidates.push(known);
        }
        known.cost = cost;
        known.metres = metres;
        known.forward = wayOf(asks, against, road.oneWay);
      }
    }
    return candidates;
  }

  #remove(id: string): void {
    const pieces = this.#pieces.get(id);
    if (!pieces) return;
    this.#pieces.delete(id);
    for (const piece of pieces) {
      for (const cell of cellsOf(piece)) {
        const left = this.#cells.get(cell)?.filter((other) => other !== piece) ?? [];
        if (left.length > 0) this.#cells.set(cell, left);
        else this.#cells.delete(cell);
      }
    }
  }
}

/** By cost, then by id: the same whatever order roads came in. */
function isBetter(a: Candidate, b: Candidate): boolean {
  return a.cost < b.cost || (a.cost === b.cost && a.road.id < b.road.id);
}

function piecesOf(road: Road, line: readonly number[]): Piece[] {
  const pieces: Piece[] = [];
  for (let from = 0; from < line.length - 2; from += 2 * SEGMENTS_PER_PIECE) {
    pieces.push({ road, line, from, to: Math.min(line.length - 2, from + 2 * SEGMENTS_PER_PIECE) });
  }
  return pieces;
}

function boxOf({ line, from, to }: Piece): Box {
  const box = { minX: line[from], minY: line[from + 1], maxX: line[from], maxY: line[from + 1] };
  for (let i = from + 2; i <= to; i += 2) {
    box.minX = Math.min(box.minX, line[i]);
    box.maxX = Math.max(box.maxX, line[i]);
    box.minY = Math.min(box.minY, line[i + 1]);
    box.maxY = Math.max(box.maxY, line[i + 1]);
  }
  return box;
}

function cellAt(lon: number, lat: number): number {
  return cellKey(Math.floor((lon + 180) / CELL), Math.floor(lat / CELL));
}

/** The same for cells that are whole turns apart. */
function cellKey(column: number, row: number): number {
  const turned = ((column % CELLS_ROUND) + CELLS_ROUND) % CELLS_ROUND;
  return Math.imul(turned, 73_856_093) ^ Math.imul(row, 19_349_663);
}

/** Cells with any place within reach of the piece, and perhaps some more at their corners. */
function cellsOf(piece: Piece): Set<number> {
  const { line, from, to } = piece;
  const cells = new Set<number>();
  for (let i = from; i < to; i += 2) {
    const [x1, y1, x2, y2] = [line[i], line[i + 1], line[i + 2], line[i + 3]];
    const lonScale = lonMetresPerDegree(Math.min(MAX_LATITUDE, Math.max(Math.abs(y1), Math.abs(y2))));
    const [dx, dy] = [REACH_M / lonScale, REACH_M / METRES_PER_DEGREE];
    const [south, north] = [Math.floor((Math.min(y1, y2) - dy) / CELL), Math.floor((Math.max(y1, y2) + dy) / CELL)];
    for (let row = south; row <= north; row++) {
      // The part of the segment that is beside this row, and reach around it.
      const [west, east] = spanBeside(x1, y1, x2, y2, row * CELL - dy, (row + 1) * CELL + dy);
      const last = Math.floor((east + dx + 180) / CELL);
      for (let column = Math.floor((west - dx + 180) / CELL); column <= last; column++) cells.add(cellKey(column, row));
    }
  }
  return cells;
}

/** Westernmost and easternmost longitude of the segment's part between two latitudes; the segment reaches there. */
function spanBeside(
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  south: number,
  north: number,
): [west: number, east: number] {
  const at = (lat: number) => x1 + Math.max(0, Math.min(1, (lat - y1) / (y2 - y1))) * (x2 - x1);
  const [a, b] = y1 === y2 ? [x1, x2] : [at(south), at(north)];
  return a < b ? [a, b] : [b, a];
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
