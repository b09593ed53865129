import { type Box, boxAlong, boxContains, boxesTouch } from './box.js';
import { edgeMeetsBox, edgesContain, linesMeet } from './contains.js';
import { type Cover, INSIDE, type LonLat, MIXED, OUTSIDE, type Shape } from './shape.js';

/** Edges that one band should hold, so that a test of a 10,000-vertex polygon reads about this many. */
const EDGES_PER_BAND = 8;
const MAX_BANDS = 2048;
/** An edge lies in every band it passes; the copies may take this many times the room of the edges. */
const MAX_COPIES = 6;
const NO_EDGES = new Float64Array(0);

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
        const x1 = ring[i - 1][0];
        const y1 = ring[i - 1][1];
        const x2 = ring[i][0];
        const y2 = ring[i][1];
        if (x1 === x2 && y1 === y2) continue;
        edges.push(x1, y1, x2, y2);
        if (x1 < box.minX) box.minX = x1;
        if (x1 > box.maxX) box.maxX = x1;
        if (y1 < box.minY) box.minY = y1;
        if (y1 > box.maxY) box.maxY = y1;
      }
    }
    this.box = box;

    const count = edges.length / 4;
    let bands = Math.max(1, Math.min(MAX_BANDS, Math.ceil(count / EDGES_PER_BAND)));
    let starts = countPerBand(edges, box, bands);
    while (bands > 1 && starts[bands] > count * MAX_COPIES) {
      bands >>= 1;
      starts = countPerBand(edges, box, bands);
    }
    this.#bands = bands;
    this.#bandsPerDegree = bands / (box.maxY - box.minY);
    this.#starts = starts;
    this.#edges = new Float64Array(starts[bands] * 4);
    const next = starts.slice();
    for (let i = 0; i < edges.length; i += 4) {
      const low = this.#bandAt(Math.min(edges[i + 1], edges[i + 3]));
      const high = this.#bandAt(Math.max(edges[i + 1], edges[i + 3]));
      for (let band = low; band <= high; band++) {
        let to = next[band]++ * 4;
        for (let from = i; from < i + 4; from++) this.#edges[to++] = edges[from];
      }
    }
  }

  contains(lon: number, lat: number): boolean {
    if (!boxContains(this.box, lon, lat)) return false;
    const band = this.#bandAt(lat);
    return edgesContain(this.#edges, this.#starts[band], this.#starts[band + 1], lon, lat);
  }

  meets(from: LonLat, to: LonLat): boolean {
    if (this.contains(from.lon, from.lat)) return true;
    const edges = this.edgesNear(boxAlong(from, to));
    for (let i = 0; i < edges.length; i += 4) {
      if (linesMeet(from.lon, from.lat, to.lon, to.lat, edges[i], edges[i + 1], edges[i + 2], edges[i + 3]))
        return true;
    }
    return false;
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

  edgesNear(box: Box): Float64Array {
    if (!boxesTouch(this.box, box)) return NO_EDGES;
    const south = this.#bandAt(Math.max(box.minY, this.box.minY));
    const north = this.#bandAt(Math.min(box.maxY, this.box.maxY));
    const edges = this.#edges;
    const near: number[] = [];
    for (let band = south; band <= north; band++) {
      for (let i = this.#starts[band] * 4, end = this.#starts[band + 1] * 4; i < end; i += 4) {
        // An edge lies in several bands: taken in the first of them.
        if (band > south && this.#bandAt(Math.min(edges[i + 1], edges[i + 3])) < band) continue;
        if (edgeMeetsBox(edges[i], edges[i + 1], edges[i + 2], edges[i + 3], box)) {
          near.push(edges[i], edges[i + 1], edges[i + 2], edges[i + 3]);
        }
      }
    }
    return Float64Array.from(near);
  }

  #bandAt(lat: number): number {
    return bandAt(lat, this.box.minY, this.#bandsPerDegree, this.#bands);
  }
}

/** Never decreases with `lat`, so an edge lies in every band between those of its ends. */
function bandAt(lat: number, minY: number, bandsPerDegree: number, bands: number): number {
  return Math.min(bands - 1, Math.floor((lat - minY) * bandsPerDegree));
}

/** Where each band begins when every edge is put into all the bands it passes. */
function countPerBand(edges: readonly number[], { minY, maxY }: Box, bands: number): Uint32Array {
  const starts = new Uint32Array(bands + 1);
  const perDegree = bands / (maxY - minY);
  for (let i = 1; i < edges.length; i += 4) {
    const low = bandAt(Math.min(edges[i], edges[i + 2]), minY, perDegree, bands);
    const high = bandAt(Math.max(edges[i], edges[i + 2]), minY, perDegree, bands);
    for (let band = low; band <= high; band++) starts[band + 1]++;
  }
  for (let band = 0; band < bands; band++) starts[band + 1] += starts[band];
  return starts;
}
