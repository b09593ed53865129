import { z } from 'zod';
import { jsonNumber } from '../../model/position.js';
import type { TravelSum } from '../../model/travel-sum.js';
import { msToBeijing, msToRfc3339 } from '../../model/units.js';
import { SPEED_BANDS_KMH } from '../../model/vehicle-hour.js';
import type { Column } from '../output/table.js';

const time = z.iso.datetime({ offset: true });

const sumFields = {
  start: time.describe('when the period begins, in the time of China'),
  distance: z.number().describe('km along the fixes'),
  completeDistance: z
    .number()
    .describe('of it, km without gaps (more than 2 km, or 10 min and 500 m, between two fixes)'),
  completeness: z.number().describe('completeDistance ÷ distance; 1 where nothing was driven'),
  odometer: z.number().describe('km by the odometer, without its jumps'),
  movingMinutes: z.number(),
  onlineMinutes: z.int().describe('minutes with a fix'),
  fixes: z.int(),
  qualified: z.int().describe('fixes with every field in its range'),
  maxSpeed: z.number().nullable().describe('km/h'),
  speedProfile: z.array(z.int()).describe(`fixes by speed: below ${SPEED_BANDS_KMH.join(', ')} km/h, and above`),
};

export const mileageSchema = z
  .object({
    ...sumFields,
    jumps: z
      .array(z.object({ at: time, from: z.number(), to: z.number() }))
      .describe('where the odometer (km) did not count on'),
  })
  .meta({ id: 'Mileage' });

export const reportRowSchema = z
  .object({
    ...sumFields,
    key: z.string().describe('vehicle id, company or region; empty where a vehicle has none'),
    vehicles: z.int().describe('with a fix in the period'),
    driftVehicles: z.int().describe('of them, with impossible jumps between fixes'),
    jumps: z.int().describe('how often odometers jumped'),
  })
  .meta({ id: 'ReportRow' });

export function mileageJson(sum: TravelSum): z.output<typeof mileageSchema> {
  return {
    ...fieldsOf(sum),
    jumps: sum.jumps.map(({ at, fromKm, toKm }) => ({ at: msToRfc3339(at)!, from: fromKm, to: toKm })),
  };
}

export function reportRowJson(sum: TravelSum): z.output<typeof reportRowSchema> {
  const { key, vehicles, driftVehicles } = sum;
  return { key, ...fieldsOf(sum), vehicles, driftVehicles, jumps: sum.jumps.length };
}

type ReportRow = z.output<typeof reportRowSchema>;

const number = (name: string, value: (row: ReportRow) => number | null): Column<ReportRow> => ({
  name,
  type: 'DOUBLE',
  value,
});

export const REPORT_COLUMNS: readonly Column<ReportRow>[] = [
  { name: 'start_cst', type: 'STRING', value: ({ start }) => start },
  { name: 'key', type: 'STRING', value: ({ key }) => key },
  number('vehicles', (row) => row.vehicles),
  number('distance_km', (row) => row.distance),
  number('complete_km', (row) => row.completeDistance),
  number('completeness', (row) => row.completeness),
  number('odometer_km', (row) => row.odometer),
  number('moving_minutes', (row) => row.movingMinutes),
  number('online_minutes', (row) => row.onlineMinutes),
  number('fixes', (row) => row.fixes),
  number('qualified', (row) => row.qualified),
  number('max_kmh', (row) => row.maxSpeed),
  number('drift_vehicles', (row) => row.driftVehicles),
  number('odometer_jumps', (row) => row.jumps),
  ...[...SPEED_BANDS_KMH, null].map((edge, i) =>
    number(edge === null ? 'fixes_faster' : `fixes_below_${edge}_kmh`, (row) => row.speedProfile[i]),
  ),
];

function fieldsOf(sum: TravelSum) {
  return {
    start: msToBeijing(sum.start)!,
    distance: jsonNumber(sum.distanceM / 1000, 3)!,
    completeDistance: jsonNumber(sum.completeM / 1000, 3)!,
    completeness: jsonNumber(sum.distanceM === 0 ? 1 : sum.completeM / sum.distanceM, 4)!,
    odometer: jsonNumber(sum.odometerKm, 1)!,
    movingMinutes: jsonNumber(sum.movingMs / 60_000, 1)!,
    onlineMinutes: sum.onlineMinutes,
    fixes: sum.fixes,
    qualified: sum.qualified,
    maxSpeed: jsonNumber(sum.maxSpeedKmh, 1),
    speedProfile: sum.speedProfile,
  };
}
