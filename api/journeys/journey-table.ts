import { jsonNumber } from '../../model/position.js';
import type { Journey } from '../../model/trip.js';
import { msToBeijing } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { Column } from '../output/table.js';
import { stopJson, tripJson } from './journey-json.js';

/** A trip or a stop, as the API shows it, with what a table says of either. */
interface JourneyRow {
  vehicle: Vehicle;
  start: number;
  end: number;
  trip: ReturnType<typeof tripJson> | null;
  stop: ReturnType<typeof stopJson> | null;
}

/** Trips and stops in one list by their beginning. */
export function journeyRows(vehicle: Vehicle, { trips, stops }: Journey): JourneyRow[] {
  const rows: JourneyRow[] = [
    ...trips.map((trip) => ({ vehicle, start: trip.start, end: trip.end, trip: tripJson(trip), stop: null })),
    ...stops.map((stop) => ({ vehicle, start: stop.start, end: stop.end, trip: null, stop: stopJson(stop) })),
  ];
  return rows.sort((a, b) => a.start - b.start);
}

/** Where a stop has nothing to say of a trip's columns they are empty, and the other way round. */
export const JOURNEY_COLUMNS: readonly Column<JourneyRow>[] = [
  { name: 'vehicle_id', type: 'STRING', value: ({ vehicle }) => vehicle.id },
  { name: 'plate', type: 'STRING', value: ({ vehicle }) => vehicle.plate },
  { name: 'kind', type: 'STRING', value: ({ trip }) => (trip ? 'trip' : 'stop') },
  { name: 'from_utc', type: 'TIMESTAMP', value: ({ start }) => new Date(start) },
  { name: 'to_utc', type: 'TIMESTAMP', value: ({ end }) => new Date(end) },
  { name: 'from_cst', type: 'STRING', value: ({ start }) => msToBeijing(start) },
  { name: 'to_cst', type: 'STRING', value: ({ end }) => msToBeijing(end) },
  { name: 'seconds', type: 'DOUBLE', value: ({ start, end }) => jsonNumber((end - start) / 1000, 3) },
  { name: 'start_lon', type: 'DOUBLE', value: ({ trip, stop }) => (trip ? trip.start.lon : (stop?.lon ?? null)) },
  { name: 'start_lat', type: 'DOUBLE', value: ({ trip, stop }) => (trip ? trip.start.lat : (stop?.lat ?? null)) },
  { name: 'end_lon', type: 'DOUBLE', value: ({ trip }) => trip?.end.lon ?? null },
  { name: 'end_lat', type: 'DOUBLE', value: ({ trip }) => trip?.end.lat ?? null },
  { name: 'distance_km', type: 'DOUBLE', value: ({ trip }) => trip?.distance ?? null },
  { name: 'odometer_km', type: 'DOUBLE', value: ({ trip }) => trip?.odometer ?? null },
  { name: 'average_kmh', type: 'DOUBLE', value: ({ trip }) => trip?.averageSpeed ?? null },
  { name: 'max_kmh', type: 'DOUBLE', value: ({ trip }) => trip?.maxSpeed ?? null },
  { name: 'ended', type: 'STRING', value: ({ trip }) => trip?.ended ?? null },
  { name: 'idle_seconds', type: 'DOUBLE', value: ({ stop }) => stop?.idleSeconds ?? null },
  { name: 'silent_seconds', type: 'DOUBLE', value: ({ stop }) => stop?.silentSeconds ?? null },
  { name: 'ignition_off', type: 'BOOLEAN', value: ({ stop }) => stop?.ignitionOff ?? null },
  { name: 'open', type: 'BOOLEAN', value: ({ trip, stop }) => (trip ? trip.ended === null : (stop?.open ?? null)) },
  { name: 'fixes', type: 'INT32', value: ({ trip, stop }) => (trip ?? stop)?.fixes ?? null },
];
