import { distanceM, lonMetresPerDegree, METRES_PER_DEGREE } from '../../geo/distance.js';

/** Cells of 1/100°, about 1 km. */
const CELLS_PER_DEGREE = 100;
const COLUMNS = 360 * CELLS_PER_DEGREE;
/** A cell in which a search met more vehicles than this is a crowd: so many parts a side, each about 70 m. */
const CROWD = 64;
const PARTS = 16;
/** A crowd that is no larger is a chain again. */
const NO_CROWD = 16;
const START = 1024;
/** Places are compared in degrees before metres: what lies on the very edge is left to the metres. */
const SLACK = 1 + 1e-6;

/** A cell with many vehicles: the first of each part, 0 where there is none. */
interface Crowd {
  firsts: Int32Array;
  count: number;
}

/**
 * Where every vehicle was last, and when: who is near a place. Columns by vehicle number; the vehicles of a cell are a chain through
 * `#next` and `#before` (32 bytes for a vehicle, and some 60 for each cell that has any).
 *
 * A depot holds thousands in one cell, most of them silent for hours. Such a cell is in parts (1 kB), and each part's chain begins with whoever
 * was heard of last, so that a search for those heard of lately meets nobody else. Only searches make a cell a crowd: where nobody
 * asks, it costs nothing. Vehicles with times in no order at all make the chains of a crowd as slow as one without parts.
 */
export class NewestPlaces {
  #lon = new Float64Array(START).fill(NaN);
  #lat = new Float64Array(START);
  #time = new Float64Array(START);
  #next = new Int32Array(START);
  #before = new Int32Array(START);
  /** The first vehicle of each cell that is no crowd; 0 is none. */
  readonly #first = new Map<number, number>();
  readonly #crowds = new Map<number, Crowd>();

