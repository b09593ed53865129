import { z } from 'zod';
import { jsonNumber } from '../../model/position.js';
import type { Stop, Trip } from '../../model/trip.js';
import { msToRfc3339 } from '../../model/units.js';

const time = z.iso.datetime({ offset: true });
const place = z.object({ lon: z.number(), lat: z.number() });

export const tripSchema = z
  .object({
    from: time,
    to: time,
    start: place,
    end: place,
    ended: z
      .enum(['stop', 'gap'])
      .nullable()
      .describe('what came then: it stood, or it moved unseen for more than 10 min; null: it may go on'),
    seconds: z.number(),
    distance: z.number().describe('km along the fixes'),
    odometer: z.number().nullable().describe('km by the odometer'),
    averageSpeed: z.number().nullable().describe('km/h'),
    maxSpeed: z.number().nullable().describe('km/h'),
    fixes: z.int(),
  })
  .meta({ id: 'Trip' });

export const stopSchema = z
  .object({
    from: time,
    to: time,
    lon: z.number(),
    lat: z.number(),
    seconds: z.number(),
    open: z.boolean().describe('nothing came after it yet'),
    silentSeconds: z.number().describe('of it, without a fix for more than 10 min'),
    idleSeconds: z.number().describe('of it, with the ignition known to be on'),
    ignitionOff: z.boolean().describe('the ignition was known to be off'),
    fixes: z.int(),
  })
  .meta({ id: 'Stop' });

export function tripJson(trip: Trip): z.output<typeof tripSchema> {
  const ms = trip.end - trip.start;
  return {
    from: msToRfc3339(trip.start)!,
    to: msToRfc3339(trip.end)!,
    start: placeJson(trip.startLon, trip.startLat),
    end: placeJson(trip.endLon, trip.endLat),
    ended: trip.ended,
    seconds: ms / 1000,
    distance: jsonNumber(trip.distanceM / 1000, 3)!,
    odometer: jsonNumber(trip.odometerKm, 1),
    averageSpeed: jsonNumber((trip.distanceM * 3600) / ms, 1),
    maxSpeed: jsonNumber(trip.maxSpeedKmh, 1),
    fixes: trip.fixes,
  };
}

export function stopJson(stop: Stop): z.output<typeof stopSchema> {
  return {
    from: msToRfc3339(stop.start)!,
    to: msToRfc3339(stop.end)!,
    ...placeJson(stop.lon, stop.lat),
    seconds: (stop.end - stop.start) / 1000,
    open: stop.open,
    silentSeconds: (stop.silentMs + stop.end - stop.seenUntil) / 1000,
    idleSeconds: stop.idleMs / 1000,
    ignitionOff: stop.ignitionOff,
    fixes: stop.fixes,
  };
}

function placeJson(lon: number, lat: number): { lon: number; lat: number } {
  return { lon: jsonNumber(lon, 7)!, lat: jsonNumber(lat, 7)! };
}
