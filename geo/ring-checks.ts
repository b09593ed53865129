import { edgesContain } from './contains.js';

type Place = readonly [lon: number, lat: number];

/**
 * Pairs of edges that may be compared: a polygon that people draw needs a few per vertex. Counted instead of timed, so
 * that the same polygon gets the same answer on any machine; some 50 ms.
 */
const MAX_PAIRS = 4_000_000;

/**
 * What is wrong with the rings of a polygon as a whole, or null: edges that cross or run along each other, a hole
 * outside. `rings` are closed and go without a jump at 180°.
 *
 * Rings may touch at points, as boundaries cut out of maps do: a ray cast answers clearly there.
 */
export function ringsProblem(rings: readonly (readonly Place[])[]): { ring: number; message: string } | null {
  for (const [ring, places] of rings.entries()) {
    if (!hasThreeCorners(places)) return { ring, message: 'has fewer than 3 corners' };
  }
  return crossing(rings) ?? strayHole(rings);
}

function hasThreeCorners([first, ...others]: readonly Place[]): boolean {
  const second = others.find((place) => !samePlace(place, first));
  return second !== undefined && others.some((place) => !samePlace(place, first) && !samePlace(place, second));
}

function samePlace(a: Place, b: Place): boolean {
  return a[0] === b[0] && a[1] === b[1];
}

/** The edges of all rings in columns: which ring, which of its edges (from position `at` to `at + 1`), and the box. */
class Edges {
  readonly count: number;
  readonly ring: Uint16Array;
  readonly at: Uint32Array;
  readonly #boxes: [min: Float64Array, max: Float64Array][];

  constructor(rings: readonly (readonly Place[])[]) {
    const most = rings.reduce((sum, places) => sum + places.length, 0);
    this.ring = new Uint16Array(most);
    this.at = new Uint32Array(most);
    this.#boxes = [0, 1].map(() => [new Float64Array(most), new Float64Array(most)]);
    let count = 0;
    for (const [ring, places] of rings.entries()) {
      for (let at = 0; at < places.length - 1; at++) {
        const from = places[at];
        const to = places[at + 1];
        if (samePlace(from, to)) continue;
        this.ring[count] = ring;
        this.at[count] = at;
        for (const axis of [0, 1]) {
          this.#boxes[axis][0][count] = Math.min(from[axis], to[axis]);
          this.#boxes[axis][1][count] = Math.max(from[axis], to[axis]);
        }
        count++;
      }
    }
    this.count = count;
  }

  /** The axis that the edges are the shorter along, beside the whole: fewer of them lie above one another there. */
  get thinAxis(): 0 | 1 {
    const [across, along] = this.#boxes.map(([min, max]) => {
      let sum = 0;
      let least = Infinity;
      let most = -Infinity;
      for (let i = 0; i < this.count; i++) {
        sum += max[i] - min[i];
        least = Math.min(least, min[i]);
        most = Math.max(most, max[i]);
      }
      return sum / (most - least);
    });
    return across <= along ? 0 : 1;
  }

  /** Calls `meet` once for each pair whose boxes touch, until it answers other than undefined, and returns that. */
  firstMeeting<T>(meet: (edge: number, other: number) => T | undefined): T | undefined {
    const axis = this.thinAxis;
    const [from, to] = this.#boxes[axis];
    const [low, high] = this.#boxes[1 - axis];
    const order = new Uint32Array(this.count).map((_, i) => i).sort((a, b) => from[a] - from[b]);
    for (let i = 0; i < order.length; i++) {
      const edge = order[i];
      const end = to[edge];
      for (let j = i + 1; j < order.length; j++) {
        const other = order[j];
        if (from[other] > end) break;
        if (low[other] > high[edge] || high[other] < low[edge]) continue;
        const result = edge < other ? meet(edge, other) : meet(other, edge);
        if (result !== undefined) return result;
      }
    }
    return undefined;
  }
}

function crossing(rings: readonly (readonly Place[])[]): { ring: number; message: string } | null {
  const edges = new Edges(rings);
  let pairs = 0;
  const clash = edges.firstMeeting((edge, other) => {
    const ring = edges.ring[edge];
    const otherRing = edges.ring[other];
    if (++pairs > MAX_PAIRS) return { ring, message: 'is too intricate to be checked; simplify it' };
    const at = edges.at[edge];
    const otherAt = edges.at[other];
    const p = rings[ring];
    const q = rings[otherRing];
    if (!edgesClash(p[at], p[at + 1], q[otherAt], q[otherAt + 1])) return undefined;
    const where = `near ${shown(p[at])}`;
    if (ring !== otherRing) return { ring: otherRing, message: `crosses ring ${ring} ${where}` };
    return { ring, message: `crosses itself ${where} (edges ${at} and ${otherAt})` };
  });
  return clash ?? null;
}

/** True where the edges cross inside both, or share more than one point. Touching at a point is no clash. */
function edgesClash(a: Place, b: Place, c: Place, d: Place): boolean {
  const abc = side(a, b, c);
  const abd = side(a, b, d);
  const cda = side(c, d, a);
  const cdb = side(c, d, b);
  if (abc === 0 && abd === 0) {
    // On one line: they clash where they overlap by more than a point.
    const axis = Math.abs(b[0] - a[0]) >= Math.abs(b[1] - a[1]) ? 0 : 1;
    const low = Math.max(Math.min(a[axis], b[axis]), Math.min(c[axis], d[axis]));
    const high = Math.min(Math.max(a[axis], b[axis]), Math.max(c[axis], d[axis]));
    return low < high;
  }
  return abc * abd < 0 && cda * cdb < 0;
}

/** Sign of the turn a → b → c. */
function side(a: Place, b: Place, c: Place): number {
  return Math.sign((b[0] - a[0]) * (c[1] - a[1]) - (b[1] - a[1]) * (c[0] - a[0]));
}

/**
 * No two rings cross, so a hole is inside where its corners are. One that touches the outer ring may be on it with all of them: then
 * the middles of its edges, which run along no other, tell.
 */
function strayHole(rings: readonly (readonly Place[])[]): { ring: number; message: string } | null {
  const [outer, ...holes] = rings;
  const edges = new Float64Array((outer.length - 1) * 4);
  for (let i = 0; i < outer.length - 1; i++) edges.set([...outer[i], ...outer[i + 1]], i * 4);
  for (const [i, hole] of holes.entries()) {
    const middles = hole.slice(1).map(([lon, lat], at): Place => [(lon + hole[at][0]) / 2, (lat + hole[at][1]) / 2]);
    const stray = [...hole, ...middles].find(([lon, lat]) => !edgesContain(edges, 0, outer.length - 1, lon, lat));
    if (stray) return { ring: i + 1, message: `is a hole outside the outer ring, near ${shown(stray)}` };
  }
  return null;
}

/** As it was sent: behind 180° the rings go on past it. */
function shown([lon, lat]: Place): string {
  return `[${lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon}, ${lat}]`;
}
