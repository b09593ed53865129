import { z } from 'zod';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { json, type Route, route } from '../route.js';
import { liveStatsSchema, readinessSchema } from '../schemas/system.js';

/** Health, metrics and counters: what operators look at. */
export function systemRoutes(app: App): Route[] {
  const { deps, metrics } = app;

  return [
    route({
      method: 'get',
      path: '/livez',
      auth: 'none',
      tag: 'System',
      summary: 'The process answers',
      responses: { 200: { description: 'alive', schema: z.object({ alive: z.literal(true) }) } },
      handle: () => json({ alive: true }),
    }),
    route({
      method: 'get',
      path: '/readyz',
      auth: 'none',
      tag: 'System',
      summary: 'Input is taken and kept',
      description: 'Does not depend on the database, whose state is told all the same.',
      responses: {
        200: { description: 'ready', schema: readinessSchema },
        503: { description: 'not ready', schema: readinessSchema },
      },
      handle() {
        const readiness = deps.readiness();
        return json(readiness, readiness.ready ? 200 : 503);
      },
    }),
    route({
      method: 'get',
      path: '/metrics',
      auth: 'none',
      tag: 'System',
      summary: 'Series for Prometheus',
      responses: { 200: { description: 'series', types: { [metrics.contentType]: 'Prometheus text' } } },
      handle: async () => ({
        status: 200,
        headers: [['Content-Type', metrics.contentType]],
        body: await metrics.text(),
      }),
    }),
    route({
      method: 'get',
      path: '/v1/stats/live',
      auth: 'key',
      tag: 'System',
      summary: 'Counters on which conservation is checked',
      responses: { 200: { description: 'counters', schema: liveStatsSchema } },
      handle: () => {
        // A node that takes nothing in has the main node answer.
        if (!deps.stats) throw new ApiError('main-node-away', 'only the main node counts what comes in');
        return json(deps.stats());
      },
    }),
  ];
}
