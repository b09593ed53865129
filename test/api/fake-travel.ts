import type { TravelSource } from '../../api/travel-source.js';
import type { Journey } from '../../model/trip.js';

/** Trips and stops from memory. */
export class FakeTravel implements TravelSource {
  journeys = new Map<number, Journey>();

  async journey(vehicleNo: number, from: number, to: number, limit: number): Promise<Journey> {
    const { trips, stops } = this.journeys.get(vehicleNo) ?? { trips: [], stops: [] };
    const within = ({ start, end }: { start: number; end: number }) => start < to && end > from;
    return { trips: trips.filter(within).slice(0, limit), stops: stops.filter(within).slice(0, limit) };
  }
}
