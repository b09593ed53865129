import { z } from 'zod';
import type { Alert, AlertPlace, AlertTransition } from '../../model/alert.js';
import type { Datum } from '../../model/datum.js';
import { drawnAs } from '../../model/datum-shift.js';
import { AlertExports } from '../alerts/alert-export.js';
import { ALERT_FILES, ALERT_FORMATS, type AlertFormat } from '../alerts/alert-files.js';
import { alertFilterParams, newsFilter } from '../alerts/alert-filter.js';
import { historyStepJson, historyStepSchema } from '../alerts/alert-history.js';
import { AlertPages, isAway } from '../alerts/alert-pages.js';
import type { App } from '../app.js';
import { datumParam, datumQuery, inDatum } from '../datum.js';
import type { Request } from '../http/endpoint.js';
import { ApiError } from '../http/errors.js';
import {
  booleanParam,
  cursorParam,
  limitParam,
  numberParam,
  readCursor,
  timeParam,
  writeCursor,
} from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { alertSchema, alertStepSchema, stepCursor, whySchema } from '../schemas/alerts.js';
import { alertId, listOf } from '../schemas/common.js';
import { pullAlerts } from '../stream/pull.js';
import { fenceJson } from './fences.js';

/** Alerts that are read at once for a file. */
const EXPORT_PAGE = 1000;

const listQuery = z.strictObject({
  ...alertFilterParams,
  grouped: booleanParam.optional().describe('true: of alerts that repeat each other, only the newest'),
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(1000, 100),
  cursor: cursorParam.optional(),
  format: z
    .enum(['json', ...ALERT_FORMATS])
    .default('json')
    .describe('json: a page; the others: a file of all alerts that match'),
  lastId: alertId
    .optional()
    .describe(
      'the last alert that came whole of a file which was broken off (csv, geojsonseq): what comes behind it, without a head, to be added to that file',
    ),
  after: stepCursor.optional().describe('steps after this place in the alert log, oldest first, instead of the list'),
  datum: datumParam,
  wait: numberParam(0, 60, 'seconds')
    .optional()
    .describe('with `after`: how many seconds an answer without steps waits'),
});

const stepsSchema = z
  .object({
    items: z.array(alertStepSchema),
    cursor: z.string().describe('give it as `after` next time'),
    recovered: z.boolean().describe('false: steps after the cursor given are no longer kept; list alerts instead'),
  })
  .meta({ id: 'AlertSteps' });

export const alertIdParam = z.strictObject({ id: alertId });

const historyQuery = z.strictObject({
  limit: limitParam(1000, 100),
  cursor: cursorParam.optional(),
  datum: datumParam,
});

const pageSchema = listOf(alertSchema).extend({
  partial: z.string().optional().describe('there where older alerts could not be read: why'),
});

const historySchema = listOf(historyStepSchema).extend({
  partial: z.string().optional().describe('there where earlier steps could not be read: why'),
});

