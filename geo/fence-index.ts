import RBush from 'rbush';
import type { Fence } from '../model/fence.js';
import type { Box } from './box.js';
import { Cell, type Entry } from './cell.js';
import { type PreparedFence, prepareFence, turnsOf } from './fence.js';
import type { Shape } from './shape.js';

/** The largest cells are 1/128° (about 870 m) wide: a power of two, so that halves of halves are exact. */
const CELLS_PER_DEGREE = 128;
const COLUMNS = 360 * CELLS_PER_DEGREE + 1;
/** Cells kept: with more ground than this in use they are forgotten and found again. */
const MAX_CELLS = 131_072;
const NONE: readonly number[] = Object.freeze([]) as readonly number[];

/**
 * Which fences contain a place: an R-tree of boxes, and above it a memory of the cells that were asked about, finer where
 * much is asked. Most fixes need no polygon test. The answers are exactly those of asking every fence
 * (`fenceContains`).
 */
export class FenceIndex {
  readonly #tree = new RBush<Entry>();
  readonly #fences = new Map<number, { prepared: PreparedFence; entries: Entry[] }>();
  readonly #cells = new Map<number, Cell>();
  /** In `#cells` and inside them. */
  #cellCount = 0;
  readonly #found: number[] = []; // reused: query() hands it out, and the next query overwrites it

  get size(): number {
    return this.#fences.size;
  }

  get(no: number): PreparedFence | undefined {
    return this.#fences.get(no)?.prepared;
  }

  /** Adds a fence, or puts its new form in place of the old one. */
  put(fence: Pick<Fence, 'no' | 'geometry' | 'properties'>): PreparedFence {
    this.remove(fence.no);
    const prepared = prepareFence(fence);
    const entries = prepared.shapes.flatMap((shape) => turnsOf(shape).map((turn) => entryOf(fence.no, shape, turn)));
    for (const entry of entries) this.#tree.insert(entry);
    this.#fences.set(fence.no, { prepared, entries });
    this.#forgetCells(entries);
    return prepared;
  }

  remove(no: number): void {
    const known = this.#fences.get(no);
    if (!known) return;
    for (const entry of known.entries) this.#tree.remove(entry);
    this.#fences.delete(no);
    this.#forgetCells(known.entries);
  }

  /** Numbers of the fences that contain the place, ascending; valid until the next query. None for an impossible place. */
  query(lon: number, lat: number): readonly number[] {
    if (!(lon >= -180 && lon <= 180 && lat >= -90 && lat <= 90)) return NONE;
    const column = columnOf(lon);
    const row = rowOf(lat);
    let cell = this.#cells.get(row * COLUMNS + column) ?? this.#findCell(column, row);
    while (cell.isCrowded()) {
      if (!cell.isSplit) {
        if (this.#cellCount >= MAX_CELLS) break;
        this.#cellCount += cell.split();
      }
      cell = cell.part(lon, lat);
    }
    if (cell.edges.length === 0) return cell.covering;

    const found = this.#found;
    const { covering } = cell;
    let n = 0;
    let c = 0;
    for (const entry of cell.edges) {
      const no = entry.no;
      while (c < covering.length && covering[c] < no) found[n++] = covering[c++];
      if (n > 0 && found[n - 1] === no) continue; // another shape of the same fence has it
      if (lon < entry.minX || lon > entry.maxX || lat < entry.minY || lat > entry.maxY) continue;
      if (entry.shape.contains(lon + entry.turn, lat)) found[n++] = no;
    }
    while (c < covering.length) found[n++] = covering[c++];
    found.length = n;
    return found;
  }

  #findCell(column: number, row: number): Cell {
    const west = column / CELLS_PER_DEGREE - 180;
    const south = row / CELLS_PER_DEGREE - 90;
    const cell = Cell.of(west, south, 1 / CELLS_PER_DEGREE, (box) => this.#tree.search(box));
    if (this.#cellCount >= MAX_CELLS) {
      this.#cells.clear();
      this.#cellCount = 0;
    }
    this.#cells.set(row * COLUMNS + column, cell);
    this.#cellCount++;
    return cell;
  }

  /** Forgets the cells under the boxes: a fence there is new, gone or of another form. */
  #forgetCells(boxes: readonly Box[]): void {
    for (const box of boxes) {
      const west = columnOf(Math.max(-180, box.minX)) - 1;
      const east = columnOf(Math.min(180, box.maxX)) + 1;
      const south = rowOf(box.minY) - 1;
      const north = rowOf(box.maxY) + 1;
      if ((east - west + 1) * (north - south + 1) < this.#cells.size) {
        for (let row = south; row <= north; row++) {
          for (let column = west; column <= east; column++) this.#forgetCell(row * COLUMNS + column);
        }
      } else {
        for (const key of this.#cells.keys()) {
          const column = key % COLUMNS;
          const row = Math.floor(key / COLUMNS);
          if (column >= west && column <= east && row >= south && row <= north) this.#forgetCell(key);
        }
      }
    }
  }

  #forgetCell(key: number): void {
    const cell = this.#cells.get(key);
    if (!cell) return;
    this.#cells.delete(key);
    this.#cellCount -= cell.count();
  }
}

function entryOf(no: number, shape: Shape, turn: number): Entry {
  const { minX, minY, maxX, maxY } = shape.box;
  return { no, shape, turn, minX: minX - turn, maxX: maxX - turn, minY, maxY };
}

function columnOf(lon: number): number {
  return Math.floor((lon + 180) * CELLS_PER_DEGREE);
}

function rowOf(lat: number): number {
  return Math.floor((lat + 90) * CELLS_PER_DEGREE);
}
