import type { Fleet } from '../../model/fleet.js';
import type { Bbox } from '../parameters.js';

/** Cells of 1/32°, about 3 × 3.5 km: a view of a town is some tens of them. A power of two, so that edges are exact. */
const PER_DEGREE = 32;
const COLUMNS = 360 * PER_DEGREE + 1;
/** A box of more cells is answered by looking at every vehicle, which then costs less. */
const MAX_CELLS = 4096;

/**
 * Which vehicles are in which cell of the map, so that a small box among a hundred thousand vehicles looks at a few
 * hundred of them (0.02 ms instead of 0.3 ms). Right as long as it is told of every row of the fleet that changes.
 */
export class PlaceIndex {
  readonly #cells = new Map<number, number[]>();
  /** By vehicle number: its cell, -1 where it is in none, and its place in the cell's list. */
  #cellOf = new Int32Array(0);
  #slotOf = new Int32Array(0);

  constructor(readonly fleet: Pick<Fleet, 'capacity' | 'lon' | 'lat'>) {
    for (let no = 1; no < fleet.capacity; no++) this.update(no);
  }

  /** Vehicle `no` may have moved. */
  update(no: number): void {
    if (no >= this.fleet.capacity) return;
    if (no >= this.#cellOf.length) this.#grow();
    const lon = this.fleet.lon[no];
    const cell = Number.isNaN(lon) ? -1 : cellAt(lon, this.fleet.lat[no]);
    const before = this.#cellOf[no];
    if (cell === before) return;
    if (before !== -1) this.#take(no, before);
    if (cell !== -1) this.#put(no, cell);
    this.#cellOf[no] = cell;
  }

  /** Numbers of the vehicles in the box, ascending, beginning with `from`. */
  inside(bbox: Bbox, from = 1): Iterable<number> {
    const columns = [bbox[0], bbox[2]].map((lon) => Math.floor((lon + 180) * PER_DEGREE));
    const rows = [bbox[1], bbox[3]].map((lat) => Math.floor((lat + 90) * PER_DEGREE));
    if ((columns[1] - columns[0] + 1) * (rows[1] - rows[0] + 1) > MAX_CELLS) return this.#scan(bbox, from);
    const lists: number[][] = [];
    let vehicles = 0;
    for (let row = rows[0]; row <= rows[1]; row++) {
      for (let column = columns[0]; column <= columns[1]; column++) {
        const list = this.#cells.get(row * COLUMNS + column);
        if (!list) continue;
        lists.push(list);
        vehicles += list.length;
      }
    }
    // Sorting a large part of the fleet costs more than going through all of it in order, which can also stop early.
    if (vehicles > this.fleet.capacity / 16) return this.#scan(bbox, from);
    const found: number[] = [];
    for (const list of lists) for (const no of list) if (no >= from && this.#isIn(no, bbox)) found.push(no);
    return found.sort((a, b) => a - b);
  }

  *#scan(bbox: Bbox, from: number): Iterable<number> {
    for (let no = from; no < this.fleet.capacity; no++) if (this.#isIn(no, bbox)) yield no;
  }

  /** NaN, before the first fix, is in no box. */
  #isIn(no: number, [west, south, east, north]: Bbox): boolean {
    const lon = this.fleet.lon[no];
    const lat = this.fleet.lat[no];
    return lon >= west && lon <= east && lat >= south && lat <= north;
  }

  #put(no: number, cell: number): void {
    let list = this.#cells.get(cell);
    if (!list) this.#cells.set(cell, (list = []));
    this.#slotOf[no] = list.length;
    list.push(no);
  }

  /** The last of the list takes the place that becomes free. */
  #take(no: number, cell: number): void {
    const list = this.#cells.get(cell)!;
    const last = list.pop()!;
    if (last !== no) {
      list[this.#slotOf[no]] = last;
      this.#slotOf[last] = this.#slotOf[no];
    }
    if (list.length === 0) this.#cells.delete(cell);
  }

  #grow(): void {
    const cellOf = new Int32Array(this.fleet.capacity).fill(-1);
    const slotOf = new Int32Array(this.fleet.capacity);
    cellOf.set(this.#cellOf);
    slotOf.set(this.#slotOf);
    this.#cellOf = cellOf;
    this.#slotOf = slotOf;
  }
}

function cellAt(lon: number, lat: number): number {
  return Math.floor((lat + 90) * PER_DEGREE) * COLUMNS + Math.floor((lon + 180) * PER_DEGREE);
}
