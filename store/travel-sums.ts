import type { Pool } from 'pg';
import type { SumGroup, SumPeriod, SumQuery, TravelSum } from '../model/travel-sum.js';
import { type OdometerJump, SPEED_BANDS_KMH } from '../model/vehicle-hour.js';
import { ask } from './ask.js';

const PERIOD_STARTS: Record<SumPeriod, string> = {
  hour: 'hour',
  day: "date_bin('1 day', hour, '2000-01-01 00:00+08')",
  month: "date_trunc('month', hour at time zone interval '8 hours') at time zone interval '8 hours'",
};
const GROUP_KEYS: Record<SumGroup, string> = {
  vehicle: "coalesce(v.id, '#' || h.vehicle_no)",
  company: "coalesce(v.company, '')",
  region: "coalesce(v.region, '')",
};
const PROFILE = Array.from({ length: SPEED_BANDS_KMH.length + 1 }, (_, i) => `sum(speed_profile[${i + 1}])`).join(', ');

/** Sums by period and group, in their order, at most `limit`. Rejects with DatabaseAwayError where it cannot be asked. */
export async function travelSums(pool: Pool, query: SumQuery): Promise<TravelSum[]> {
  const values: unknown[] = [isoTime(query.from), isoTime(query.to)];
  const conditions = ['hour >= $1', 'hour < $2'];
  if (query.vehicleNo !== undefined) conditions.push(`h.vehicle_no = $${values.push(query.vehicleNo)}`);
  if (query.company !== undefined) conditions.push(`v.company = $${values.push(query.company)}`);
  if (query.region !== undefined) conditions.push(`v.region = $${values.push(query.region)}`);
  const key = `${GROUP_KEYS[query.group]} collate "C"`;
  const start = PERIOD_STARTS[query.period];
  const after = query.after
    ? `having (${start}, ${key}) > ($${values.push(isoTime(query.after.start))}::timestamptz, $${values.push(query.after.key)})`
    : '';
  const rows = await ask<SumRow>(pool, {
    text: `
      select ${start} as start, ${key} as key, count(distinct h.vehicle_no)::integer as vehicles,
        count(distinct h.vehicle_no) filter (where drift > 0)::integer as drift_vehicles,
        sum(fixes)::double precision as fixes, sum(qualified)::double precision as qualified,
        sum(online_minutes)::double precision as online_minutes, sum(distance_m) as distance_m,
        sum(complete_m) as complete_m, sum(odometer_km) as odometer_km, sum(moving_ms) as moving_ms,
        max(max_speed) as max_speed, array[${PROFILE}]::double precision[] as speed_profile,
        jsonb_path_query_array(jsonb_agg(jumps order by hour) filter (where jumps is not null), '$[*][*]') as jumps
      from vehicle_hours h left join vehicle_versions v
        on v.vehicle_no = h.vehicle_no and hour >= v.valid_from and hour < v.valid_to
      where ${conditions.join(' and ')}
      group by 1, 2 ${after} order by 1, 2 limit $${values.push(query.limit)}`,
    values,
  });
  return rows.map(sumOf);
}

interface SumRow {
  start: Date;
  key: string;
  vehicles: number;
  drift_vehicles: number;
  fixes: number;
  qualified: number;
  online_minutes: number;
  distance_m: number;
  complete_m: number;
  odometer_km: number;
  moving_ms: number;
  max_speed: number | null;
  speed_profile: number[];
  jumps: OdometerJump[] | null;
}

function sumOf(row: SumRow): TravelSum {
  return {
    start: row.start.getTime(),
    key: row.key,
    vehicles: row.vehicles,
    driftVehicles: row.drift_vehicles,
    fixes: row.fixes,
    qualified: row.qualified,
    onlineMinutes: row.online_minutes,
    distanceM: row.distance_m,
    completeM: row.complete_m,
    odometerKm: row.odometer_km,
    jumps: row.jumps ?? [],
    movingMs: row.moving_ms,
    maxSpeedKmh: row.max_speed ?? NaN,
    speedProfile: row.speed_profile,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
