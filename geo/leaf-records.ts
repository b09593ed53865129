import { EDGE_SLACK } from './contains.js';
import type { Entry, Ground, OpenShape } from './ground.js';
import type { NumberLists } from './number-lists.js';

/** With at most this many fences open, every answer that a leaf can give is kept: two to the power of this. */
export const MAX_TABLED = 4;
const UNKNOWN = -1;
const SHAPE_ITSELF = -1;
/** x1, y1, x2, y2, and the latitude of the end that lies east of the leaf, NaN where none does. */
const PER_EDGE = 5;
const START_DOUBLES = 1 << 14;

/**
 * Leaves of the cells that some edge passes through, one after the other in one typed array, so that a question reads one
 * run of memory. A record holds:
 *
 * | at | |
 * |---|---|
 * | 0 | number of tests t |
 * | 1 | number of open fences f |
 * | 2 | id of the list of fences that cover the leaf |
 * | 3 … | numbers of the open fences |
 * | then | where f ≤ MAX_TABLED, ids of the lists for every set of open fences that hold a place; UNKNOWN until asked |
 * | then | t tests: place of its fence, parity, edges (or SHAPE_ITSELF and the shape's number), the edges |
 *
 * The answer is that of all edges of the polygon. A ray to the east along a place's parallel meets edges that pass
 * through the leaf, which are asked one by one, and others, all of them east of it. Those others form chains; a chain is
 * crossed an odd number of times where just one of its ends lies above the parallel. An end is either above or below the
 * whole leaf, which makes it a part of `parity`, or it is the eastern end of an edge that passes through the leaf.
 */
export class LeafRecords {
  #doubles = new Float64Array(START_DOUBLES);
  /** 0 is no record. */
  #next = 1;
  #shapes: Entry[] = [];
  readonly #lists: NumberLists;
  readonly #found: number[] = []; // reused: ask() hands it out, and the next question overwrites it

  constructor(lists: NumberLists) {
    this.#lists = lists;
  }

  /** Doubles in use. */
  get size(): number {
    return this.#next;
  }

  clear(): void {
    this.#doubles = new Float64Array(START_DOUBLES);
    this.#next = 1;
    this.#shapes = [];
  }

  /** Returns where the record begins. */
  add({ box, covering, open }: Ground): number {
    const nos = [...new Set(open.map(({ entry }) => entry.no))];
    const table = nos.length <= MAX_TABLED ? 1 << nos.length : 0;
    const edges = open.reduce((sum, shape) => sum + (shape.edges?.length ?? 0) / 4, 0);
    const at = this.#next;
    this.#reserve(3 + nos.length + table + open.length * 3 + edges * PER_EDGE);
    const d = this.#doubles;
    d[at] = open.length;
    d[at + 1] = nos.length;
    d[at + 2] = this.#lists.idOf(covering);
    d.set(nos, at + 3);
    d.fill(UNKNOWN, at + 3 + nos.length, at + 3 + nos.length + table);
    let to = at + 3 + nos.length + table;
    for (const shape of open) to = this.#writeTest(to, shape, nos.indexOf(shape.entry.no), box);
    return at;
  }

  /** Numbers of the fences that contain the place, ascending; valid until the next question. */
  ask(at: number, lon: number, lat: number): readonly number[] {
    const d = this.#doubles;
    const fences = d[at + 1];
    if (fences > MAX_TABLED) return this.#askMany(at, lon, lat);
    let i = at + 3 + fences + (1 << fences);
    let mask = 0;
    for (let tests = d[at]; tests > 0; tests--) {
      const edges = d[i + 2];
      if (this.#holds(i, lon, lat)) mask |= 1 << d[i];
      i += edges === SHAPE_ITSELF ? 3 : 3 + edges * PER_EDGE;
    }
    const slot = at + 3 + fences + mask;
    if (d[slot] === UNKNOWN) d[slot] = this.#listOf(at, mask);
    return this.#lists.lists[d[slot]];
  }

  /** The test at `i`: whether its shape contains the place. */
  #holds(i: number, lon: number, lat: number): boolean {
    const d = this.#doubles;
    const edges = d[i + 2];
    if (edges === SHAPE_ITSELF) {
      const { shape, turn, minX, maxX, minY, maxY } = this.#shapes[d[i + 1]];
      return lon >= minX && lon <= maxX && lat >= minY && lat <= maxY && shape.contains(lon + turn, lat);
    }
    let inside = d[i + 1] === 1;
    for (let e = i + 3, end = e + edges * PER_EDGE; e < end; e += PER_EDGE) {
      // As in `edgesContain`, number for number.
      const y1 = d[e + 1];
      const y2 = d[e + 3];
      if (y1 > lat !== y2 > lat) {
        const cross = (d[e + 2] - d[e]) * (lat - y1) - (y2 - y1) * (lon - d[e]);
        if (cross === 0) return true;
        if (cross > 0 === y2 > y1) inside = !inside;
      } else if (y1 === lat || y2 === lat) {
        const x1 = d[e];
        const x2 = d[e + 2];
        if ((y1 === lat && x1 === lon) || (y2 === lat && x2 === lon)) return true;
        if (y1 === y2 && x1 < lon !== x2 < lon) return true;
      }
      if (d[e + 4] > lat) inside = !inside;
    }
    return inside;
  }

