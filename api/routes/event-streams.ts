import { z } from 'zod';
import { drawnAs } from '../../model/datum-shift.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { alertFilterParams, newsFilter } from '../alerts/alert-filter.js';
import type { App } from '../app.js';
import { bboxFrom, datumParam } from '../datum.js';
import { bboxParam, booleanParam, listParam } from '../parameters.js';
import { type Route, route } from '../route.js';
import { stepCursor } from '../schemas/alerts.js';
import { vehicleId } from '../schemas/common.js';
import { alertEvents } from '../stream/alert-events.js';
import { EVENT_STREAM_HEADERS } from '../stream/events.js';
import { positionEvents } from '../stream/position-events.js';
import { VehicleFilter } from '../vehicles/vehicle-filter.js';

const RESPONSES = { 200: { description: 'a stream of events', types: { 'text/event-stream': 'events, without end' } } };

/** For those who read plain HTTP and want to be told: docs/feeds.md. */
export function eventStreamRoutes(app: App): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/stream/alerts',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Steps in the life of alerts as server-sent events',
      description:
        'Each event has its cursor as `id` and `{cursor, transition, alert}` as `data`. The first, `subscribed`, tells in `recovered` whether the stream goes on behind the cursor that came with `Last-Event-ID` or as a parameter. A comment comes every 15 seconds. Where only the main node has what comes next, and does not answer, the event `main-node-away` says so and the stream ends: come back after the time that `retry` says.',
      query: z.strictObject({ ...alertFilterParams, cursor: stepCursor.optional(), datum: datumParam }),
      responses: RESPONSES,
      errors: ['busy'],
      async handle({ query, request }) {
        const { cursor: begin, datum, ...filter } = query;
        // An EventSource comes back to the address that it was made with: what it has heard since is in the header.
        const cursor = request.headers['last-event-id'] || begin;
        const wanted = { filter: newsFilter(filter), datum: drawnAs(datum), cursor };
        const body = await alertEvents(app, wanted, request);
        return { status: 200, headers: EVENT_STREAM_HEADERS, body };
      },
    }),
    route({
      method: 'get',
      path: '/v1/stream/positions',
      auth: 'key',
      tag: 'Vehicles',
      summary: 'Live positions in a box as server-sent events',
      description:
        'The `data` of an event is what the WebSocket stream says of positions: a snapshot, then once a second what changed; densities where the box holds too many vehicles.',
      query: z.strictObject({
        bbox: bboxParam,
        datum: datumParam,
        online: booleanParam.optional(),
        category: listParam(z.enum(VEHICLE_CATEGORIES)).optional(),
        plate: z.string().min(1).max(32).optional(),
        ids: listParam(vehicleId, 500).optional(),
      }),
      responses: RESPONSES,
      errors: ['busy'],
      handle({ query: { bbox, datum, ...filter }, request }) {
        const sight = {
          bbox: bboxFrom(datum, bbox),
          filter: new VehicleFilter(filter, app.deps.catalog),
          format: 'json',
          datum: drawnAs(datum),
        } as const;
        return { status: 200, headers: EVENT_STREAM_HEADERS, body: positionEvents(app, sight, request) };
      },
    }),
  ];
}
