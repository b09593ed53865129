import { z } from 'zod';
import type { App } from './app.js';
import { asyncapi } from './document/asyncapi.js';
import { openapi } from './document/openapi.js';
import { json, type Route, route } from './route.js';
import { alertActionRoutes } from './routes/alert-actions.js';
import { mqttAlertRoutes } from './routes/alert-receivers.js';
import { alertRoutes } from './routes/alerts.js';
import { auditRoutes } from './routes/audit.js';
import { commandRoutes } from './routes/commands.js';
import { eventStreamRoutes } from './routes/event-streams.js';
import { fenceConsistencyRoutes } from './routes/fence-consistency.js';
import { fenceRoutes } from './routes/fences.js';
import { frameRoutes } from './routes/frames.js';
import { mediaRoutes } from './routes/media.js';
import { muteRoutes } from './routes/mutes.js';
import { playbackRoutes } from './routes/playback.js';
import { positionRoutes } from './routes/positions.js';
import { protocolRoutes } from './routes/protocols.js';
import { quarantineRoutes } from './routes/quarantine.js';
import { quirkRoutes } from './routes/quirks.js';
import { reportRoutes } from './routes/reports.js';
import { roadRoutes } from './routes/roads.js';
import { ruleRoutes } from './routes/rules.js';
import { searchRoutes } from './routes/search.js';
import { systemRoutes } from './routes/system.js';
import { taxiRoutes } from './routes/taxi.js';
import { trackRoutes } from './routes/track.js';
import { tripRoutes } from './routes/trips.js';
import { uploadRoutes } from './routes/uploads.js';
import { vehicleRoutes } from './routes/vehicles.js';
import { weatherRoutes } from './routes/weather.js';
import { webhookRoutes } from './routes/webhooks.js';

/** The one table: what is not in it is 404, and what is in it is in the document. */
export function routeTable(app: App): Route[] {
  const routes: Route[] = [
    ...vehicleRoutes(app),
    ...trackRoutes(app),
    ...frameRoutes(app),
    ...tripRoutes(app),
    ...reportRoutes(app),
    ...taxiRoutes(app),
    ...uploadRoutes(app),
    ...mediaRoutes(app),
    ...searchRoutes(app),
    ...playbackRoutes(app),
    ...fenceConsistencyRoutes(app),
    ...fenceRoutes(app),
    ...ruleRoutes(app),
    ...roadRoutes(app),
    ...weatherRoutes(app),
    ...alertRoutes(app),
    ...eventStreamRoutes(app),
    ...webhookRoutes(app),
    ...mqttAlertRoutes(app),
    ...alertActionRoutes(app),
    ...muteRoutes(app),
    ...commandRoutes(app),
    ...positionRoutes(app),
    ...protocolRoutes(app),
    ...quarantineRoutes(app),
    ...quirkRoutes(app),
    ...auditRoutes(app),
    ...systemRoutes(app),
    route({
      method: 'get',
      path: '/openapi.json',
      auth: 'none',
      tag: 'System',
      summary: 'This document',
      responses: { 200: { description: 'OpenAPI 3.1', schema: z.record(z.string(), z.unknown()) } },
      handle: () => json((text ??= JSON.stringify(openapi(routes, app.options.version)))),
    }),
    route({
      method: 'get',
      path: '/asyncapi.json',
      auth: 'none',
      tag: 'System',
      summary: 'The live stream, described',
      responses: { 200: { description: 'AsyncAPI 3.0', schema: z.record(z.string(), z.unknown()) } },
      handle: () => json((stream ??= JSON.stringify(asyncapi(app.options.version)))),
    }),
  ];
  let text: string | undefined;
  let stream: string | undefined;
  return routes;
}
