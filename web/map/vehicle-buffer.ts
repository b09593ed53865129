import { mercatorX, mercatorY, metresToMercator } from './mercator.js';

/** Floats per vehicle: from x, from y, to x, to y, time of departure, heading, state. */
export const VEHICLE_FLOATS = 7;
const FROM = 0;
const TO = 2;
const DEPARTED = 4;
const HEADING = 5;
const STATE = 6;

/** A marker glides from its last place to its new one in so many seconds: reports come about once a second. */
export const GLIDE_S = 1;
/** A jump of more than this is not a drive but a gap, and is not played as one. */
const LONGEST_GLIDE_M = 3000;
/** Beyond this distance from the origin (on the unit square, 1.8°) single precision would show at the closest zoom. */
const ORIGIN_REACH = 0.005;

/**
 * The vehicles in view as the graphics card wants them, one row per slot of LiveVehicles, relative to an origin near
 * the middle of the view. Times are seconds of `clock`.
 */
export class VehicleBuffer {
  count = 0;
  data = new Float32Array(1024 * VEHICLE_FLOATS);
  originX = 0.5;
  originY = 0.5;
  /** Something changed since the last upload. */
  dirty = false;
  /** When the last glide that is under way ends. */
  glidesUntil = 0;
  /** Places in doubles, x and y per slot: the rows are made from them again when the origin moves. */
  #places = new Float64Array(1024 * 2);

  put(slot: number, isNew: boolean, lon: number, lat: number, headingDeg: number, state: number, now: number): void {
    if (slot >= this.count) this.#grow(slot + 1);
    const x = mercatorX(lon);
    const y = mercatorY(lat);
    const row = slot * VEHICLE_FLOATS;
    const data = this.data;
    const toX = x - this.originX;
    const toY = y - this.originY;
    let fromX = toX;
    let fromY = toY;
    if (!isNew) {
      const [hereX, hereY] = this.#glided(slot, now);
      if (Math.hypot(hereX - toX, hereY - toY) < metresToMercator(LONGEST_GLIDE_M, y)) {
        fromX = hereX;
        fromY = hereY;
      }
    }
    data[row + FROM] = fromX;
    data[row + FROM + 1] = fromY;
    data[row + TO] = toX;
    data[row + TO + 1] = toY;
    data[row + DEPARTED] = now;
    data[row + HEADING] = headingDeg;
    data[row + STATE] = state;
    this.#places[slot * 2] = x;
    this.#places[slot * 2 + 1] = y;
    if (fromX !== toX || fromY !== toY) this.glidesUntil = now + GLIDE_S;
    this.dirty = true;
  }

  setState(slot: number, state: number): void {
    this.data[slot * VEHICLE_FLOATS + STATE] = state;
    this.dirty = true;
  }

  /** The last row takes the place of row `slot`, which is free from now on. */
  remove(slot: number): void {
    const last = this.count - 1;
    this.data.copyWithin(slot * VEHICLE_FLOATS, last * VEHICLE_FLOATS, (last + 1) * VEHICLE_FLOATS);
    this.#places.copyWithin(slot * 2, last * 2, last * 2 + 2);
    this.count = last;
    this.dirty = true;
  }

  /** Moves the origin to where the view is, once it is too far away; glides under way end at once. */
  keepOriginNear(x: number, y: number): void {
    if (Math.abs(x - this.originX) < ORIGIN_REACH && Math.abs(y - this.originY) < ORIGIN_REACH) return;
    this.originX = x;
    this.originY = y;
    for (let slot = 0; slot < this.count; slot++) {
      const row = slot * VEHICLE_FLOATS;
      this.data[row + FROM] = this.data[row + TO] = this.#places[slot * 2] - x;
      this.data[row + FROM + 1] = this.data[row + TO + 1] = this.#places[slot * 2 + 1] - y;
    }
    this.dirty = true;
  }

  /** Where the marker of `slot` is drawn at `now`, on the unit square. */
  placeAt(slot: number, now: number): [x: number, y: number] {
    const [x, y] = this.#glided(slot, now);
    return [x + this.originX, y + this.originY];
  }

  /** The slot whose true place is nearest to x, y (unit square) within `reach`; −1 where there is none. */
  nearest(x: number, y: number, reach: number): number {
    let best = -1;
    let bestDistance = reach * reach;
    for (let slot = 0; slot < this.count; slot++) {
      const dx = this.#places[slot * 2] - x;
      const dy = this.#places[slot * 2 + 1] - y;
      const distance = dx * dx + dy * dy;
      if (distance > bestDistance) continue;
      bestDistance = distance;
      best = slot;
    }
    return best;
  }

  #glided(slot: number, now: number): [x: number, y: number] {
    const row = slot * VEHICLE_FLOATS;
    const data = this.data;
    const share = Math.min(1, Math.max(0, (now - data[row + DEPARTED]) / GLIDE_S));
    return [
      data[row + FROM] + (data[row + TO] - data[row + FROM]) * share,
      data[row + FROM + 1] + (data[row + TO + 1] - data[row + FROM + 1]) * share,
    ];
  }

  #grow(count: number): void {
    this.count = count;
    if (count * VEHICLE_FLOATS <= this.data.length) return;
    const rows = Math.max(count, (this.data.length / VEHICLE_FLOATS) * 2);
    const data = new Float32Array(rows * VEHICLE_FLOATS);
    data.set(this.data);
    this.data = data;
    const places = new Float64Array(rows * 2);
    places.set(this.#places);
    this.#places = places;
  }
}