  #askMany(at: number, lon: number, lat: number): readonly number[] {
    const d = this.#doubles;
    const found = this.#found;
    const covering = this.#lists.lists[d[at + 2]];
    let i = at + 3 + d[at + 1];
    let n = 0;
    let c = 0;
    for (let tests = d[at]; tests > 0; tests--) {
      const no = d[at + 3 + d[i]];
      while (c < covering.length && covering[c] < no) found[n++] = covering[c++];
      // Tests of one fence lie together: another of its shapes may have the place already.
      if ((n === 0 || found[n - 1] !== no) && this.#holds(i, lon, lat)) found[n++] = no;
      i += d[i + 2] === SHAPE_ITSELF ? 3 : 3 + d[i + 2] * PER_EDGE;
    }
    while (c < covering.length) found[n++] = covering[c++];
    found.length = n;
    return found;
  }

  #listOf(at: number, mask: number): number {
    const d = this.#doubles;
    const open = Array.from(d.subarray(at + 3, at + 3 + d[at + 1])).filter((_, place) => (mask >>> place) & 1);
    const covering = this.#lists.lists[d[at + 2]];
    return open.length === 0 ? d[at + 2] : this.#lists.idOf([...covering, ...open].sort((a, b) => a - b));
  }

  #writeTest(to: number, { entry, edges }: OpenShape, place: number, box: Ground['box']): number {
    const d = this.#doubles;
    d[to] = place;
    if (edges === null) {
      d[to + 1] = this.#shapes.push(entry) - 1;
      d[to + 2] = SHAPE_ITSELF;
      return to + 3;
    }
    d[to + 1] = 0;
    d[to + 2] = edges.length / 4;
    const east = box.maxX + EDGE_SLACK;
    let e = to + 3;
    for (let i = 0; i < edges.length; i += 4, e += PER_EDGE) {
      d.set(edges.subarray(i, i + 4), e);
      // Never both: such an edge would not meet the leaf.
      d[e + 4] = edges[i] > east ? edges[i + 1] : edges[i + 2] > east ? edges[i + 3] : NaN;
    }
    // The parity is what makes the answer right at one place of the leaf, and then it is at every one. Not on an edge,
    // where a place is inside whatever the parity.
    let x = (box.minX + box.maxX) / 2;
    let y = (box.minY + box.maxY) / 2;
    while (onEdge(edges, x, y)) {
      x = (x + box.maxX) / 2;
      y = (y * 2 + box.maxY) / 3;
    }
    if (this.#holds(to, x, y) !== entry.shape.contains(x, y)) d[to + 1] = 1;
    return e;
  }

  #reserve(doubles: number): void {
    const end = this.#next + doubles;
    if (end > this.#doubles.length) {
      const grown = new Float64Array(Math.max(end, this.#doubles.length * 2));
      grown.set(this.#doubles);
      this.#doubles = grown;
    }
    this.#next = end;
  }
}

/** Whether the place lies on one of the edges, by the same arithmetic as the test itself. */
function onEdge(edges: Float64Array, x: number, y: number): boolean {
  for (let i = 0; i < edges.length; i += 4) {
    const [x1, y1, x2, y2] = edges.subarray(i, i + 4);
    const cross = (x2 - x1) * (y - y1) - (y2 - y1) * (x - x1);
    if (cross === 0 && Math.min(y1, y2) <= y && y <= Math.max(y1, y2)) return true;
  }
  return false;
}
