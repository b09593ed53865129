import type { ClientBase, Pool } from 'pg';
import type { Journey, Stop, Trip } from '../model/trip.js';
import type { VehicleHour } from '../model/vehicle-hour.js';
import { jsonText } from './json-text.js';

/** Vehicles with new fixes, each with the earliest of them (epoch ms), as the writer notes them with a batch. */
export async function addNews(db: ClientBase, since: ReadonlyMap<number, number>): Promise<void> {
  await db.query('insert into track_news (vehicle_nos, since) values ($1, $2)', [
    [...since.keys()],
    [...since.values()],
  ]);
}

/** The tables of what follows from the fixes, as their keeper (tracks/digest.ts) reads and writes them. */
export class JourneyTables {
  constructor(readonly pool: Pool) {}

  /** The news of at most `batches` batches, oldest first, in one, and the number of the last; null where there is none. */
  async news(batches: number): Promise<{ last: string; since: Map<number, number> } | null> {
    const { rows } = await this.pool.query<{ number: string; vehicle_nos: number[]; since: number[] }>(
      'select number, vehicle_nos, since from track_news order by number limit $1',
      [batches],
    );
    if (rows.length === 0) return null;
    const since = new Map<number, number>();
    for (const row of rows) {
      for (const [i, no] of row.vehicle_nos.entries()) {
        since.set(no, Math.min(row.since[i], since.get(no) ?? Infinity));
      }
    }
    return { last: rows[rows.length - 1].number, since };
  }

  /** What came up to `last` is worked in. */
  async dropNews(last: string): Promise<void> {
    await this.pool.query('delete from track_news where number <= $1', [last]);
  }

  /**
   * For each vehicle the newest stop that was over before a time (epoch ms), where there is one: nothing that happens from
   * then on can change how it began.
   */
  async stopsBefore(times: ReadonlyMap<number, number>): Promise<Map<number, Stop>> {
    const { rows } = await this.pool.query<StopRow & { vehicle_no: number }>(STOPS_BEFORE, [
      [...times.keys()],
      [...times.values()].map(isoTime),
    ]);
    return new Map(rows.map((row) => [row.vehicle_no, stopOf(row)]));
  }

  /** For each vehicle the begin of the trip that it was on at a time (both epoch ms), where there is one. */
  async tripsAcross(times: ReadonlyMap<number, number>): Promise<Map<number, number>> {
    const { rows } = await this.pool.query<{ vehicle_no: number; start_time: Date }>(TRIPS_ACROSS, [
      [...times.keys()],
      [...times.values()].map(isoTime),
    ]);
    return new Map(rows.map((row) => [row.vehicle_no, row.start_time.getTime()]));
  }

  /** Puts trips and stops in the place of all that began at or after `from`. A reader sees all as they were or as they are. */
  async replaceJourneys(redone: readonly RedoneJourney[]): Promise<void> {
    const places = placesOf(redone);
    const trips = redone.flatMap(({ vehicleNo, journey }) => journey.trips.map((trip) => ({ vehicleNo, ...trip })));
    const stops = redone.flatMap(({ vehicleNo, journey }) => journey.stops.map((stop) => ({ vehicleNo, ...stop })));
    const db = await this.pool.connect();
    try {
      await db.query('begin');
      await db.query(DELETE_TRIPS, places);
      await db.query(DELETE_STOPS, places);
      if (trips.length > 0) await db.query(PUT_TRIPS, [jsonText(trips)]);
      if (stops.length > 0) await db.query(PUT_STOPS, [jsonText(stops)]);
      await db.query('commit');
      db.release();
    } catch (error) {
      db.release(true); // closed, which rolls back
      throw error;
    }
  }

  /** Puts hours in the place of those from `from` on. A reader sees them as they were or as they are. */
  async replaceHours(redone: readonly RedoneHours[]): Promise<void> {
    const hours = redone.flatMap(({ vehicleNo, hours }) => hours.map((hour) => ({ vehicleNo, ...hour })));
    await this.pool.query(REPLACE_HOURS, [...placesOf(redone), jsonText(hours)]);
  }
}

/** What is to stand in the tables for a vehicle, and from when on (epoch ms). */
interface Redone {
  vehicleNo: number;
  from: number;
}

export interface RedoneJourney extends Redone {
  journey: Journey;
}

export interface RedoneHours extends Redone {
  hours: readonly VehicleHour[];
}

/** As parameters for `unnest($1::integer[], $2::timestamptz[])`. */
function placesOf(redone: readonly Redone[]): [vehicleNos: number[], times: string[]] {
  return [redone.map(({ vehicleNo }) => vehicleNo), redone.map(({ from }) => isoTime(from))];
}

/** Trips and stops of a vehicle that overlap from … to. */
export const SELECT_TRIPS = `
  select start_time, end_time, start_lon, start_lat, end_lon, end_lat, ended, distance_m, odometer_km, max_speed, fixes
  from trips where vehicle_no = $1 and start_time < $3 and end_time > $2 order by start_time limit $4`;
const STOP_COLUMNS =
  'start_time, end_time, seen_until, lon, lat, rest_lon, rest_lat, open, silent_ms, idle_ms, ignition_off, fixes';
const STOPS_BEFORE = `
  select wanted.no as vehicle_no, stop.*
  from unnest($1::integer[], $2::timestamptz[]) as wanted (no, time), lateral (
    select ${STOP_COLUMNS} from stops
    where vehicle_no = wanted.no and start_time < wanted.time and end_time < wanted.time order by start_time desc limit 1
  ) as stop`;
