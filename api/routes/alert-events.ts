import { z } from 'zod';
import { alertFilterParams, newsFilter } from '../alert-filter.js';
import { stepCursor } from '../alert-schemas.js';
import type { App } from '../app.js';
import { type Route, route } from '../route.js';
import { alertEvents, EVENT_STREAM_HEADERS } from '../stream/sse.js';

/** Alerts for those who read plain HTTP and want to be told: docs/feeds.md. */
export function alertEventRoutes(app: App): Route[] {
  return [
    route({
      method: 'get',
      path: '/v1/stream/alerts',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Steps in the life of alerts as server-sent events',
      description:
        'Each event has its cursor as `id` and `{cursor, transition, alert}` as `data`. The first, `subscribed`, tells in `recovered` whether the stream goes on behind the cursor that came with `Last-Event-ID` or as a parameter. A comment comes every 15 seconds.',
      query: z.strictObject({ ...alertFilterParams, cursor: stepCursor.optional() }),
      responses: { 200: { description: 'a stream of events', types: { 'text/event-stream': 'events, without end' } } },
      errors: ['busy'],
      handle({ query, request }) {
        const { cursor = request.headers['last-event-id'] || undefined, ...filter } = query;
        const wanted = { filter: newsFilter(filter), cursor };
        const body = alertEvents(app.deps.alerts, app.alertNews, wanted, request);
        return { status: 200, headers: EVENT_STREAM_HEADERS, body };
      },
    }),
  ];
}
