import { z } from 'zod';
import { maskNumber } from '../../model/mask.js';
import { type MeterTrip, tripTimes } from '../../model/meter-trip.js';
import { jsonNumber } from '../../model/position.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { PlaceInTime } from '../../tracks/leg.js';
import { type CheckedTrip, type MeterChecks, overall } from '../../tracks/meter-check.js';
import type { Column } from '../output/table.js';

const time = z.iso.datetime({ offset: true });
const place = z.object({ lon: z.number(), lat: z.number() }).describe('degrees WGS-84');
const km = z.number().nullable().describe('km');
const yuan = z.number().nullable().describe('yuan');
const verdict = z.enum(['agrees', 'differs', 'unknown']);
const endCheck = z.object({ verdict, metres: z.number().nullable().describe('to where the track has it then') });

export const meterTripSchema = z
  .object({
    id: z.string().describe('of the report'),
    from: time.nullable().describe('empty to loaded'),
    to: time.nullable().describe('loaded to empty'),
    seconds: z.number().nullable(),
    start: place.nullable(),
    end: place.nullable(),
    meter: z
      .object({
        on: time.nullable().describe('whole minutes'),
        off: time.nullable(),
        distance: km,
        emptyDistance: km.describe('km without a passenger before it'),
        fare: yuan,
        extra: yuan.describe('yuan on top of the fare by the meter'),
        waitingSeconds: z.number().nullable(),
        payment: z.string().nullable(),
        number: z.number().nullable().describe('the meter’s own count'),
        plate: z.string(),
        driver: z.string().nullable().describe('certificate, masked'),
      })
      .nullable()
      .describe('null where its record was cut off'),
    operationId: z.number().nullable(),
    orderId: z.number().nullable().describe('of the call centre; null: hailed in the street'),
    rating: z.string().nullable(),
    verdict: verdict.describe('one check that differs decides; unknown where none could be made'),
    checks: z.object({
      distance: z.object({
        verdict,
        meter: km,
        track: km.describe('km along the fixes'),
        odometer: km,
        by: z.enum(['odometer', 'track']).nullable().describe('what the meter was held against'),
      }),
      start: endCheck,
      end: endCheck,
      loaded: z.object({ verdict, fixes: z.int(), loaded: z.int().describe('those among them that say loaded') }),
      clock: z.object({ verdict, seconds: z.number().nullable().describe('of the terminal before the meter’s') }),
    }),
    receivedAt: time,
  })
  .meta({ id: 'MeterTrip' });

export type MeterTripJson = z.output<typeof meterTripSchema>;

export function meterTripJson(trip: MeterTrip, { start, end, checks }: CheckedTrip): MeterTripJson {
  const times = tripTimes(trip);
  return {
    id: trip.id,
    from: msToRfc3339(times.start),
    to: msToRfc3339(times.end),
    seconds: jsonNumber((times.end - times.start) / 1000, 0),
    start: placeJson(start),
    end: placeJson(end),
    meter: meterJson(trip.meter),
    operationId: jsonNumber(trip.operationId, 0),
    orderId: jsonNumber(trip.orderId, 0) || null,
    rating: trip.rating,
    verdict: overall(checks),
    checks: checksJson(checks),
    receivedAt: msToRfc3339(trip.receivedTime) ?? '',
  };
}

function meterJson(meter: MeterTrip['meter']): MeterTripJson['meter'] {
  if (meter === null) return null;
  return {
    on: msToRfc3339(meter.on),
    off: msToRfc3339(meter.off),
    distance: jsonNumber(meter.km, 1),
    emptyDistance: jsonNumber(meter.emptyKm, 1),
    fare: jsonNumber(meter.fareYuan, 1),
    extra: jsonNumber(meter.extraYuan, 1),
    waitingSeconds: jsonNumber(meter.waitingMs / 1000, 0),
    payment: meter.payment,
    number: jsonNumber(meter.number, 0),
    plate: meter.plate,
    driver: maskNumber(meter.driver || null),
  };
}

