import RBush from 'rbush';
import type { Box } from './box.js';
import { edgesContain } from './contains.js';

type Place = readonly [lon: number, lat: number];

interface Edge extends Box {
  ring: number;
  /** Number of the edge in its ring; it runs from position `at` to `at + 1`. */
  at: number;
}

/**
 * Pairs of edges that may be compared: a polygon that people draw needs a few per vertex. Counted instead of timed, so
 * that the same polygon gets the same answer on any machine; about 0.2 s.
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
    if (new Set(places.map(([lon, lat]) => `${lon},${lat}`)).size < 3)
      return { ring, message: 'has fewer than 3 corners' };
  }
  return crossing(rings) ?? strayHole(rings);
}

function crossing(rings: readonly (readonly Place[])[]): { ring: number; message: string } | null {
  const edges: Edge[] = [];
  for (const [ring, places] of rings.entries()) {
    for (let at = 0; at < places.length - 1; at++) {
      const [x1, y1] = places[at];
      const [x2, y2] = places[at + 1];
      if (x1 === x2 && y1 === y2) continue;
      edges.push({
        ring,
        at,
        minX: Math.min(x1, x2),
        minY: Math.min(y1, y2),
        maxX: Math.max(x1, x2),
        maxY: Math.max(y1, y2),
      });
    }
  }
  const tree = new RBush<Edge>().load(edges);
  let pairs = 0;
  for (const edge of edges) {
    for (const other of tree.search(edge)) {
      if (other.ring < edge.ring || (other.ring === edge.ring && other.at <= edge.at)) continue;
      if (++pairs > MAX_PAIRS) return { ring: edge.ring, message: 'is too intricate to be checked; simplify it' };
      const p = rings[edge.ring];
      const q = rings[other.ring];
      if (!edgesClash(p[edge.at], p[edge.at + 1], q[other.at], q[other.at + 1])) continue;
      const where = `near ${shown(p[edge.at])}`;
      if (edge.ring !== other.ring) return { ring: other.ring, message: `crosses ring ${edge.ring} ${where}` };
      return { ring: edge.ring, message: `crosses itself ${where} (edges ${edge.at} and ${other.at})` };
    }
  }
  return null;
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

/** No two rings cross, so a hole is inside where its corners are; one that touches the outer ring may be on it with some. */
function strayHole(rings: readonly (readonly Place[])[]): { ring: number; message: string } | null {
  const [outer, ...holes] = rings;
  const edges = new Float64Array((outer.length - 1) * 4);
  for (let i = 0; i < outer.length - 1; i++) edges.set([...outer[i], ...outer[i + 1]], i * 4);
  for (const [i, hole] of holes.entries()) {
    const stray = hole.find(([lon, lat]) => !edgesContain(edges, 0, outer.length - 1, lon, lat));
    if (stray) return { ring: i + 1, message: `is a hole outside the outer ring, near ${shown(stray)}` };
  }
  return null;
}

function shown([lon, lat]: Place): string {
  return `[${lon}, ${lat}]`;
}