const TRIPS_ACROSS = `
  select wanted.no as vehicle_no, trip.start_time
  from unnest($1::integer[], $2::timestamptz[]) as wanted (no, time), lateral (
    select start_time, end_time from trips
    where vehicle_no = wanted.no and start_time < wanted.time order by start_time desc limit 1
  ) as trip where trip.end_time >= wanted.time`;
export const SELECT_STOPS = `
  select ${STOP_COLUMNS}
  from stops where vehicle_no = $1 and start_time < $3 and end_time > $2 order by start_time limit $4`;

export interface TripRow {
  start_time: Date;
  end_time: Date;
  start_lon: number;
  start_lat: number;
  end_lon: number;
  end_lat: number;
  ended: Trip['ended'];
  distance_m: number;
  odometer_km: number | null;
  max_speed: number | null;
  fixes: number;
}

export function tripOf(row: TripRow): Trip {
  return {
    start: row.start_time.getTime(),
    end: row.end_time.getTime(),
    startLon: row.start_lon,
    startLat: row.start_lat,
    endLon: row.end_lon,
    endLat: row.end_lat,
    ended: row.ended,
    distanceM: row.distance_m,
    odometerKm: row.odometer_km ?? NaN,
    maxSpeedKmh: row.max_speed ?? NaN,
    fixes: row.fixes,
  };
}

export interface StopRow {
  start_time: Date;
  end_time: Date;
  seen_until: Date;
  lon: number;
  lat: number;
  rest_lon: number;
  rest_lat: number;
  open: boolean;
  silent_ms: number;
  idle_ms: number;
  ignition_off: boolean;
  fixes: number;
}

export function stopOf(row: StopRow): Stop {
  return {
    start: row.start_time.getTime(),
    end: row.end_time.getTime(),
    seenUntil: row.seen_until.getTime(),
    lon: row.lon,
    lat: row.lat,
    restLon: row.rest_lon,
    restLat: row.rest_lat,
    open: row.open,
    silentMs: row.silent_ms,
    idleMs: row.idle_ms,
    ignitionOff: row.ignition_off,
    fixes: row.fixes,
  };
}

const DELETE_TRIPS = `
  delete from trips using unnest($1::integer[], $2::timestamptz[]) as redone (no, since)
  where vehicle_no = redone.no and start_time >= redone.since`;
const DELETE_STOPS = DELETE_TRIPS.replace('from trips', 'from stops');

const PUT_TRIPS = `
  insert into trips (vehicle_no, start_time, end_time, start_lon, start_lat, end_lon, end_lat, ended, distance_m,
    odometer_km, max_speed, fixes)
  select "vehicleNo", to_timestamp(start / 1000), to_timestamp("end" / 1000), "startLon", "startLat", "endLon", "endLat", ended,
    "distanceM", "odometerKm", "maxSpeedKmh", fixes
  from jsonb_to_recordset($1::jsonb) as t ("vehicleNo" integer, start double precision, "end" double precision, "startLon" double precision,
    "startLat" double precision, "endLon" double precision, "endLat" double precision, ended text,
    "distanceM" double precision, "odometerKm" double precision, "maxSpeedKmh" real, fixes integer)`;

const PUT_STOPS = `
  insert into stops (vehicle_no, ${STOP_COLUMNS})
  select "vehicleNo", to_timestamp(start / 1000), to_timestamp("end" / 1000), to_timestamp("seenUntil" / 1000), lon, lat,
    "restLon", "restLat", open, "silentMs", "idleMs", "ignitionOff", fixes
  from jsonb_to_recordset($1::jsonb) as s ("vehicleNo" integer, start double precision, "end" double precision, "seenUntil" double precision,
    lon double precision, lat double precision, "restLon" double precision, "restLat" double precision, open boolean,
    "silentMs" double precision, "idleMs" double precision, "ignitionOff" boolean, fixes integer)`;

const REPLACE_HOURS = `
  with gone as (
    delete from vehicle_hours using unnest($1::integer[], $2::timestamptz[]) as redone (no, since)
    where vehicle_no = redone.no and hour >= redone.since and (vehicle_no, hour) not in (
      select h."vehicleNo", to_timestamp(h.hour / 1000)
      from jsonb_to_recordset($3::jsonb) as h ("vehicleNo" integer, hour double precision)
    )
  )
  insert into vehicle_hours (vehicle_no, hour, fixes, qualified, online_minutes, distance_m, complete_m, odometer_km,
    jumps, moving_ms, max_speed, speed_profile, drift)
  select "vehicleNo", to_timestamp(hour / 1000), fixes, qualified, "onlineMinutes", "distanceM", "completeM", "odometerKm",
    nullif(jumps, '[]'), "movingMs", "maxSpeedKmh", array(select jsonb_array_elements_text("speedProfile")::integer), drift
  from jsonb_to_recordset($3::jsonb) as h ("vehicleNo" integer, hour double precision, fixes integer, qualified integer,
    "onlineMinutes" integer, "distanceM" double precision, "completeM" double precision, "odometerKm" double precision,
    jumps jsonb, "movingMs" double precision, "maxSpeedKmh" real, "speedProfile" jsonb, drift integer)
  on conflict (vehicle_no, hour) do update set fixes = excluded.fixes, qualified = excluded.qualified,
    online_minutes = excluded.online_minutes, distance_m = excluded.distance_m, complete_m = excluded.complete_m,
    odometer_km = excluded.odometer_km, jumps = excluded.jumps, moving_ms = excluded.moving_ms,
    max_speed = excluded.max_speed, speed_profile = excluded.speed_profile, drift = excluded.drift`;

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
