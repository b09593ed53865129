import type { Arena } from './arena.js';
import { EDGE_SLACK } from './contains.js';
import type { Entry, Ground } from './ground.js';
import type { NumberLists } from './number-lists.js';

/** With at most this many fences open, every answer that a leaf can give is kept: two to the power of this. */
export const MAX_TABLED = 4;
const UNKNOWN = -1;
/** The lowest bits of a record's first integer: the number of open fences, or MANY where there are more than MAX_TABLED. */
const FENCE_BITS = 3;
const FENCES_MASK = (1 << FENCE_BITS) - 1;
const MANY = FENCES_MASK;
/** x1, y1, x2, y2, and the latitude of the end that lies east of the leaf, NaN where none does. */
const PER_EDGE = 5;

/**
 * Leaves of the cells that some edge passes through. A record is one run of memory, and the usual one, of an edge, 64 bytes of it, is
 * what a question has to read:
 *
 * | integers | |
 * |---|---|
 * | 1 | number of tests, and in its lowest bits the number of open fences f, or MANY |
 * | 2^f | ids of the lists for every set of open fences that hold a place; UNKNOWN until asked. The first: of those that cover the leaf. Where there are MANY only that, and f |
 * | 2 for each test | place of its fence and, in the lowest bit, parity; number of edges, or ~ number of the shape that is asked itself |
 * | f | numbers of the open fences |
 * | 0 or 1 | to an even place |
 * | 2 · PER_EDGE for each edge | doubles |
 *
 * The answer is that of all edges of the polygon. A ray to the east along a place's parallel meets edges that pass
 * through the leaf, which are asked one by one, and others, all of them east of it. Those others form chains; a chain is
 * crossed an odd number of times where just one of its ends lies above the parallel. An end is either above or below the
 * whole leaf, which makes it a part of `parity`, or it is the eastern end of an edge that passes through the leaf.
 */
export class LeafRecords {
  #shapes: Entry[] = [];
  readonly #arena: Arena;
  readonly #lists: NumberLists;
  readonly #found: number[] = []; // reused: ask() hands it out, and the next question overwrites it

  constructor(arena: Arena, lists: NumberLists) {
    this.#arena = arena;
    this.#lists = lists;
  }

  /** Whoever clears the arena clears this too. */
  clear(): void {
    this.#shapes = [];
  }

  /** Returns where the record begins. */
  add({ box, covering, open }: Ground): number {
    const nos = [...new Set(open.map(({ entry }) => entry.no))];
    const fences = nos.length <= MAX_TABLED ? nos.length : MANY;
    const tests = 1 + tableOf(fences);
    const edges = open.reduce((sum, shape) => sum + (shape.edges?.length ?? 0) / 4, 0);
    const head = evenAfter(tests + open.length * 2 + nos.length);
    const at = this.#arena.take(head + edges * PER_EDGE * 2);
    const { ints } = this.#arena;
    ints[at] = (open.length << FENCE_BITS) | fences;
    ints.fill(UNKNOWN, at + 1, at + tests);
    ints[at + 1] = this.#lists.idOf(covering);
    if (fences === MANY) ints[at + 2] = nos.length;
    ints.set(nos, at + tests + open.length * 2);
    let edge = (at + head) / 2;
    for (const [i, shape] of open.entries()) {
      const test = at + tests + i * 2;
      ints[test] = nos.indexOf(shape.entry.no) << 1;
      ints[test + 1] = shape.edges === null ? ~(this.#shapes.push(shape.entry) - 1) : shape.edges.length / 4;
      if (shape.edges !== null) this.#writeEdges(test, edge, shape.entry, shape.edges, box);
      edge += ((shape.edges?.length ?? 0) / 4) * PER_EDGE;
    }
    return at;
  }

  /** Numbers of the fences that contain the place, ascending; valid until the next question. */
  ask(at: number, lon: number, lat: number): readonly number[] {
    const { ints } = this.#arena;
    const fences = ints[at] & FENCES_MASK;
    if (fences === MANY) return this.#askMany(at, lon, lat);
    let test = at + 1 + (1 << fences);
    const nos = test + (ints[at] >> FENCE_BITS) * 2;
    let edge = evenAfter(nos + fences) / 2;
    let mask = 0;
    for (; test < nos; test += 2) {
      if (this.#holds(test, edge, lon, lat)) mask |= 1 << (ints[test] >> 1);
      if (ints[test + 1] > 0) edge += ints[test + 1] * PER_EDGE;
    }
    const slot = at + 1 + mask;
    if (ints[slot] === UNKNOWN) ints[slot] = this.#listOf(at, nos, mask);
    return this.#lists.lists[ints[slot]];
  }

  /** Whether the shape of the test contains the place. `edge`: where its edges begin, in doubles. */
  #holds(test: number, edge: number, lon: number, lat: number): boolean {
    const { ints, doubles: d } = this.#arena;
    const edges = ints[test + 1];
    if (edges < 0) {
      const { shape, turn, minX, maxX, minY, maxY } = this.#shapes[~edges];
      return lon >= minX && lon <= maxX && lat >= minY && lat <= maxY && shape.contains(lon + turn, lat);
    }
    let inside = (ints[test] & 1) === 1;
    for (let e = edge, end = e + edges * PER_EDGE; e < end; e += PER_EDGE) {
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
    const { ints } = this.#arena;
    const found = this.#found;
    const covering = this.#lists.lists[ints[at + 1]];
    const nos = at + 3 + (ints[at] >> FENCE_BITS) * 2;
    let edge = evenAfter(nos + ints[at + 2]) / 2;
    let n = 0;
    let c = 0;
    for (let test = at + 3; test < nos; test += 2) {
      const no = ints[nos + (ints[test] >> 1)];
      while (c < covering.length && covering[c] < no) found[n++] = covering[c++];
      // Tests of one fence lie together: another of its shapes may have the place already.
      if ((n === 0 || found[n - 1] !== no) && this.#holds(test, edge, lon, lat)) found[n++] = no;
      if (ints[test + 1] > 0) edge += ints[test + 1] * PER_EDGE;
    }
    while (c < covering.length) found[n++] = covering[c++];
    found.length = n;
    return found;
  }

  /** `nos`: where the numbers of the open fences begin. */
  #listOf(at: number, nos: number, mask: number): number {
    const { ints } = this.#arena;
    const open = Array.from(ints.subarray(nos, nos + (ints[at] & FENCES_MASK))).filter(
      (_, place) => (mask >>> place) & 1,
    );
    const covering = this.#lists.lists[ints[at + 1]];
    return this.#lists.idOf([...covering, ...open].sort((a, b) => a - b));
  }

  #writeEdges(test: number, at: number, { shape }: Entry, edges: Float64Array, box: Ground['box']): void {
    const d = this.#arena.doubles;
    const east = box.maxX + EDGE_SLACK;
    let e = at;
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
    if (this.#holds(test, at, x, y) !== shape.contains(x, y)) this.#arena.ints[test] |= 1;
  }
}

/** Integers between the first one and the tests. */
function tableOf(fences: number): number {
  return fences === MANY ? 2 : 1 << fences;
}

function evenAfter(place: number): number {
  return place + (place & 1);
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
