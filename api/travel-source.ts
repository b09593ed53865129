import type { Journey } from '../model/trip.js';

/** Where vehicles went (store/travel.ts). Rejects with an error whose `code` is 'database-away' where it cannot say. */
export interface TravelSource {
  /** Trips and stops of one vehicle that overlap from … to (epoch ms), oldest first, at most `limit` of each. */
  journey(vehicleNo: number, from: number, to: number, limit: number): Promise<Journey>;
}
