import type { Client } from 'pg';
import type { Position } from '../../model/position.js';
import { CopyRows } from '../../store/copy-rows.js';
import { DayPartitions } from '../../store/day-partitions.js';
import { loadMigrations, migrate } from '../../store/migrate.js';
import { copyPositions } from '../../store/put-positions.js';
import { cityFleet } from './city-fleet.js';

/** Rows of one COPY: as many as the writer takes at once at most. */
const COPY_ROWS = 16_912;

/** Fills an empty database with so many fixes of the city's vehicles, named v1, v2, …, as the writer would store them. */
export async function loadFleet(db: Client, vehicles: number, fixes: number): Promise<void> {
  await migrate(db, await loadMigrations());
  await copyFleet(db, vehicles, fixes);
  await db.query(
    `insert into vehicles (vehicle_no, id, category, created_at)
     select no, 'v' || no, 'taxi', now() from generate_series(1, $1::integer) as no`,
    [vehicles],
  );
}

/** So many fixes of the city's vehicles, and nothing besides, in the COPYs of the writer. */
export function copyFleet(db: Client, vehicles: number, fixes: number): Promise<void> {
  return copyFixes(db, cityFleet(vehicles, fixes));
}

export async function copyFixes(db: Client, fixes: Iterable<Position>): Promise<void> {
  const partitions = await DayPartitions.of(db);
  const rows = new CopyRows();
  const copy = async () => {
    await partitions.make(db);
    await copyPositions(db, rows);
    rows.clear();
  };
  for (const p of fixes) {
    partitions.want(p.fixTime);
    rows.add(p);
    if (rows.count === COPY_ROWS) await copy();
  }
  if (rows.count > 0) await copy();
}
