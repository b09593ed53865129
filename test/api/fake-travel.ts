import type { TravelSource } from '../../api/sources/travel-source.js';
import type { SumQuery, TravelSum } from '../../model/travel-sum.js';
import type { Journey } from '../../model/trip.js';
import type { Place, Report } from '../../store/places.js';
import type { Bounds } from '../../store/tile.js';

/** Trips and stops from memory. */
export class FakeTravel implements TravelSource {
  journeys = new Map<number, Journey>();
  /** Of all vehicles, by number and time. */
  places: Place[] = [];
  /** What `sums` answers from, in order, and what it was asked. */
  summed: TravelSum[] = [];
  asked: SumQuery[] = [];

  async journey(vehicleNo: number, from: number, to: number, limit: number): Promise<Journey> {
    const { trips, stops } = this.journeys.get(vehicleNo) ?? { trips: [], stops: [] };
    const within = ({ start, end }: { start: number; end: number }) => start < to && end > from;
    return { trips: trips.filter(within).slice(0, limit), stops: stops.filter(within).slice(0, limit) };
  }

  async sums(query: SumQuery): Promise<TravelSum[]> {
    this.asked.push(query);
    const { after = { start: 0, key: '' } } = query;
    const behind = ({ start, key }: TravelSum) => start > after.start || (start === after.start && key > after.key);
    return this.summed.filter(behind).slice(0, query.limit);
  }

  async *placesIn(bounds: Bounds, from: number, to: number, afterVehicle: number): AsyncIterable<Place[]> {
    const { west, south, east, north } = bounds;
    const rows = this.places.filter(
      ({ vehicleNo: no, fixTime: time, lon, lat }) =>
        no > afterVehicle && time >= from && time < to && lon >= west && lon <= east && lat >= south && lat <= north,
    );
    for (let i = 0; i < rows.length; i += 3) yield rows.slice(i, i + 3);
  }

  async *reportsIn(bounds: Bounds, from: number, to: number): AsyncIterable<Report[]> {
    for await (const rows of this.placesIn(bounds, from, to, 0)) {
      yield rows.map((place): Report => ({ ...place, speedKmh: 36, headingDeg: NaN }));
    }
  }

  async hasBetween(spans: readonly (readonly [number, number, number])[]): Promise<boolean[]> {
    return spans.map(([no, low, high]) =>
      this.places.some(({ vehicleNo, fixTime }) => vehicleNo === no && fixTime > low && fixTime < high),
    );
  }
}
