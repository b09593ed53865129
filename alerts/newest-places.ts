import { distanceM, lonMetresPerDegree, METRES_PER_DEGREE } from '../geo/distance.js';

/** Cells of 1/100°, about 1 km. */
const CELLS_PER_DEGREE = 100;
const COLUMNS = 360 * CELLS_PER_DEGREE;
const START = 1024;
const NOWHERE = -1;

/**
 * Where every vehicle was last: who is near a place. Columns by vehicle number; the vehicles of a cell are a chain through `#next`
 * and `#before` (28 bytes for a vehicle).
 */
export class NewestPlaces {
  #lon = new Float64Array(START);
  #lat = new Float64Array(START);
  #cell = new Int32Array(START).fill(NOWHERE);
  #next = new Int32Array(START);
  #before = new Int32Array(START);
  /** The first vehicle of each cell; 0 is none. */
  readonly #first = new Map<number, number>();

  put(no: number, lon: number, lat: number): void {
    if (no >= this.#lon.length) this.#grow(no + 1);
    this.#lon[no] = lon;
    this.#lat[no] = lat;
    const cell = cellOf(Math.floor((lon + 180) * CELLS_PER_DEGREE), rowOf(lat));
    if (cell === this.#cell[no]) return;
    this.drop(no);
    const first = this.#first.get(cell) ?? 0;
    this.#cell[no] = cell;
    this.#next[no] = first;
    this.#before[no] = 0;
    if (first) this.#before[first] = no;
    this.#first.set(cell, no);
  }

  drop(no: number): void {
    if (no >= this.#cell.length || this.#cell[no] === NOWHERE) return;
    const next = this.#next[no];
    const before = this.#before[no];
    if (before) this.#next[before] = next;
    else if (next) this.#first.set(this.#cell[no], next);
    else this.#first.delete(this.#cell[no]);
    if (next) this.#before[next] = before;
    this.#cell[no] = NOWHERE;
  }

  /** Numbers of the vehicles within `metres` of the place, `except` one, ascending. */
  near(lon: number, lat: number, metres: number, except: number): number[] {
    const dLat = metres / METRES_PER_DEGREE;
    const dLon = Math.min(180, metres / lonMetresPerDegree(Math.min(89.9, Math.abs(lat) + dLat)));
    const west = Math.floor((lon - dLon + 180) * CELLS_PER_DEGREE);
    const east = Math.floor((lon + dLon + 180) * CELLS_PER_DEGREE);
    const found: number[] = [];
    for (let row = rowOf(lat - dLat); row <= rowOf(lat + dLat); row++) {
      for (let column = west; column <= east; column++) {
        for (let no = this.#first.get(cellOf(column, row)) ?? 0; no !== 0; no = this.#next[no]) {
          if (no !== except && distanceM(lon, lat, this.#lon[no], this.#lat[no]) <= metres) found.push(no);
        }
      }
    }
    return found.sort((a, b) => a - b);
  }

  #grow(least: number): void {
    const size = Math.max(least, this.#lon.length * 2);
    const grown = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#lon = grown(new Float64Array(size), this.#lon);
    this.#lat = grown(new Float64Array(size), this.#lat);
    this.#next = grown(new Int32Array(size), this.#next);
    this.#before = grown(new Int32Array(size), this.#before);
    this.#cell = grown(new Int32Array(size).fill(NOWHERE), this.#cell);
  }
}

/** Columns go round the earth. */
function cellOf(column: number, row: number): number {
  return row * COLUMNS + (((column % COLUMNS) + COLUMNS) % COLUMNS);
}

function rowOf(lat: number): number {
  return Math.floor((Math.max(-90, Math.min(90, lat)) + 90) * CELLS_PER_DEGREE);
}
