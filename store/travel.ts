import type { Pool } from 'pg';
import type { Fixes } from '../model/fixes.js';
import { UNRELIABLE } from '../model/quality.js';
import type { Journey } from '../model/trip.js';
import { ask } from './ask.js';
import { SELECT_STOPS, SELECT_TRIPS, type StopRow, stopOf, type TripRow, tripOf } from './journeys.js';
import { type Bounds, type TileSet, tilesTouching } from './tile.js';
import { fixesBefore } from './track.js';

/** Places in one question to the database. */
const PAGE_PLACES = 50_000;
/** What many vehicles reported is asked for by this much time at once. */
const WINDOW_MS = 600_000;

/** Where vehicles went, as the database has it. Everything rejects with DatabaseAwayError where it cannot be asked. */
export class Travel {
  constructor(readonly pool: Pool) {}

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

  /**
   * Places within these bounds with from ≤ time < to (epoch ms), of the vehicles with a number above `afterVehicle`, in order
   * of vehicle and time. Between two batches nothing is held; who stops reading stops the work.
   */
  async *placesIn(bounds: Bounds, from: number, to: number, afterVehicle: number): AsyncGenerator<PlaceRow[]> {
    const tiles = tilesTouching(bounds);
    const area = areaValues(tiles, bounds);
    let after: [vehicleNo: number, time: string] = [afterVehicle, 'infinity'];
    for (;;) {
      const rows = await ask<PlaceRow>(this.pool, {
        text: placesText(tiles),
        values: [...area, isoTime(from), isoTime(to), ...after, PAGE_PLACES],
        rowMode: 'array',
      });
      if (rows.length > 0) yield rows;
      if (rows.length < PAGE_PLACES) return;
      const last = rows[rows.length - 1];
      after = [last[PLACE_VEHICLE], last[PLACE_KEY]];
    }
  }

  /**
   * What was reported within these bounds with from ≤ time < to (epoch ms), in order of time. It is asked for some minutes at a
   * time, so that neither side sorts more than that; between two batches nothing is held.
   */
  async *reportsIn(bounds: Bounds, from: number, to: number): AsyncGenerator<ReportRow[]> {
    const tiles = tilesTouching(bounds);
    const area = areaValues(tiles, bounds);
    for (let start = from; start < to; start += WINDOW_MS) {
      const end = isoTime(Math.min(start + WINDOW_MS, to));
      let after: [time: string, vehicleNo: number] = [isoTime(start), -1];
      for (;;) {
        const rows = await ask<ReportRow>(this.pool, {
          text: reportsText(tiles),
          values: [...area, end, ...after, PAGE_PLACES],
          rowMode: 'array',
        });
        if (rows.length > 0) yield rows;
        if (rows.length < PAGE_PLACES) break;
        const last = rows[rows.length - 1];
        after = [last[REPORT_KEY], last[REPORT_VEHICLE]];
      }
    }
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

/** A place that may be relied on (tracks/usable.ts); the time as text is its key. */
export type PlaceRow = [vehicleNo: number, time: number, lon: number, lat: number, key: string];
const PLACE_VEHICLE = 0;
const PLACE_KEY = 4;

/** A reliable fix among those of many vehicles; what is not known is null, and the time as text is its key. */
export type ReportRow = [
  vehicleNo: number,
  time: number,
  lon: number,
  lat: number,
  speed: number | null,
  heading: number | null,
  key: string,
];
const REPORT_VEHICLE = 0;
const REPORT_KEY = 6;

function reportsText(tiles: TileSet): string {
  return `
  select vehicle_no, extract(epoch from time)::double precision * 1000, lon, lat, speed, heading, time::text as key
  from (
    select vehicle_no, time, lon, lat, speed, heading from all_positions
    where ${areaCondition(tiles)} and time < $6 and time >= $7 and (time, vehicle_no) > ($7, $8)
    order by time, vehicle_no limit $9
  ) as page`;
}

/** Text is made of what is sorted already, so that the sort has less to carry. */
function placesText(tiles: TileSet): string {
  return `
  select vehicle_no, extract(epoch from time)::double precision * 1000, lon, lat, time::text as key
  from (
    select vehicle_no, time, lon, lat from all_positions
    where ${areaCondition(tiles)} and time >= $6 and time < $7 and vehicle_no >= $8 and (vehicle_no, time) > ($8, $9)
    order by vehicle_no, time limit $10
  ) as page`;
}

/**
 * Reliable fixes within the bounds ($1 to $5). Stored tiles go by the index of (tile, time); where they are too many,
 * time alone is the better way in.
 */
function areaCondition({ up }: TileSet): string {
  return `${up === 0 ? 'tile' : `(tile >> ${up})`} = any($1) and lon >= $2 and lat >= $3 and lon <= $4 and lat <= $5
      and quality & ${UNRELIABLE} = 0`;
}

function areaValues({ numbers }: TileSet, { west, south, east, north }: Bounds): unknown[] {
  return [numbers, west, south, east, north];
}

const BETWEEN = `
  select exists (select from all_positions p where p.vehicle_no = span.no and p.time > span.low and p.time < span.high) as found
  from unnest($1::integer[], $2::timestamptz[], $3::timestamptz[]) with ordinality as span (no, low, high, place)
  order by place`;

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