function checksJson({ distance, start, end, loaded, clock }: MeterChecks): MeterTripJson['checks'] {
  const { meterKm, trackKm, odometerKm, by } = distance;
  return {
    distance: {
      verdict: distance.verdict,
      meter: jsonNumber(meterKm, 1),
      track: jsonNumber(trackKm, 3),
      odometer: jsonNumber(odometerKm, 2),
      by,
    },
    start: { verdict: start.verdict, metres: jsonNumber(start.metres, 0) },
    end: { verdict: end.verdict, metres: jsonNumber(end.metres, 0) },
    loaded,
    clock: { verdict: clock.verdict, seconds: jsonNumber(clock.seconds, 0) },
  };
}

function placeJson(at: PlaceInTime | null): MeterTripJson['start'] {
  return at === null ? null : { lon: jsonNumber(at.lon, 7) as number, lat: jsonNumber(at.lat, 7) as number };
}

export interface MeterTripRow {
  vehicle: Vehicle;
  trip: MeterTripJson;
}

export const METER_TRIP_COLUMNS: readonly Column<MeterTripRow>[] = [
  { name: 'vehicle_id', type: 'STRING', value: ({ vehicle }) => vehicle.id },
  { name: 'plate', type: 'STRING', value: ({ vehicle }) => vehicle.plate },
  { name: 'from_utc', type: 'STRING', value: ({ trip }) => trip.from },
  { name: 'to_utc', type: 'STRING', value: ({ trip }) => trip.to },
  { name: 'seconds', type: 'DOUBLE', value: ({ trip }) => trip.seconds },
  { name: 'start_lon', type: 'DOUBLE', value: ({ trip }) => trip.start?.lon ?? null },
  { name: 'start_lat', type: 'DOUBLE', value: ({ trip }) => trip.start?.lat ?? null },
  { name: 'end_lon', type: 'DOUBLE', value: ({ trip }) => trip.end?.lon ?? null },
  { name: 'end_lat', type: 'DOUBLE', value: ({ trip }) => trip.end?.lat ?? null },
  { name: 'meter_km', type: 'DOUBLE', value: ({ trip }) => trip.meter?.distance ?? null },
  { name: 'empty_km', type: 'DOUBLE', value: ({ trip }) => trip.meter?.emptyDistance ?? null },
  { name: 'fare_yuan', type: 'DOUBLE', value: ({ trip }) => trip.meter?.fare ?? null },
  { name: 'extra_yuan', type: 'DOUBLE', value: ({ trip }) => trip.meter?.extra ?? null },
  { name: 'waiting_seconds', type: 'DOUBLE', value: ({ trip }) => trip.meter?.waitingSeconds ?? null },
  { name: 'payment', type: 'STRING', value: ({ trip }) => trip.meter?.payment ?? null },
  { name: 'meter_number', type: 'DOUBLE', value: ({ trip }) => trip.meter?.number ?? null },
  { name: 'order_id', type: 'DOUBLE', value: ({ trip }) => trip.orderId },
  { name: 'rating', type: 'STRING', value: ({ trip }) => trip.rating },
  { name: 'verdict', type: 'STRING', value: ({ trip }) => trip.verdict },
  { name: 'distance_check', type: 'STRING', value: ({ trip }) => trip.checks.distance.verdict },
  { name: 'track_km', type: 'DOUBLE', value: ({ trip }) => trip.checks.distance.track },
  { name: 'odometer_km', type: 'DOUBLE', value: ({ trip }) => trip.checks.distance.odometer },
  { name: 'start_check', type: 'STRING', value: ({ trip }) => trip.checks.start.verdict },
  { name: 'start_metres', type: 'DOUBLE', value: ({ trip }) => trip.checks.start.metres },
  { name: 'end_check', type: 'STRING', value: ({ trip }) => trip.checks.end.verdict },
  { name: 'end_metres', type: 'DOUBLE', value: ({ trip }) => trip.checks.end.metres },
  { name: 'loaded_check', type: 'STRING', value: ({ trip }) => trip.checks.loaded.verdict },
  { name: 'clock_check', type: 'STRING', value: ({ trip }) => trip.checks.clock.verdict },
];
