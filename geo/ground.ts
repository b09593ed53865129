import type { Box } from './box.js';
import { edgeMeetsBox } from './contains.js';
import { INSIDE, MIXED, type Shape } from './shape.js';

/** A shape as the index holds it: its box moved by whole turns into longitudes −180 … 180. */
export interface Entry extends Box {
  no: number;
  shape: Shape;
  /** Added to a longitude before the shape is asked. */
  turn: number;
}

/** A shape whose edge may pass through a square of ground. */
export interface OpenShape {
  entry: Entry;
  /** x1, y1, x2, y2 of each edge that may do so; null where only the shape itself can tell. */
  edges: Float64Array | null;
}

/** Squares are known a little beyond their sides, because the way to a square may round a place over its border. */
const SLACK = 1e-9;

/** What is known of one square of ground: the fences that cover it whole, and the shapes whose edge may pass through. */
export class Ground {
  private constructor(
    /** The square, with its slack. */
    readonly box: Box,
    /** Numbers of fences, ascending. */
    readonly covering: readonly number[],
    /** By ascending number; none of a fence that covers the square. */
    readonly open: readonly OpenShape[],
  ) {}

  /** `search`: every entry whose box touches the one given, and perhaps others. `size` in degrees. */
  static of(west: number, south: number, size: number, search: (box: Box) => readonly Entry[]): Ground {
    const box = squareBox(west, south, size);
    return Ground.#from(
      box,
      [],
      search(box).map((entry) => ({
        entry,
        // A place is moved before a shape behind 180° is asked; its edges as they are would be rounded otherwise.
        edges: entry.turn === 0 && entry.shape.edgesNear ? entry.shape.edgesNear(box) : null,
      })),
    );
  }

  /** What is known of a square within this one, found from what is known of this one. */
  part(west: number, south: number, size: number): Ground {
    const box = squareBox(west, south, size);
    return Ground.#from(
      box,
      this.covering,
      this.open.map(({ entry, edges }) => ({ entry, edges: edges && edgesMeeting(edges, box) })),
    );
  }

  static #from(box: Box, covered: readonly number[], shapes: readonly OpenShape[]): Ground {
    const covering = new Set(covered);
    const open: OpenShape[] = [];
    const x = (box.minX + box.maxX) / 2;
    const y = (box.minY + box.maxY) / 2;
    for (const shape of shapes) {
      const { entry, edges } = shape;
      if (edges === null) {
        const { minY, maxY } = box;
        const cover = entry.shape.cover({ minX: box.minX + entry.turn, maxX: box.maxX + entry.turn, minY, maxY });
        if (cover === INSIDE) covering.add(entry.no);
        else if (cover === MIXED) open.push(shape);
      } else if (edges.length > 0) open.push(shape);
      else if (entry.shape.contains(x, y)) covering.add(entry.no);
    }
    return new Ground(
      box,
      covering.size === covered.length ? covered : [...covering].sort((a, b) => a - b),
      open.filter(({ entry }) => !covering.has(entry.no)).sort((a, b) => a.entry.no - b.entry.no),
    );
  }
}

function squareBox(west: number, south: number, size: number): Box {
  return { minX: west - SLACK, minY: south - SLACK, maxX: west + size + SLACK, maxY: south + size + SLACK };
}

function edgesMeeting(edges: Float64Array, box: Box): Float64Array {
  const met: number[] = [];
  for (let i = 0; i < edges.length; i += 4) {
    if (edgeMeetsBox(edges[i], edges[i + 1], edges[i + 2], edges[i + 3], box)) {
      met.push(edges[i], edges[i + 1], edges[i + 2], edges[i + 3]);
    }
  }
  return met.length === edges.length ? edges : Float64Array.from(met);
}
