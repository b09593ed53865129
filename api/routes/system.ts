import { z } from 'zod';
import { REJECT_REASONS } from '../../model/reject.js';
import { msToRfc3339 } from '../../model/units.js';
import type { App } from '../app.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { listOf, liveStatsSchema, quarantineEntrySchema, readinessSchema } from '../schemas.js';

const quarantineQuery = z.strictObject({ limit: limitParam(1000, 100), cursor: cursorParam.optional() });

/** Health, metrics, counters and what was refused: what operators look at. */
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
      handle: () => json(deps.stats()),
    }),
    route({
      method: 'get',
      path: '/v1/quarantine',
      auth: 'key',
      tag: 'System',
      summary: 'Refused frames and fixes, newest first',
      description: `A bounded sample with the raw bytes. Reasons: ${Object.entries(REJECT_REASONS)
        .map(([reason, meaning]) => `\`${reason}\` (${meaning})`)
        .join(', ')}.`,
      query: quarantineQuery,
      responses: { 200: { description: 'a page of them', schema: listOf(quarantineEntrySchema) } },
      handle({ query }) {
        const before = query.cursor === undefined ? undefined : Number(readCursor('quarantine', query.cursor)[0]);
        const entries = deps.quarantine.list(query.limit + 1, before);
        const page = entries.slice(0, query.limit);
        const items = page.map(({ number, at, source, reason, detail, peer, address, length, bytes }) => ({
          number,
          at: msToRfc3339(at),
          source,
          reason,
          detail,
          peer,
          address,
          length,
          bytes: Buffer.from(bytes).toString('hex'),
        }));
        const more = entries.length > page.length;
        return json({ items, cursor: more ? writeCursor('quarantine', [page[page.length - 1].number]) : null });
      },
    }),
  ];
}
