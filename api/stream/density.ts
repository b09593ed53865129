import { ALARM_EMERGENCY } from '../../model/alarm.js';
import type { Fleet } from '../../model/fleet.js';
import type { Bbox } from '../parameters.js';
import type { VehicleFilter } from '../vehicle-filter.js';
import type { Shown } from './shown.js';

/** Cells from side to side of a view, at most. */
const CELLS_ACROSS = 64;
const MOVING_KMH = 5;

/** Vehicles of one cell of the map. */
interface Cell {
  west: number;
  south: number;
  count: number;
  moving: number;
  emergencies: number;
}

export interface DensityGrid {
  cellDeg: number;
  cells: readonly Cell[];
}

/** Side of a cell for a view, degrees: a power of two, so that views of about the same width share one grid. */
export function cellDegFor([west, south, east, north]: Bbox): number {
  const across = Math.max(east - west, north - south, 1 / 1024);
  return 2 ** Math.ceil(Math.log2(across / CELLS_ACROSS));
}

/** Counts every shown vehicle that the filter wants into cells. */
export function densityGrid(cellDeg: number, shown: Shown, fleet: Fleet, filter: VehicleFilter): DensityGrid {
  const cells = new Map<number, Cell>();
  const columns = Math.ceil(360 / cellDeg) + 1;
  for (let no = 1; no < shown.capacity; no++) {
    const lon = shown.lon[no];
    if (Number.isNaN(lon) || !filter.matches(no, shown.online[no] === 1)) continue;
    const lat = shown.lat[no];
    const x = Math.floor((lon + 180) / cellDeg);
    const y = Math.floor((lat + 90) / cellDeg);
    const key = y * columns + x;
    let cell = cells.get(key);
    if (!cell) {
      const corner = { west: x * cellDeg - 180, south: y * cellDeg - 90 };
      cells.set(key, (cell = { ...corner, count: 0, moving: 0, emergencies: 0 }));
    }
    cell.count++;
    if (fleet.speedKmh[no] >= MOVING_KMH) cell.moving++;
    cell.emergencies += (fleet.alarms[no] >>> ALARM_EMERGENCY) & 1;
  }
  return { cellDeg, cells: [...cells.values()] };
}

/** The cells that touch the box as JSON, and how many vehicles they hold. */
export function cellsInView(
  { cellDeg, cells }: DensityGrid,
  [west, south, east, north]: Bbox,
): { json: string; count: number } {
  const texts: string[] = [];
  let count = 0;
  for (const cell of cells) {
    if (cell.west > east || cell.west + cellDeg < west || cell.south > north || cell.south + cellDeg < south) continue;
    count += cell.count;
    const box = `[${cell.west},${cell.south},${cell.west + cellDeg},${cell.south + cellDeg}]`;
    texts.push(`{"bbox":${box},"count":${cell.count},"moving":${cell.moving},"emergencies":${cell.emergencies}}`);
  }
  return { json: `[${texts.join(',')}]`, count };
}
