import type { Fleet } from '../../model/fleet.js';
import type { Bbox } from '../parameters.js';
import { PlaceIndex } from '../vehicles/place-index.js';
import type { VehicleFilter } from '../vehicles/vehicle-filter.js';
import { contains, tileOf } from './tiles.js';

/**
 * Where every vehicle was at the last tick: what all views that are up to date have been told. It takes the place of a
 * list of vehicles per client: what entered a view, or left it, follows from the box, then and now.
 *
 * A tick that takes turns with other work must not see the fleet move under it: it says first where the changed vehicles
 * are `next`, and when everybody has been told, that becomes what is shown.
 */
export class Shown {
  capacity = 0;
  lon = new Float64Array(0);
  lat = new Float64Array(0);
  online = new Uint8Array(0);
  #nextLon = new Float64Array(0);
  #nextLat = new Float64Array(0);
  #nextOnline = new Uint8Array(0);
  readonly #places = new PlaceIndex(this);

  /** Makes room for every vehicle of the fleet. */
  fit({ capacity }: Fleet): void {
    if (capacity <= this.capacity) return;
    const places = () => new Float64Array(capacity).fill(NaN);
    const [lon, lat, online] = [places(), places(), new Uint8Array(capacity)];
    lon.set(this.lon);
    lat.set(this.lat);
    online.set(this.online);
    Object.assign(this, { capacity, lon, lat, online });
    this.#nextLon = places();
    this.#nextLat = places();
    this.#nextOnline = new Uint8Array(capacity);
  }

  /** NaN for a vehicle that is nowhere. */
  setNext(no: number, lon: number, lat: number, online: boolean): void {
    this.#nextLon[no] = lon;
    this.#nextLat[no] = lat;
    this.#nextOnline[no] = online ? 1 : 0;
  }

  /** What was said to be next is shown from now on. */
  advance(no: number): void {
    this.lon[no] = this.#nextLon[no];
    this.lat[no] = this.#nextLat[no];
    this.online[no] = this.#nextOnline[no];
    this.#places.update(no);
  }

  tile(no: number): number {
    return tileOf(this.lon[no], this.lat[no]);
  }

  nextTile(no: number): number {
    return tileOf(this.#nextLon[no], this.#nextLat[no]);
  }

  /** True where vehicle `no` was in the box and wanted by the filter. */
  in(no: number, bbox: Bbox, filter: VehicleFilter): boolean {
    return contains(bbox, this.lon[no], this.lat[no]) && filter.matches(no, this.online[no] === 1);
  }

  /** True where vehicle `no`, one of which `next` was said, is in the box and wanted by the filter. */
  inNext(no: number, bbox: Bbox, filter: VehicleFilter): boolean {
    return contains(bbox, this.#nextLon[no], this.#nextLat[no]) && filter.matches(no, this.#nextOnline[no] === 1);
  }

  /** Vehicles that are shown in the box and wanted by the filter, ascending. */
  *inside(bbox: Bbox, filter: VehicleFilter): Iterable<number> {
    for (const no of this.#places.inside(bbox)) if (filter.matches(no, this.online[no] === 1)) yield no;
  }
}
