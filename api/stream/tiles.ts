import type { Bbox } from '../parameters.js';

/**
 * The tiles by which changes are grouped, in three sizes: 1/8°, 1/32° and 1/128° (about 12 km, 3 km and 0.8 km in the
 * middle of China). A view takes large tiles whole where it can, and only at its edge looks into the smallest. Powers of
 * two, so that edges are exact numbers and a tile lies in exactly one of the next size.
 */
const PER_DEGREE = [8, 32, 128] as const;
const FINEST = PER_DEGREE.length - 1;
/** Each size has 4 × 4 of the next. */
const SHIFT = 2;
/** A tile's number has its row above these bits, at every size, and its column, of the finest 46,080, in them: 31 bits. */
const ROW_BITS = 16;
const ROW = 1 << ROW_BITS;

/** Finest tile that a place is in; -1 where the place is not known. */
export function tileOf(lon: number, lat: number): number {
  if (Number.isNaN(lon) || Number.isNaN(lat)) return -1;
  const row = Math.floor((lat + 90) * PER_DEGREE[FINEST]);
  return (row << ROW_BITS) | Math.floor((lon + 180) * PER_DEGREE[FINEST]);
}

/** What happened in one tile since the last tick. */
export interface Tile {
  size: number;
  column: number;
  row: number;
  /** Tiles of the next size with changes, by number; null for the finest. */
  parts: Map<number, Tile> | null;
  /** In the finest: vehicles that are in it now and changed. */
  here: number[];
  /** Vehicles that were not in it at the last tick, and are now. */
  came: number[];
  /** Vehicles that were in it at the last tick, and are not any more. */
  left: number[];
  /** In the finest: what changed in it as bytes, by encoding; null until somebody asks; … */
  items: Map<object, Items> | null;
  /** … in the others: the same of all its parts. */
  joined: Map<object, Buffer> | null;
}

/** Items of one tile, in the order of `here`, joined. One that is empty is of a vehicle of which there is nothing to tell. */
export interface Items {
  bytes: Buffer;
  starts: readonly number[];
  ends: readonly number[];
}

export type Overlap = 'none' | 'some' | 'whole';

/** How much of the tile lies in the box. */
export function overlap({ size, column, row }: Tile, bbox: Bbox): Overlap {
  const [west, south, east, north] = bbox;
  const perDegree = PER_DEGREE[size];
  const tileWest = column / perDegree - 180;
  const tileSouth = row / perDegree - 90;
  const tileEast = (column + 1) / perDegree - 180;
  const tileNorth = (row + 1) / perDegree - 90;
  if (tileWest > east || tileEast < west || tileSouth > north || tileNorth < south) return 'none';
  return tileWest >= west && tileEast <= east && tileSouth >= south && tileNorth <= north ? 'whole' : 'some';
}

export function contains(bbox: Bbox, lon: number, lat: number): boolean {
  return lon >= bbox[0] && lon <= bbox[2] && lat >= bbox[1] && lat <= bbox[3]; // NaN is in no box
}

/** The changes of one tick by tile. */
export class TileTree {
  readonly #largest = new Map<number, Tile>();

  /** Vehicle `no` changed: from the finest tile `before` to `now`, which may be the same; -1 for nowhere. */
  add(no: number, before: number, now: number): void {
    if (now >= 0) this.#enter(no, before, now);
    if (before >= 0 && before !== now) this.#leave(no, before, now);
  }

  #enter(no: number, before: number, now: number): void {
    let level = this.#largest;
    for (let size = 0; ; size++) {
      const to = enclosing(now, size);
      const tile = tileAt(level, size, to);
      if (before < 0 || enclosing(before, size) !== to) tile.came.push(no);
      if (tile.parts === null) {
        tile.here.push(no);
        return;
      }
      level = tile.parts;
    }
  }

  #leave(no: number, before: number, now: number): void {
    let level = this.#largest;
    for (let size = 0; ; size++) {
      const from = enclosing(before, size);
      const tile = tileAt(level, size, from);
      if (now < 0 || enclosing(now, size) !== from) tile.left.push(no);
      if (tile.parts === null) return;
      level = tile.parts;
    }
  }

  /** The largest tiles with changes that may touch the box. */
  *near([west, south, east, north]: Bbox): Iterable<Tile> {
    const [perDegree] = PER_DEGREE;
    const columns = [west, east].map((lon) => Math.floor((lon + 180) * perDegree));
    const rows = [south, north].map((lat) => Math.floor((lat + 90) * perDegree));
    if ((columns[1] - columns[0] + 1) * (rows[1] - rows[0] + 1) > this.#largest.size) {
      yield* this.#largest.values();
      return;
    }
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let column = columns[0]; column <= columns[1]; column++) {
        const tile = this.#largest.get(row * ROW + column);
        if (tile) yield tile;
      }
    }
  }
}

/** The tile of this size that the finest tile `tile` is in. */
function enclosing(tile: number, size: number): number {
  const shift = SHIFT * (FINEST - size);
  return ((tile >> (ROW_BITS + shift)) << ROW_BITS) | ((tile & (ROW - 1)) >> shift);
}

function tileAt(level: Map<number, Tile>, size: number, number: number): Tile {
  let tile = level.get(number);
  if (!tile) {
    tile = {
      size,
      column: number & (ROW - 1),
      row: number >> ROW_BITS,
      parts: size === FINEST ? null : new Map(),
      here: [],
      came: [],
      left: [],
      items: null,
      joined: null,
    };
    level.set(number, tile);
  }
  return tile;
}
