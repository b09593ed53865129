import { ALARM_EMERGENCY } from '../../model/alarm.js';
import type { Fleet } from '../../model/fleet.js';
import type { Bbox } from '../parameters.js';
import type { VehicleFilter } from '../vehicles/vehicle-filter.js';
import type { Cell } from './encoding.js';
import type { Shown } from './shown.js';

/** Cells from side to side of a view, at most. */
const CELLS_ACROSS = 64;
const MOVING_KMH = 5;

/** Side of a cell for a view, degrees: a power of two, so that views of about the same width share one grid. */
export function cellDegFor([west, south, east, north]: Bbox): number {
  const across = Math.max(east - west, north - south, 1 / 1024);
  return 2 ** Math.ceil(Math.log2(across / CELLS_ACROSS));
}

/** Counts every shown vehicle that the filter wants into cells with sides of `side` degrees. */
export function densityGrid(side: number, shown: Shown, fleet: Fleet, filter: VehicleFilter): readonly Cell[] {
  const cells = new Map<number, Cell>();
  // Places at 180° and at the pole belong to the last cells: none lies beyond the earth.
  const columns = Math.ceil(360 / side);
  const rows = Math.ceil(180 / side);
  for (let no = 1; no < shown.capacity; no++) {
    const lon = shown.lon[no];
    if (Number.isNaN(lon) || !filter.matches(no, shown.online[no] === 1)) continue;
    const lat = shown.lat[no];
    const x = Math.min(Math.floor((lon + 180) / side), columns - 1);
    const y = Math.min(Math.floor((lat + 90) / side), rows - 1);
    const key = y * columns + x;
    let cell = cells.get(key);
    if (!cell) {
      const corner = { west: x * side - 180, south: y * side - 90 };
      cells.set(key, (cell = { ...corner, side, count: 0, moving: 0, emergencies: 0 }));
    }
    cell.count++;
    if (fleet.speedKmh[no] >= MOVING_KMH) cell.moving++;
    cell.emergencies += (fleet.alarms[no] >>> ALARM_EMERGENCY) & 1;
  }
  return [...cells.values()];
}

/** The cells that touch the box. */
export function cellsInView(cells: readonly Cell[], [west, south, east, north]: Bbox): Cell[] {
  return cells.filter(
    (cell) =>
      cell.west <= east && cell.west + cell.side >= west && cell.south <= north && cell.south + cell.side >= south,
  );
}
