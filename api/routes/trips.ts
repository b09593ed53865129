import { z } from 'zod';
import type { Datum } from '../../model/datum.js';
import type { Journey } from '../../model/trip.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { App } from '../app.js';
import { datumParam, inDatum } from '../datum.js';
import { Slots } from '../http/slots.js';
import { stopJson, stopSchema, tripJson, tripSchema } from '../journeys/journey-json.js';
import { JOURNEY_COLUMNS, journeyRows } from '../journeys/journey-table.js';
import { csvAnswer, tableFormat } from '../output/table.js';
import { limitParam } from '../parameters.js';
import { period, periodQuery } from '../period.js';
import { json, type Route, route } from '../route.js';
import { vehicleId } from '../schemas/common.js';
import { knownVehicle } from './vehicles.js';

const MAX_DAYS = 366;
const MAX_TRIPS = 5000;

const tripsSchema = z
  .object({
    trips: z.array(tripSchema),
    stops: z.array(stopSchema),
    cursor: z.iso.datetime({ offset: true }).nullable().describe('where the list was cut: the next `from`'),
  })
  .meta({ id: 'Trips' });

export function tripRoutes(app: App): Route[] {
  const slots = Slots.few();
  return [
    route({
      method: 'get',
      path: '/v1/vehicles/{id}/trips',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Trips and stops',
      description:
        'Those that overlap the period, whole, at most 366 days. A stop is a stay of 5 min within 100 m (2 min with the ' +
        'ignition off); silence of more than 10 min belongs to a stop where the vehicle then is within 500 m, and is a ' +
        'gap otherwise. They follow new fixes within a minute or so, and are corrected when late ones arrive.',
      params: z.strictObject({ id: vehicleId }),
      query: z.strictObject({
        ...periodQuery,
        limit: limitParam(MAX_TRIPS, 1000),
        format: tableFormat,
        datum: datumParam,
      }),
      responses: {
        200: {
          description: 'oldest first',
          schema: tripsSchema,
          types: { 'text/csv': 'a row per trip or stop, in the order of their beginning' },
        },
      },
      errors: ['not-found', 'database-away', 'busy'],
      async handle({ params, query }) {
        const vehicle = knownVehicle(app, params.id);
        const { from, to } = period(query, app.now(), MAX_DAYS);
        if (query.format === 'csv') {
          return csvAnswer(slots, `trips-${vehicle.id}`, JOURNEY_COLUMNS, rowsOf(vehicle, from, to, query.datum));
        }
        const { trips, stops, cut } = await journey(vehicle.no, from, to, query.limit);
        const found = { trips: trips.map(tripJson), stops: stops.map(stopJson) };
        return json({ ...inDatum(query.datum, found), cursor: msToRfc3339(cut) });
      },
    }),
  ];

  /** At most `limit` of each, and the time at which both lists are cut; Infinity where they are whole. */
  async function journey(
    vehicleNo: number,
    from: number,
    to: number,
    limit: number,
  ): Promise<Journey & { cut: number }> {
    const { trips, stops } = await app.deps.travel.journey(vehicleNo, from, to, limit + 1);
    // Both end at the same moment, so that asking from there on shows nothing twice and misses nothing.
    const cut = Math.min(trips[limit]?.start ?? Infinity, stops[limit]?.start ?? Infinity);
    const before = ({ start }: { start: number }) => start < cut;
    return { trips: trips.filter(before), stops: stops.filter(before), cut };
  }

  async function* rowsOf(vehicle: Vehicle, from: number, to: number, datum: Datum) {
    for (let start = from; start < to; ) {
      const page = await journey(vehicle.no, start, to, MAX_TRIPS);
      yield inDatum(datum, journeyRows(vehicle, page));
      start = page.cut;
    }
  }
}
