import { Arena } from './arena.js';
import type { Box } from './box.js';
import { type Entry, Ground } from './ground.js';
import { LastLeaves } from './last-leaves.js';
import { LeafRecords, MAX_TABLED } from './leaf-records.js';
import { NumberLists } from './number-lists.js';

/** A tile is a degree wide, and holds 128 × 128 cells of 1/128° (about 870 m) … */
const TILE_CELLS = 128;
const TILE_SLOTS = TILE_CELLS * TILE_CELLS;
const TILE_COLUMNS = 361; // a place at 180° has a column of its own
const TILE_ROWS = 181;
/** … and a cell where much passes through is cut into 4 × 4, three times at most: 1/512° (217 m), 1/2048°, 1/8192° (13.6 m). */
const PART_BITS = 2;
const PARTS = 1 << PART_BITS;
const PART_SLOTS = PARTS * PARTS;
const LEVELS = 3;
/** In the finest cells: every width is a power of two of a degree, so that their borders are exact. */
const FINEST_PER_DEGREE = TILE_CELLS * PARTS ** LEVELS;
/** A cell is cut where more edges than this pass through it. */
const MAX_EDGES = 2;

/** What a slot holds, in its lowest two bits; the number above them is an id, a place in the records, or a block. */
const UNKNOWN = 0;
const LIST = 1;
const RECORD = 2;
const BLOCK = 3;
/** In `#tiles`: no fence touches the tile. */
const EMPTY_TILE = -1;

/** Where all of it is in use, 320 MiB, or as many lists are kept, some 200 MB, everything is forgotten and found again. */
const ROOM = { ints: 80 * 1024 * 1024, lists: 1024 * 1024 };
const NONE: readonly number[] = Object.freeze([]) as readonly number[];

/**
 * Adaptive cells over the fences: each knows the fences that cover it whole, and the few edges that pass through it. Cells are
 * found when a place in them is first asked about, level by level, so that adding a fence costs next to nothing and
 * no question pays for more than its own place.
 */
export class FenceCells {
  readonly #search: (box: Box) => readonly Entry[];
  readonly #touches: (box: Box) => boolean;
  /** By row and column of the tile: its first slot, UNKNOWN or EMPTY_TILE. */
  readonly #tiles = new Int32Array(TILE_COLUMNS * TILE_ROWS);
  /** Slots of tiles and of blocks, and records. */
  readonly #arena: Arena;
  /** What is known of the largest cells that were cut, for the cells in them: by the number behind the slots of their blocks. */
  #grounds: Ground[] = [];
  readonly #lastLeaves = new LastLeaves(Array.from({ length: LEVELS + 1 }, (_, level) => PART_BITS * (LEVELS - level)));
  readonly #lists: NumberLists;
  readonly #records: LeafRecords;

  constructor(search: (box: Box) => readonly Entry[], touches: (box: Box) => boolean, room = ROOM) {
    this.#search = search;
    this.#touches = touches;
    this.#arena = new Arena(room.ints);
    this.#lists = new NumberLists(room.lists);
    this.#records = new LeafRecords(this.#arena, this.#lists);
  }

  /**
   * Numbers of the fences that contain the place, ascending; valid until the next question. −180 … 180, −90 … 90. `vehicle`: whose
   * place it is, 0 for nobody's; the answer does not depend on it.
   */
  query(lon: number, lat: number, vehicle: number): readonly number[] {
    const x = Math.floor((lon + 180) * FINEST_PER_DEGREE);
    const y = Math.floor((lat + 90) * FINEST_PER_DEGREE);
    const known = vehicle === 0 ? UNKNOWN : this.#lastLeaves.find(vehicle, x, y);
    if (known !== UNKNOWN) return this.#ask(known, lon, lat);
    const tile = this.#tiles[(y >> 13) * TILE_COLUMNS + (x >> 13)];
    if (tile === EMPTY_TILE) return NONE;
    if (tile === UNKNOWN) {
      this.#findTile(x >> 13, y >> 13);
      return this.query(lon, lat, vehicle);
    }
    let at = tile + ((y >> 6) & 127) * TILE_CELLS + ((x >> 6) & 127);
    let held = this.#arena.ints[at];
    let top = 0;
    let level = 0;
    for (;;) {
      if (held === UNKNOWN) {
        if (this.#isFull) {
          this.clear();
          return this.query(lon, lat, vehicle);
        }
        held = this.#findCell(x, y, level, top);
        this.#arena.ints[at] = held;
      }
      if ((held & 3) !== BLOCK) break;
      const block = held >> 2;
      if (level === 0) top = block;
      level++;
      const shift = PART_BITS * (LEVELS - level);
      at = block + ((y >> shift) & (PARTS - 1)) * PARTS + ((x >> shift) & (PARTS - 1));
      held = this.#arena.ints[at];
    }
    if (vehicle !== 0) this.#lastLeaves.keep(vehicle, x, y, level, held);
    return this.#ask(held, lon, lat);
  }

