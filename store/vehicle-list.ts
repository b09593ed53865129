import type { Pool } from 'pg';
import type { Vehicle } from '../model/vehicle.js';
import { ask } from './ask.js';

const PAGE = 1000;

/** Every vehicle that has ever been in the registry, by number, beginning above `after`; without its terminals. */
export async function* registeredVehicles(pool: Pool, after = 0): AsyncGenerator<Vehicle> {
  for (let last = after; ; ) {
    const rows = await ask<VehicleRow>(pool, {
      text: `select vehicle_no, id, plate, plate_color, category, company, region, created_at
             from vehicles where vehicle_no > $1 order by vehicle_no limit $2`,
      values: [last, PAGE],
    });
    yield* rows.map(vehicleOf);
    if (rows.length < PAGE) return;
    last = rows[rows.length - 1].vehicle_no;
  }
}

/** How many `registeredVehicles` gives. */
export async function countVehicles(pool: Pool, after = 0): Promise<number> {
  const text = 'select count(*)::integer as count from vehicles where vehicle_no > $1';
  const [row] = await ask<{ count: number }>(pool, { text, values: [after] });
  return row.count;
}

interface VehicleRow {
  vehicle_no: number;
  id: string;
  plate: string | null;
  plate_color: number | null;
  category: Vehicle['category'];
  company: string | null;
  region: string | null;
  created_at: Date;
}

function vehicleOf(row: VehicleRow): Vehicle {
  return {
    no: row.vehicle_no,
    id: row.id,
    plate: row.plate,
    plateColor: row.plate_color,
    category: row.category,
    company: row.company,
    region: row.region,
    terminals: [],
    createdAt: row.created_at.getTime(),
  };
}
