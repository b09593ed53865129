import { z } from 'zod';
import type { Datum } from '../../model/datum.js';
import { copyOfFix } from '../../model/fixes.js';
import { maskName, maskNumber } from '../../model/mask.js';
import { type MeterTrip, meterTripOf, tripTimes } from '../../model/meter-trip.js';
import type { Position } from '../../model/position.js';
import { type Shift, shiftsOf } from '../../model/shift.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Upload, UploadKind, UploadPlace } from '../../model/upload.js';
import type { Vehicle } from '../../model/vehicle.js';
import { CHECK_MARGIN_MS, checkMeterTrip, LONGEST_TRIP_MS } from '../../tracks/meter-check.js';
import type { App } from '../app.js';
import { datumParam, inDatum } from '../datum.js';
import { Slots } from '../http/slots.js';
import { METER_TRIP_COLUMNS, type MeterTripJson, meterTripJson, meterTripSchema } from '../journeys/meter-trip-json.js';
import { maskDeep } from '../output/mask.js';
import { csvAnswer, tableFormat } from '../output/table.js';
import { cursorParam, limitParam } from '../parameters.js';
import { period, periodQuery } from '../period.js';
import { json, type Route, route } from '../route.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { nextUploads, readUploadPlace } from './uploads.js';
import { knownVehicle } from './vehicles.js';

const MAX_DAYS = 366;
const MAX_TRIPS = 500;
const SHIFT_DAYS = 31;
/** Nobody drives for longer without signing on again: how far back a shift of the period may have begun, ms. */
const LONGEST_SHIFT_MS = 24 * 3_600_000;
const MAX_REPORTS = 10_000;

const shiftSchema = z
  .object({
    from: z.iso.datetime({ offset: true }).nullable().describe('signed on; null where only the end was heard'),
    to: z.iso.datetime({ offset: true }).nullable().describe('signed off; null where that was not heard (yet)'),
    certificate: z.string().nullable().describe('masked'),
    name: z.string().nullable().describe('masked'),
    company: z.string().nullable(),
    sums: z.record(z.string(), z.unknown()).nullable().describe('what the meter added up, in the report’s own words'),
  })
  .meta({ id: 'Shift' });

/** What taxis hand in besides where they are (JT/T 905): trips with their meter, shifts of their drivers. */
export function taxiRoutes(app: App): Route[] {
  const slots = Slots.few();
  return [
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/meter-trips',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Trips of a taxi by its meter, held against its track',
      description:
        'Those that ended in the period, newest first. Each is checked against the fixes when it is asked for, so late ' +
        'fixes count: distance within 10 % or 0.3 km of the odometer, or else of the way along the fixes; start and end ' +
        'within 300 m of the track; 90 % of the fixes on the way say loaded; clocks within 3 min.',
      params: z.strictObject({ id: vehicleId }),
      query: z.strictObject({
        ...periodQuery,
        limit: limitParam(MAX_TRIPS, 100),
        cursor: cursorParam.optional(),
        format: tableFormat,
        datum: datumParam,
      }),
      responses: {
        200: {
          description: 'a page of trips',
          schema: listOf(meterTripSchema),
          types: { 'text/csv': 'a row per trip' },
        },
      },
      errors: ['not-found', 'database-away', 'busy'],
      async handle({ params, query }) {
        const vehicle = knownVehicle(app, params.id);
        const { from, to } = period(query, app.now(), MAX_DAYS);
        if (query.format === 'csv') {
          return csvAnswer(
            slots,
            `meter-trips-${vehicle.id}`,
            METER_TRIP_COLUMNS,
            rowsOf(vehicle, from, to, query.datum),
          );
        }
        const after = query.cursor === undefined ? undefined : readUploadPlace(query.cursor);
        const found = await reports(vehicle, ['trip'], from, to, query.limit + 1, after);
        const items = await checked(vehicle, found.slice(0, query.limit));
        return json({ items: inDatum(query.datum, items), cursor: nextUploads(found, query.limit) });
      },
    }),
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/shifts',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Who drove when, by signing on and off',
      description: `Shifts that overlap the period, at most ${SHIFT_DAYS} days, oldest first.`,
      params: z.strictObject({ id: vehicleId }),
      query: z.strictObject(periodQuery),
      responses: { 200: { description: 'shifts', schema: z.object({ items: z.array(shiftSchema) }) } },
      errors: ['not-found', 'database-away'],
      async handle({ params, query }) {
        const vehicle = knownVehicle(app, params.id);
        const { from, to } = period(query, app.now(), SHIFT_DAYS);
        const found = await reports(vehicle, ['driver', 'shift'], from - LONGEST_SHIFT_MS, to, MAX_REPORTS);
        const shifts = shiftsOf(found).filter(({ start, end }) => (end ?? Infinity) >= from && (start ?? from) < to);
        return json({ items: shifts.map(shiftJson) });
      },
    }),
  ];

  function reports(vehicle: Vehicle, kind: UploadKind[], from: number, to: number, limit: number, after?: UploadPlace) {
    return app.deps.uploads.list({ vehicleNo: vehicle.no, kind, from, to, limit, after });
  }

  async function checked(vehicle: Vehicle, uploads: readonly Upload[]): Promise<MeterTripJson[]> {
    const trips: MeterTripJson[] = [];
    for (const trip of uploads.map(meterTripOf)) {
      if (trip !== null) trips.push(meterTripJson(trip, checkMeterTrip(trip, await fixesOf(vehicle, trip))));
    }
    return trips;
  }

  async function fixesOf(vehicle: Vehicle, trip: MeterTrip): Promise<Position[]> {
    const { start, end } = tripTimes(trip);
    const fixes: Position[] = [];
    if (!(end >= start && end - start <= LONGEST_TRIP_MS)) return fixes;
    for await (const batch of app.deps.history.track(vehicle.no, start - CHECK_MARGIN_MS, end + CHECK_MARGIN_MS)) {
      for (const fix of batch) fixes.push(copyOfFix(fix));
    }
    return fixes;
  }

  async function* rowsOf(vehicle: Vehicle, from: number, to: number, datum: Datum) {
    for (let after: UploadPlace | undefined; ; ) {
      const page = await reports(vehicle, ['trip'], from, to, MAX_TRIPS, after);
      yield inDatum(datum, await checked(vehicle, page)).map((trip) => ({ vehicle, trip }));
      if (page.length < MAX_TRIPS) return;
      after = page[page.length - 1];
    }
  }
}

function shiftJson({ start, end, certificate, name, company, sums }: Shift): z.output<typeof shiftSchema> {
  return {
    from: msToRfc3339(start ?? Number.NaN),
    to: msToRfc3339(end ?? Number.NaN),
    certificate: maskNumber(certificate),
    name: maskName(name),
    company,
    sums: sums === null ? null : maskDeep({ ...sums }),
  };
}