  /** A fence with this box is new, gone or of another form: what is known under it is known no more. */
  forget(box: Box): void {
    this.#lastLeaves.forget();
    // A cell more on each side: a cell is known a little beyond its sides.
    const west = Math.max(0, Math.floor((box.minX + 180) * TILE_CELLS) - 1);
    const east = Math.min(TILE_COLUMNS * TILE_CELLS - 1, Math.floor((box.maxX + 180) * TILE_CELLS) + 1);
    const south = Math.max(0, Math.floor((box.minY + 90) * TILE_CELLS) - 1);
    const north = Math.min(TILE_ROWS * TILE_CELLS - 1, Math.floor((box.maxY + 90) * TILE_CELLS) + 1);
    for (let tileRow = south >> 7; tileRow <= north >> 7; tileRow++) {
      for (let tileColumn = west >> 7; tileColumn <= east >> 7; tileColumn++) {
        const key = tileRow * TILE_COLUMNS + tileColumn;
        const tile = this.#tiles[key];
        if (tile === EMPTY_TILE) this.#tiles[key] = UNKNOWN;
        if (tile <= 0) continue;
        const [x, y] = [tileColumn * TILE_CELLS, tileRow * TILE_CELLS];
        const [from, to] = [Math.max(0, west - x), Math.min(TILE_CELLS - 1, east - x)];
        for (let row = Math.max(0, south - y); row <= Math.min(TILE_CELLS - 1, north - y); row++) {
          const start = tile + row * TILE_CELLS;
          this.#arena.ints.fill(UNKNOWN, start + from, start + to + 1);
        }
      }
    }
  }

  /** Forgets everything, and lets go of the room. */
  clear(): void {
    this.#lastLeaves.forget();
    this.#tiles.fill(UNKNOWN);
    this.#arena.clear();
    this.#grounds = [];
    this.#records.clear();
    this.#lists.clear();
  }

  get #isFull(): boolean {
    return this.#arena.isFull || this.#lists.isFull;
  }

  /** `held`: of a leaf. */
  #ask(held: number, lon: number, lat: number): readonly number[] {
    return (held & 3) === LIST ? this.#lists.lists[held >> 2] : this.#records.ask(held >> 2, lon, lat);
  }

  #findTile(column: number, row: number): void {
    const box = { minX: column - 180, minY: row - 90, maxX: column - 179, maxY: row - 89 };
    if (this.#isFull) this.clear();
    const key = row * TILE_COLUMNS + column;
    this.#tiles[key] = this.#touches(box) ? this.#arena.take(TILE_SLOTS) : EMPTY_TILE;
  }

  /** What the slot of the cell around the finest cell x, y is to hold. `top`: on levels 1 and more, the block of the largest cell around it. */
  #findCell(x: number, y: number, level: number, top: number): number {
    const shift = PART_BITS * (LEVELS - level);
    const size = (1 << shift) / FINEST_PER_DEGREE;
    const west = (x >> shift) * size - 180;
    const south = (y >> shift) * size - 90;
    const ground =
      level === 0
        ? Ground.of(west, south, size, this.#search)
        : this.#grounds[this.#arena.ints[top + PART_SLOTS]].part(west, south, size);
    if (ground.open.length === 0) return (this.#lists.idOf(ground.covering) << 2) | LIST;
    if (level === LEVELS || !isCrowded(ground)) return (this.#records.add(ground) << 2) | RECORD;
    // The largest cell's knowledge serves all levels: what lies between would be kept for a few questions.
    const block = this.#arena.take(level === 0 ? PART_SLOTS + 1 : PART_SLOTS);
    if (level === 0) this.#arena.ints[block + PART_SLOTS] = this.#grounds.push(ground) - 1;
    return (block << 2) | BLOCK;
  }
}

function isCrowded({ open }: Ground): boolean {
  const edges = open.reduce((sum, shape) => sum + (shape.edges?.length ?? 4) / 4, 0);
  return edges > MAX_EDGES || open.length > MAX_TABLED;
}
