import { type Box, boxContains, boxesTouch } from './box.js';
import { edgeMeetsBox, edgesContain } from './contains.js';
import { type Cover, INSIDE, MIXED, OUTSIDE, type Shape } from './shape.js';

/** Edges that one band should hold, so that a test of a 10,000-vertex polygon reads about this many. */
const EDGES_PER_BAND = 12;
const MAX_BANDS = 2048;
/** An edge lies in every band it passes; the copies may take this many times the room of the edges. */
const MAX_COPIES = 6;

/**
 * A polygon with its holes, cut into bands of latitude: a ray along a parallel meets only the edges of its own band, so
 * the answer is exactly that of all edges.
 */
export class Area implements Shape {
  readonly box: Box;
  /** x1, y1, x2, y2 of each edge, band after band. */
  readonly #edges: Float64Array;
  /** Band b holds the edges #starts[b] … #starts[b + 1] − 1. */
  readonly #starts: Uint32Array;
  readonly #bands: number;
  readonly #bandsPerDegree: number;

  /** `rings`: outer first, closed, each at least 4 positions of [lon, lat], without a jump at 180°. */
  constructor(rings: readonly (readonly number[])[][]) {
    const edges: number[] = [];
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const ring of rings) {
      for (let i = 1; i < ring.length; i++) {
        const [x1, y1] = ring[i - 1];
        const [x2, y2] = ring[i];
        if (x1 === x2 && y1 === y2) continue;
        edges.push(x1, y1, x2, y2);
        box.minX = Math.min(box.minX, x1);
        box.maxX = Math.max(box.maxX, x1);
        box.minY = Math.min(box.minY, y1);
        box.maxY = Math.max(box.maxY, y1);
      }
    }
    this.box = box;

    const count = edges.length / 4;
    let bands = Math.max(1, Math.min(MAX_BANDS, Math.ceil(count / EDGES_PER_BAND)));
    let starts = this.#count(edges, bands);
    while (bands > 1 && starts[bands] > count * MAX_COPIES) {
      bands >>= 1;
      starts = this.#count(edges, bands);
    }
    this.#bands = bands;
    this.#bandsPerDegree = bands / (box.maxY - box.minY);
    this.#starts = starts;
    this.#edges = new Float64Array(starts[bands] * 4);
    const next = starts.slice();
    for (let i = 0; i < edges.length; i += 4) {
      const [low, high] = this.#bandsOf(edges, i, bands);
      for (let band = low; band <= high; band++) {
        this.#edges.set(edges.slice(i, i + 4), next[band]++ * 4);
      }
    }
  }

  contains(lon: number, lat: number): boolean {
    if (!boxContains(this.box, lon, lat)) return false;
    const band = this.#bandAt(lat);
    return edgesContain(this.#edges, this.#starts[band], this.#starts[band + 1], lon, lat);
  }

  cover(box: Box): Cover {
    if (!boxesTouch(this.box, box)) return OUTSIDE;
    const from = this.#starts[this.#bandAt(Math.max(box.minY, this.box.minY))];
    const to = this.#starts[this.#bandAt(Math.min(box.maxY, this.box.maxY)) + 1];
    const edges = this.#edges;
    for (let i = from * 4; i < to * 4; i += 4) {
      if (edgeMeetsBox(edges[i], edges[i + 1], edges[i + 2], edges[i + 3], box)) return MIXED;
    }
    return this.contains((box.minX + box.maxX) / 2, (box.minY + box.maxY) / 2) ? INSIDE : OUTSIDE;
  }

  /** Never decreases with `lat`, so an edge lies in every band between those of its ends. */
  #bandAt(lat: number): number {
    return Math.min(this.#bands - 1, Math.floor((lat - this.box.minY) * this.#bandsPerDegree));
  }

  #bandsOf(edges: number[], i: number, bands: number): [low: number, high: number] {
    const perDegree = bands / (this.box.maxY - this.box.minY);
    const at = (lat: number) => Math.min(bands - 1, Math.floor((lat - this.box.minY) * perDegree));
    return [at(Math.min(edges[i + 1], edges[i + 3])), at(Math.max(edges[i + 1], edges[i + 3]))];
  }

  #count(edges: number[], bands: number): Uint32Array {
    const starts = new Uint32Array(bands + 1);
    for (let i = 0; i < edges.length; i += 4) {
      const [low, high] = this.#bandsOf(edges, i, bands);
      for (let band = low; band <= high; band++) starts[band + 1]++;
    }
    for (let band = 0; band < bands; band++) starts[band + 1] += starts[band];
    return starts;
  }
}
