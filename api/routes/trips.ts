import { z } from 'zod';
import { msToRfc3339 } from '../../model/units.js';
import type { App } from '../app.js';
import { stopJson, stopSchema, tripJson, tripSchema } from '../journey-json.js';
import { limitParam } from '../parameters.js';
import { period, periodQuery } from '../period.js';
import { json, type Route, route } from '../route.js';
import { vehicleId } from '../schemas.js';
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
      query: z.strictObject({ ...periodQuery, limit: limitParam(MAX_TRIPS, 1000) }),
      responses: { 200: { description: 'oldest first', schema: tripsSchema } },
      errors: ['not-found', 'database-away'],
      async handle({ params, query }) {
        const vehicle = knownVehicle(app, params.id);
        const { from, to } = period(query, app.now(), MAX_DAYS);
        const { trips, stops } = await app.deps.travel.journey(vehicle.no, from, to, query.limit + 1);
        // Both lists end at the same moment, so that asking from there on shows nothing twice and misses nothing.
        const cut = Math.min(trips[query.limit]?.start ?? Infinity, stops[query.limit]?.start ?? Infinity);
        return json({
          trips: trips.filter(({ start }) => start < cut).map(tripJson),
          stops: stops.filter(({ start }) => start < cut).map(stopJson),
          cursor: msToRfc3339(cut),
        });
      },
    }),
  ];
}
