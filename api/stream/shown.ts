import type { Fleet } from '../../model/fleet.js';
import type { Bbox } from '../parameters.js';
import type { VehicleFilter } from '../vehicle-filter.js';
import { contains } from './grid.js';

/**
 * Where every vehicle was at the last tick: what all views that are up to date have been told. It takes the place of a
 * list of vehicles per client: what entered a view, or left it, follows from the box, then and now.
 */
export class Shown {
  capacity = 0;
  lon = new Float64Array(0);
  lat = new Float64Array(0);
  online = new Uint8Array(0);

  /** Makes room for every vehicle of the fleet. */
  fit(fleet: Fleet): void {
    if (fleet.capacity <= this.capacity) return;
    const lon = new Float64Array(fleet.capacity).fill(NaN);
    const lat = new Float64Array(fleet.capacity).fill(NaN);
    const online = new Uint8Array(fleet.capacity);
    lon.set(this.lon);
    lat.set(this.lat);
    online.set(this.online);
    Object.assign(this, { capacity: fleet.capacity, lon, lat, online });
  }

  put(no: number, lon: number, lat: number, online: boolean): void {
    this.lon[no] = lon;
    this.lat[no] = lat;
    this.online[no] = online ? 1 : 0;
  }

  /** True where vehicle `no` was in the box and wanted by the filter. */
  in(no: number, bbox: Bbox, filter: VehicleFilter): boolean {
    return contains(bbox, this.lon[no], this.lat[no]) && filter.matches(no, this.online[no] === 1);
  }
}
