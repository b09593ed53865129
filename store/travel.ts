import type { Pool } from 'pg';
import type { Fixes } from '../model/fixes.js';
import type { Journey } from '../model/trip.js';
import { ask } from './ask.js';
import { SELECT_STOPS, SELECT_TRIPS, type StopRow, stopOf, type TripRow, tripOf } from './journeys.js';
import { type Place, placePages, type Report, reportPages } from './places.js';
import type { Bounds } from './tile.js';
import { fixesBefore, fixesSince } from './track.js';

/** Where vehicles went, as the database has it. Everything rejects with DatabaseAwayError where it cannot be asked. */
export class Travel {
  constructor(readonly pool: Pool) {}

  /** `fixesSince` of store/track.ts. */
  since(times: ReadonlyMap<number, number>, most: number): Promise<Fixes> {
    return fixesSince(this.pool, times, most);
  }

  /** `fixesBefore` of store/track.ts. */
  before(vehicleNo: number, time: number, since: number, limit: number): Promise<Fixes> {
    return fixesBefore(this.pool, vehicleNo, time, since, limit);
  }

  /** Trips and stops of one vehicle that overlap from … to (epoch ms), oldest first, at most `limit` of each. */
  async journey(vehicleNo: number, from: number, to: number, limit: number): Promise<Journey> {
    const values = [vehicleNo, isoTime(from), isoTime(to), limit];
    const [trips, stops] = await Promise.all([
      ask<TripRow>(this.pool, { text: SELECT_TRIPS, values }),
      ask<StopRow>(this.pool, { text: SELECT_STOPS, values }),
    ]);
    return { trips: trips.map(tripOf), stops: stops.map(stopOf) };
  }

  /** `placePages` of store/places.ts. */
  placesIn(bounds: Bounds, from: number, to: number, afterVehicle: number): AsyncGenerator<Place[]> {
    return placePages(this.pool, bounds, from, to, afterVehicle);
  }

  /** `reportPages` of store/places.ts. */
  reportsIn(bounds: Bounds, from: number, to: number): AsyncGenerator<Report[]> {
    return reportPages(this.pool, bounds, from, to);
  }

  /** True for each span (vehicle, from, to; epoch ms) between whose ends the vehicle has another fix. */
  async hasBetween(spans: readonly (readonly [vehicleNo: number, from: number, to: number])[]): Promise<boolean[]> {
    const rows = await ask<{ found: boolean }>(this.pool, {
      text: BETWEEN,
      values: [spans.map(([no]) => no), spans.map(([, from]) => isoTime(from)), spans.map(([, , to]) => isoTime(to))],
    });
    return rows.map(({ found }) => found);
  }
}

const BETWEEN = `
  select exists (select from all_positions p where p.vehicle_no = span.no and p.time > span.low and p.time < span.high) as found
  from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) with ordinality as span (no, low, high, place)
  order by place`;

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
