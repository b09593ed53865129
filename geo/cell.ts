import type { Box } from './box.js';
import { INSIDE, OUTSIDE, type Shape } from './shape.js';

/** A shape as the index holds it: its box moved by whole turns into longitudes −180 … 180. */
export interface Entry extends Box {
  no: number;
  shape: Shape;
  /** Added to a longitude before the shape is asked. */
  turn: number;
}

/** A cell is cut in four when more edges than this pass through it … */
const MAX_EDGES = 3;
/** … and it was asked this often: to cut it costs as much as some questions. */
const ASKED_OFTEN = 24;
/** Halved this many times: cells of 1/128° down to about 54 m. */
const MAX_DEPTH = 4;
/** Cells are known a little beyond their sides, because the way to a cell may round a place over its border. */
const SLACK = 1e-9;

/** What is known of one square of ground: the fences that cover it whole, and the few whose edge may pass through. */
export class Cell {
  #asked = 0;
  /** South-west, south-east, north-west, north-east. */
  #parts: readonly Cell[] | null = null;

  private constructor(
    readonly west: number,
    readonly south: number,
    /** Degrees. */
    readonly size: number,
    readonly depth: number,
    /** Ascending. */
    readonly covering: readonly number[],
    /** By ascending fence; none of a fence that covers the cell. */
    readonly edges: readonly Entry[],
  ) {}

  /** `search`: every entry whose box touches the one given, and perhaps others. */
  static of(
    west: number,
    south: number,
    size: number,
    search: (box: Box) => readonly Entry[],
    depth = 0,
    covered: readonly number[] = [],
  ): Cell {
    const box = {
      minX: west - SLACK,
      minY: south - SLACK,
      maxX: west + size + SLACK,
      maxY: south + size + SLACK,
    };
    const covering = new Set(covered);
    const edges: Entry[] = [];
    for (const entry of search(box)) {
      const { minX, maxX, minY, maxY } = box;
      const cover = entry.shape.cover({ minX: minX + entry.turn, maxX: maxX + entry.turn, minY, maxY });
      if (cover === INSIDE) covering.add(entry.no);
      else if (cover !== OUTSIDE) edges.push(entry);
    }
    const open = edges.filter((entry) => !covering.has(entry.no)).sort((a, b) => a.no - b.no);
    return new Cell(
      west,
      south,
      size,
      depth,
      [...covering].sort((a, b) => a - b),
      open,
    );
  }

  /** True where one of its parts should be asked instead. Counts the question. */
  isCrowded(): boolean {
    if (this.edges.length <= MAX_EDGES || this.depth === MAX_DEPTH) return false;
    return this.#parts !== null || ++this.#asked > ASKED_OFTEN;
  }

  get isSplit(): boolean {
    return this.#parts !== null;
  }

  /** Cuts it in four. Returns by how many cells there are more. */
  split(): number {
    const half = this.size / 2;
    this.#parts = [0, 1, 2, 3].map((part) =>
      Cell.of(
        this.west + (part & 1) * half,
        this.south + (part >> 1) * half,
        half,
        () => this.edges,
        this.depth + 1,
        this.covering,
      ),
    );
    return this.#parts.length;
  }

  /** The part that holds the place; only after `split`. */
  part(lon: number, lat: number): Cell {
    const half = this.size / 2;
    const east = lon >= this.west + half ? 1 : 0;
    const north = lat >= this.south + half ? 2 : 0;
    return (this.#parts as readonly Cell[])[east + north];
  }

  /** Cells in it, itself included. */
  count(): number {
    return (this.#parts ?? []).reduce((sum, part) => sum + part.count(), 1);
  }
}
