import { type PreparedFence, turnsOf } from '../geo/fence.js';
import type { Shape } from '../geo/shape.js';
import { IMPOSSIBLE_KMH, LONGEST_LEG_M, legBetween, type PlaceInTime } from './leg.js';

/** One stay of a vehicle in an area. Times are epoch ms. */
export interface Passage {
  entered: number;
  left: number;
  entry: { lon: number; lat: number };
  exit: { lon: number; lat: number };
  /** Whether the vehicle is known to have come in, and gone out, then; otherwise it was first, or last, seen inside. */
  sawEntry: boolean;
  sawExit: boolean;
  /** Fixes inside; 0 where it went through between two fixes. */
  fixes: number;
  /** The legs it is told from, by their ends, that are long enough for another fix far away between them. */
  doubtful: [from: number, to: number][];
}

/**
 * Who knows only the fixes within this many metres around an area knows both ends of every leg that passes it, for no
 * known way is longer.
 */
export const MARGIN_M = LONGEST_LEG_M;
/**
 * Between the ends of a leg of less time nobody goes beyond the margin and back: at IMPOSSIBLE_KMH, from a leg through
 * the area once the margin, from one inside twice.
 */
const DOUBTFUL_MS = (MARGIN_M * 3600) / IMPOSSIBLE_KMH;

/**
 * The stays of one vehicle in an area, from its reliable fixes in order of time. Between two fixes the vehicle is taken
 * to go straight and evenly, where the way between them is known at all (tracks/leg.ts): so an area that was crossed
 * between two fixes was passed, and entry and exit are told to the second.
 *
 * `broken`: times of fixes after which the vehicle is known to have been elsewhere before the next one that is given.
 */
export function passagesIn(
  area: PreparedFence,
  fixes: readonly PlaceInTime[],
  broken: ReadonlySet<number> = new Set(),
): Passage[] {
  const passages: Passage[] = [];
  let open: Passage | null = null;
  for (let i = 0; i < fixes.length; i++) {
    const b = fixes[i];
    const a = i > 0 && !broken.has(fixes[i - 1].fixTime) && isKnown(fixes[i - 1], b) ? fixes[i - 1] : null;
    if (!a) open = null;
    else open = follow(area, a, b, open, passages);
    if (!contains(area, b.lon, b.lat)) open = null;
    else {
      open ??= begin(passages, b, a !== null);
      open.fixes++;
      end(open, b, false);
    }
  }
  return passages;
}

/** The way from a to b: ends the passage under way, makes new ones, and answers the one that is under way at b. */
function follow(
  area: PreparedFence,
  a: PlaceInTime,
  b: PlaceInTime,
  underWay: Passage | null,
  passages: Passage[],
): Passage | null {
  let open = underWay;
  const spans = insideSpans(area, a, b);
  if (open && spans[0]?.[0] !== 0) {
    open.sawExit = true; // it stood on the very edge
    open = null;
  }
  for (const [u, v] of spans) {
    open ??= begin(passages, along(a, b, u), true);
    const inside = u === 0 && v === 1;
    if (b.fixTime - a.fixTime >= DOUBTFUL_MS * (inside ? 2 : 1)) open.doubtful.push([a.fixTime, b.fixTime]);
    end(open, along(a, b, v), v < 1);
    if (v < 1) open = null;
  }
  return open;
}

function isKnown(a: PlaceInTime, b: PlaceInTime): boolean {
  const { kind } = legBetween(a, b);
  return kind === 'seen' || kind === 'still';
}

function begin(passages: Passage[], { fixTime, lon, lat }: PlaceInTime, seen: boolean): Passage {
  const place = { lon, lat };
  const passage: Passage = {
    entered: fixTime,
    left: fixTime,
    entry: place,
    exit: place,
    sawEntry: seen,
    sawExit: false,
    fixes: 0,
    doubtful: [],
  };
  passages.push(passage);
  return passage;
}

function end(passage: Passage, { fixTime, lon, lat }: PlaceInTime, seen: boolean): void {
  passage.left = fixTime;
  passage.exit = { lon, lat };
  passage.sawExit = seen;
}

/** Parts of the straight way from a to b that lie in the area, as fractions of it, in order; a mere touch is none. */
function insideSpans(area: PreparedFence, a: PlaceInTime, b: PlaceInTime): [number, number][] {
  const cuts = new Set([0, 1]);
  for (const shape of area.shapes) {
    const bLon = turnedTo(a, b);
    // A way across 180° leaves the turn on which the shape is asked about, or comes onto it.
    for (const turn of bLon === b.lon ? turnsOf(shape) : [-360, 0, 360]) {
      addCrossings(shape, a.lon + turn, a.lat, bLon + turn, b.lat, cuts);
    }
  }
  const sorted = [...cuts].sort((p, q) => p - q);
  const spans: [number, number][] = [];
  for (let i = 1; i < sorted.length; i++) {
    const [u, v] = [sorted[i - 1], sorted[i]];
    const middle = along(a, b, (u + v) / 2);
    if (!contains(area, middle.lon, middle.lat)) continue;
    const last = spans.at(-1);
    if (last && last[1] === u) last[1] = v;
    else spans.push([u, v]);
  }
  return spans;
}

/** Where the way meets edges of the shape, as fractions of it. */
function addCrossings(shape: Shape, x1: number, y1: number, x2: number, y2: number, cuts: Set<number>): void {
  const box = { minX: Math.min(x1, x2), minY: Math.min(y1, y2), maxX: Math.max(x1, x2), maxY: Math.max(y1, y2) };
  const edges = shape.edgesNear?.(box);
  if (!edges) return;
  const dx = x2 - x1;
  const dy = y2 - y1;
  for (let i = 0; i < edges.length; i += 4) {
    const ex = edges[i + 2] - edges[i];
    const ey = edges[i + 3] - edges[i + 1];
    const cross = dx * ey - dy * ex;
    if (cross === 0) continue; // along the edge: its neighbours cut where it ends
    const u = ((edges[i] - x1) * ey - (edges[i + 1] - y1) * ex) / cross;
    const onEdge = ((edges[i] - x1) * dy - (edges[i + 1] - y1) * dx) / cross;
    if (u > 0 && u < 1 && onEdge >= 0 && onEdge <= 1) cuts.add(u);
  }
}

function along(a: PlaceInTime, b: PlaceInTime, u: number): PlaceInTime {
  if (u === 0) return a;
  if (u === 1) return b;
  const lon = a.lon + (turnedTo(a, b) - a.lon) * u;
  return {
    lon: lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon,
    lat: a.lat + (b.lat - a.lat) * u,
    fixTime: a.fixTime + (b.fixTime - a.fixTime) * u,
  };
}

/** The longitude of b on the turn on which the way to it from a is the short one. */
function turnedTo(a: PlaceInTime, b: PlaceInTime): number {
  const step = b.lon - a.lon;
  return step > 180 ? b.lon - 360 : step < -180 ? b.lon + 360 : b.lon;
}

function contains(area: PreparedFence, lon: number, lat: number): boolean {
  return area.shapes.some((shape) => turnsOf(shape).some((turn) => shape.contains(lon + turn, lat)));
}