/** What alerts are, and were; what people do with them is in alert-actions.ts. */
export function alertRoutes(app: App): Route[] {
  const { alerts, history, catalog } = app.deps;
  const pages = new AlertPages(app.deps);
  const exports = new AlertExports();

  return [
    route({
      method: 'get',
      path: '/v1/alerts',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Alerts, newest first',
      description:
        'By the time at which their condition began. While the database is away the list holds what is open or recent, and `partial` says so. With `after` it answers instead with the steps in the life of alerts after that place in the alert log, in their order, and waits for one where there is none: docs/feeds.md.',
      query: listQuery,
      responses: {
        200: {
          description: 'a page of alerts; with `after`, of steps',
          schema: z.union([pageSchema, stepsSchema]),
          types: {
            'text/csv': 'a row per alert',
            'application/geo+json': 'a FeatureCollection of points, each with the alert as its properties',
            'application/geo+json-seq': 'the same points as a sequence (RFC 8142)',
            'application/vnd.apache.parquet': 'a row per alert',
          },
        },
      },
      errors: ['busy', 'database-away', 'main-node-away'],
      async handle({ query, request }) {
        const { format, after, datum, lastId, ...question } = query;
        if (format !== 'json') {
          const pages = alertPages({ ...question, after }, format, lastId);
          return exports.answer(format, pagesIn(datum, pages), lastId !== undefined);
        }
        if (lastId !== undefined) throw wrongQuery('lastId', 'is for files; pages go on by `cursor`');
        if (after !== undefined) return json(await pullSteps(question, datum, after, request));
        return json(inDatum(datum, await listAlerts(question)));
      },
    }),
    route({
      method: 'get',
      path: '/v1/alerts/{id}',
      auth: 'key',
      tag: 'Alerts',
      summary: 'One alert',
      params: alertIdParam,
      query: datumQuery,
      responses: { 200: { description: 'in its newest form', schema: alertSchema } },
      errors: ['not-found', 'database-away'],
      handle: async ({ params, query }) => json(inDatum(query.datum, await knownAlert(app, params.id))),
    }),
    route({
      method: 'get',
      path: '/v1/alerts/{id}/why',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Why it was raised',
      description: 'The rule and its revision, the fixes used, every threshold compared, and the result.',
      params: alertIdParam,
      query: datumQuery,
      responses: { 200: { description: 'its evidence', schema: whySchema } },
      errors: ['not-found', 'database-away'],
      async handle({ params, query }) {
        const { id, type, ruleId, ruleRevision, evidence, fenceId } = await knownAlert(app, params.id);
        const fence = fenceId === null ? undefined : catalog.fenceById(fenceId);
        const why = { id, type, ruleId, ruleRevision, evidence, fence: fence ? fenceJson(fence) : null };
        return json(inDatum(query.datum, why));
      },
    }),
    route({
      method: 'get',
      path: '/v1/alerts/{id}/history',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Every step in its life, oldest first',
      description: 'What the condition did, what people said, and which deadlines passed: each step is one revision.',
      params: alertIdParam,
      query: historyQuery,
      responses: { 200: { description: 'a page of steps', schema: historySchema } },
      errors: ['not-found', 'database-away'],
      async handle({ params: { id }, query: { limit, cursor, datum } }) {
        await knownAlert(app, id);
        const after = cursor === undefined ? 0 : readCursor('alert-history', cursor, ['number'])[0];
        const { steps, partial } = await stepsOf(id, after, limit);
        const items = steps.slice(0, limit).map(historyStepJson);
        const next = steps.length > limit ? writeCursor('alert-history', [items[limit - 1].revision]) : null;
        return json(inDatum(datum, { items, cursor: next, ...(partial && { partial }) }));
      },
    }),
  ];

  /** Steps that made a later revision than `after`, at least one more than `limit` where there are so many. */
  async function stepsOf(
    id: string,
    after: number,
    limit: number,
  ): Promise<{ steps: AlertTransition[]; partial?: string }> {
    let stored: AlertTransition[] = [];
    let partial: string | undefined;
    try {
      stored = await history.alertSteps(id, after, limit + 1);
    } catch (error) {
      if (!isAway(error)) throw error;
      partial = 'the database is away: only steps of late';
    }
    // The newest are in memory before they are in the database.
    const from = stored.at(-1)?.alert.revision ?? after;
    const recent = alerts.since(alerts.oldest, Infinity);
    const steps = [...stored, ...recent.filter(({ alert }) => alert.id === id && alert.revision > from)];
    return { steps, partial };
  }

  function pullSteps(query: ListQuery, datum: Datum, after: string, request: Request): Promise<string> {
    const { limit, wait = 0, cursor, grouped, ...filter } = query;
    if (cursor !== undefined) throw wrongQuery('cursor', 'is for the list; steps go on by `after`');
    if (grouped !== undefined) throw wrongQuery('grouped', 'is for the list: every step is told');
    const pull = { filter: newsFilter(filter), datum: drawnAs(datum), after, waitMs: wait * 1000, limit };
    return pullAlerts(app, pull, request);
  }

  /** All alerts that match, newest first, or those behind `lastId`; throws 'database-away' where only those in memory can be had. */
  async function* alertPages(query: ListQuery, format: AlertFormat, lastId?: string): AsyncIterable<Alert[]> {
    for (const name of ['cursor', 'after'] as const) {
      if (query[name] !== undefined) throw wrongQuery(name, 'is for pages: a file has all of them');
    }
    let cursor: string | undefined;
    if (lastId !== undefined) {
      if (!ALERT_FILES[format]().resumable) throw wrongQuery('lastId', `a ${format} file cannot be gone on with`);
      const last = alerts.get(lastId) ?? (await history.alert(lastId));
      if (!last) throw wrongQuery('lastId', `there is no alert "${lastId}"`);
      cursor = writePlace(last);
    }
    do {
      const page = await listAlerts({ ...query, limit: EXPORT_PAGE, cursor }, false);
      if (page.partial) throw new ApiError('database-away', page.partial);
      if (page.items.length > 0) yield page.items;
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
  }

  async function listAlerts(query: ListQuery, shared = true): Promise<AlertList> {
    const { cursor, wait, after: _, ...question } = query;
    if (wait !== undefined) throw wrongQuery('wait', 'is for steps: give `after` too');
    const after = cursor === undefined ? undefined : readPlace(cursor);
    const { items, next, partial } = await pages.page({ ...question, after }, shared);
    return { items, cursor: next && writePlace(next), ...(partial && { partial }) };
  }
}

/** The alert in its newest form; throws ApiError where there is none. */
export async function knownAlert(app: App, id: string): Promise<Alert> {
  const alert = app.deps.alerts.get(id) ?? (await app.deps.history.alert(id));
  if (alert) return alert;
  throw new ApiError('not-found', `no alert with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
}

function wrongQuery(name: string, message: string): ApiError {
  return new ApiError('bad-request', `query.${name}: ${message}`, [{ path: `query.${name}`, message }]);
}

async function* pagesIn(datum: Datum, pages: AsyncIterable<Alert[]>): AsyncIterable<Alert[]> {
  for await (const page of pages) yield inDatum(datum, page);
}

/** What is asked for, without how it is to be written. */
type ListQuery = Omit<z.output<typeof listQuery>, 'format' | 'datum' | 'lastId'>;

interface AlertList {
  items: Alert[];
  cursor: string | null;
  partial?: string;
}

function writePlace({ occurredAt, id }: Alert): string {
  return writeCursor('alerts', [Date.parse(occurredAt), id]);
}

function readPlace(cursor: string): AlertPlace {
  const [occurredAt, id] = readCursor('alerts', cursor, ['time', 'text']);
  return { occurredAt, id };
}
