import type { SumQuery, TravelSum } from '../../model/travel-sum.js';
import type { Journey } from '../../model/trip.js';
import type { Place, Report } from '../../store/places.js';
import type { Bounds } from '../../store/tile.js';

/** Where vehicles went (store/travel.ts). Rejects with an error whose `code` is 'database-away' where it cannot say. */
export interface TravelSource {
  /** Trips and stops of one vehicle that overlap from … to (epoch ms), oldest first, at most `limit` of each. */
  journey(vehicleNo: number, from: number, to: number, limit: number): Promise<Journey>;
  /** Sums by period and group, in their order. */
  sums(query: SumQuery): Promise<TravelSum[]>;
  /** Reliable fixes within these bounds with from ≤ time < to (epoch ms), by vehicle and time, of vehicles above `afterVehicle`. */
  placesIn(bounds: Bounds, from: number, to: number, afterVehicle: number): AsyncIterable<Place[]>;
  /** What was reported within these bounds with from ≤ time < to (epoch ms), in order of time. */
  reportsIn(bounds: Bounds, from: number, to: number): AsyncIterable<Report[]>;
  /** Whether the vehicle has another fix between, for each span. */
  hasBetween(spans: readonly (readonly [vehicleNo: number, from: number, to: number])[]): Promise<boolean[]>;
}