  /** `time`: epoch ms. What is nowhere, or at no time, is near nobody. */
  put(no: number, lon: number, lat: number, time: number): void {
    if (Number.isNaN(lon + lat + time)) return this.drop(no);
    if (no >= this.#lon.length) this.#grow(no + 1);
    const cell = cellAt(lon, lat);
    const stays = this.#isKnown(no) && cellAt(this.#lon[no], this.#lat[no]) === cell && !this.#crowds.has(cell);
    if (!stays) this.drop(no);
    this.#lon[no] = lon;
    this.#lat[no] = lat;
    this.#time[no] = time;
    if (!stays) this.#link(no, cell);
  }

  drop(no: number): void {
    if (!this.#isKnown(no)) return;
    const [lon, lat] = [this.#lon[no], this.#lat[no]];
    const cell = cellAt(lon, lat);
    const next = this.#next[no];
    const before = this.#before[no];
    const crowd = this.#crowds.get(cell);
    if (before) this.#next[before] = next;
    else if (crowd) crowd.firsts[partAt(lon, lat)] = next;
    else if (next) this.#first.set(cell, next);
    else this.#first.delete(cell);
    if (next) this.#before[next] = before;
    this.#lon[no] = NaN;
    if (crowd && --crowd.count <= NO_CROWD) this.#disperse(cell, crowd);
  }

  /** Numbers of the vehicles within `metres` of the place, `except` one, ascending. */
  near(lon: number, lat: number, metres: number, except: number): number[] {
    const found: number[] = [];
    this.seek(lon, lat, metres, -Infinity, (no) => {
      if (no !== except) found.push(no);
      return false;
    });
    return found.sort((a, b) => a - b);
  }

  /**
   * Tells `isEnough` the numbers of those within `metres` of the place who were there at `since`, epoch ms, or later, in no order,
   * until it says so.
   */
  seek(lon: number, lat: number, metres: number, since: number, isEnough: (no: number) => boolean): void {
    const dLat = (metres / METRES_PER_DEGREE) * SLACK;
    const dLon = Math.min(180, (metres / lonMetresPerDegree(Math.min(89.9, Math.abs(lat) + dLat))) * SLACK);
    // All around the earth each column is looked at once.
    const [west, east] = dLon < 180 ? [across(lon - dLon), across(lon + dLon)] : [0, COLUMNS - 0.5 / PARTS];
    const [south, north] = [up(lat - dLat), up(lat + dLat)];
    const isFound = (no: number) =>
      Math.abs(this.#lat[no] - lat) <= dLat &&
      distanceM(lon, lat, this.#lon[no], this.#lat[no]) <= metres &&
      isEnough(no);
    for (let row = Math.floor(south); row <= north; row++) {
      for (let column = Math.floor(west); column <= east; column++) {
        const cell = cellOf(column, row);
        const crowd = this.#crowds.get(cell);
        const isOver = crowd
          ? this.#seekInCrowd(crowd, west - column, east - column, south - row, north - row, since, isFound)
          : this.#seekInCell(cell, since, isFound);
        if (isOver) return;
      }
    }
  }

  #seekInCell(cell: number, since: number, isFound: (no: number) => boolean): boolean {
    let met = 0;
    let isOver = false;
    for (let no = this.#first.get(cell) ?? 0; no !== 0 && !isOver; no = this.#next[no]) {
      met++;
      isOver = this.#time[no] >= since && isFound(no);
    }
    if (met > CROWD) this.#makeCrowd(cell);
    return isOver;
  }

  /** The edges in cells from the south-west of this one. */
  #seekInCrowd(
    { firsts }: Crowd,
    west: number,
    east: number,
    south: number,
    north: number,
    since: number,
    isFound: (no: number) => boolean,
  ): boolean {
    const right = partOf(east);
    const top = partOf(north);
    for (let y = partOf(south); y <= top; y++) {
      for (let x = partOf(west); x <= right; x++) {
        for (let no = firsts[y * PARTS + x]; no !== 0 && this.#time[no] >= since; no = this.#next[no]) {
          if (isFound(no)) return true;
        }
      }
    }
    return false;
  }

  #isKnown(no: number): boolean {
    return !Number.isNaN(this.#lon[no] ?? NaN);
  }

  #link(no: number, cell: number): void {
    const crowd = this.#crowds.get(cell);
    if (crowd) {
      this.#linkInCrowd(no, crowd);
      crowd.count++;
      return;
    }
    const first = this.#first.get(cell) ?? 0;
    this.#next[no] = first;
    this.#before[no] = 0;
    if (first) this.#before[first] = no;
    this.#first.set(cell, no);
  }

  /** Behind those of later times: nearly always there are none. */
  #linkInCrowd(no: number, { firsts }: Crowd): void {
    const part = partAt(this.#lon[no], this.#lat[no]);
    let before = 0;
    let next = firsts[part];
    while (next && this.#time[next] > this.#time[no]) {
      before = next;
      next = this.#next[next];
    }
    this.#next[no] = next;
    this.#before[no] = before;
    if (next) this.#before[next] = no;
    if (before) this.#next[before] = no;
    else firsts[part] = no;
  }

  #makeCrowd(cell: number): void {
    const all: number[] = [];
    for (let no = this.#first.get(cell) ?? 0; no !== 0; no = this.#next[no]) all.push(no);
    const crowd: Crowd = { firsts: new Int32Array(PARTS * PARTS), count: all.length };
    all.sort((a, b) => this.#time[a] - this.#time[b]);
    for (const no of all) this.#linkInCrowd(no, crowd);
    this.#first.delete(cell);
    this.#crowds.set(cell, crowd);
  }

  #disperse(cell: number, { firsts }: Crowd): void {
    this.#crowds.delete(cell);
    for (const first of firsts) {
      for (let no = first; no !== 0; ) {
        const next = this.#next[no];
        this.#link(no, cell);
        no = next;
      }
    }
  }

  #grow(least: number): void {
    const size = Math.max(least, this.#lon.length * 2);
    const grown = <T extends Float64Array | Int32Array>(to: T, from: T): T => {
      to.set(from);
      return to;
    };
    this.#lon = grown(new Float64Array(size).fill(NaN), this.#lon);
    this.#lat = grown(new Float64Array(size), this.#lat);
    this.#time = grown(new Float64Array(size), this.#time);
    this.#next = grown(new Int32Array(size), this.#next);
    this.#before = grown(new Int32Array(size), this.#before);
  }
}

/** Cells from 180° W. */
function across(lon: number): number {
  return (lon + 180) * CELLS_PER_DEGREE;
}

/** Cells from the south pole. */
function up(lat: number): number {
  return (Math.max(-90, Math.min(90, lat)) + 90) * CELLS_PER_DEGREE;
}

function cellAt(lon: number, lat: number): number {
  return cellOf(Math.floor(across(lon)), Math.floor(up(lat)));
}

/** Columns go round the earth. */
function cellOf(column: number, row: number): number {
  return row * COLUMNS + (((column % COLUMNS) + COLUMNS) % COLUMNS);
}

/** The part of a cell in which a place is. */
function partAt(lon: number, lat: number): number {
  const [x, y] = [across(lon), up(lat)];
  return partOf(y - Math.floor(y)) * PARTS + partOf(x - Math.floor(x));
}

/** `share` of the cell, from its begin. */
function partOf(share: number): number {
  return Math.max(0, Math.min(PARTS - 1, Math.floor(share * PARTS)));
}
