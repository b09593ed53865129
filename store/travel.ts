import type { Pool } from 'pg';
import type { Position } from '../model/position.js';
import type { Journey } from '../model/trip.js';
import { ask } from './ask.js';
import { SELECT_STOPS, SELECT_TRIPS, type StopRow, stopOf, type TripRow, tripOf } from './journeys.js';
import { positionOf, TRACK_COLUMNS, type TrackRow } from './position-rows.js';

/** Where vehicles went, as the database has it. Everything rejects with DatabaseAwayError where it cannot be asked. */
export class Travel {
  constructor(readonly pool: Pool) {}

  /** The newest fixes of one vehicle with since ≤ fixTime < time (epoch ms), newest first. */
  async before(vehicleNo: number, time: number, since: number, limit: number): Promise<Position[]> {
    const rows = await ask<TrackRow>(this.pool, {
      text: `select ${TRACK_COLUMNS} from positions where vehicle_no = $1 and time < $2 and time >= $3
             order by time desc, source desc, sub_seq desc limit $4`,
      values: [vehicleNo, isoTime(time), isoTime(since), limit],
      rowMode: 'array',
    });
    return rows.map(positionOf);
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
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
