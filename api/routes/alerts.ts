import { z } from 'zod';
import { SETTLING, stateAfter } from '../../alerts/alert-actions.js';
import type { Alert, AlertFilter, AlertPlace } from '../../model/alert.js';
import { AlertExports } from '../alert-export.js';
import { ALERT_FORMATS } from '../alert-files.js';
import { alertFilterParams, matchesAlert, newsFilter } from '../alert-filter.js';
import { alertActionSchema, alertSchema, alertStepSchema, stepCursor, whySchema } from '../alert-schemas.js';
import type { App } from '../app.js';
import { ApiError } from '../errors.js';
import type { Request } from '../http.js';
import { cursorParam, limitParam, numberParam, readCursor, timeParam, writeCursor } from '../parameters.js';
import { refusal } from '../refusal.js';
import { json, type Route, route } from '../route.js';
import { alertId, listOf } from '../schemas.js';
import { SharedReads } from '../shared-reads.js';
import { pullAlerts } from '../stream/pull.js';
import { fenceJson } from './fences.js';

/** How long a person's action may wait to be seen in the alert before it is only confirmed as taken. */
const VISIBLE_WITHIN_MS = 2000;

/** Alerts that are read at once for a file. */
const EXPORT_PAGE = 1000;

/** How long an answer of the database to the same question is good. */
const STORED_KEPT_MS = 1000;

const listQuery = z.strictObject({
  ...alertFilterParams,
  from: timeParam.optional(),
  to: timeParam.optional(),
  limit: limitParam(1000, 100),
  cursor: cursorParam.optional(),
  format: z
    .enum(['json', ...ALERT_FORMATS])
    .default('json')
    .describe('json: a page; the others: a file of all alerts that match'),
  after: stepCursor.optional().describe('steps after this place in the alert log, oldest first, instead of the list'),
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

const idParam = z.strictObject({ id: alertId });

const pageSchema = listOf(alertSchema).extend({
  partial: z.string().optional().describe('there where older alerts could not be read: why'),
});

export function alertRoutes(app: App): Route[] {
  const { alerts, history, registry, catalog } = app.deps;
  // What memory does not have too changes only where memory gives an alert up, and then `oldest`, part of the question.
  const stored = new SharedReads<Alert[]>(STORED_KEPT_MS, 100);
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
      errors: ['busy', 'database-away'],
      async handle({ query, request }) {
        if (query.format !== 'json') return exports.answer(query.format, alertPages(query));
        return json(await (query.after === undefined ? listAlerts(query) : pullSteps(query, query.after, request)));
      },
    }),
    route({
      method: 'get',
      path: '/v1/alerts/{id}',
      auth: 'key',
      tag: 'Alerts',
      summary: 'One alert',
      params: idParam,
      responses: { 200: { description: 'in its newest form', schema: alertSchema } },
      errors: ['not-found', 'database-away'],
      handle: async ({ params }) => json(await knownAlert(params.id)),
    }),
    route({
      method: 'get',
      path: '/v1/alerts/{id}/why',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Why it was raised',
      description: 'The rule and its revision, the fixes used, every threshold compared, and the result.',
      params: idParam,
      responses: { 200: { description: 'its evidence', schema: whySchema } },
      errors: ['not-found', 'database-away'],
      async handle({ params }) {
        const { id, type, ruleId, ruleRevision, evidence, fenceId } = await knownAlert(params.id);
        const fence = fenceId === null ? undefined : catalog.fenceById(fenceId);
        return json({ id, type, ruleId, ruleRevision, evidence, fence: fence ? fenceJson(fence) : null });
      },
    }),
    ...SETTLING.map((action) =>
      route({
        method: 'post',
        path: `/v1/alerts/{id}/${action}`,
        auth: 'key',
        tag: 'Alerts',
        summary: `${action[0].toUpperCase()}${action.slice(1)} an alert`,
        params: idParam,
        body: { schema: alertActionSchema, types: ['application/json'], limit: 64 * 1024 },
        responses: {
          200: { description: 'the alert as it is now', schema: alertSchema },
          202: { description: 'taken and durable, but not yet seen in the alert: as it was', schema: alertSchema },
        },
        errors: ['not-found', 'conflict', 'busy', 'database-away'],
        async handle({ params, body }) {
          const before = await knownAlert(params.id);
          if (stateAfter(before.state, action) === null) {
            const message = `the alert is ${before.state} already`;
            throw new ApiError('conflict', message, [{ path: 'path.id', message }]);
          }
          const seen = changeOf(before);
          const outcome = await registry.alertAction({ alertId: params.id, action, by: 'admin', note: body.note });
          if ('refused' in outcome) {
            seen.cancel();
            throw refusal(outcome);
          }
          const after = await seen.alert;
          return json(after ?? before, after ? 200 : 202);
        },
      }),
    ),
  ];

  function pullSteps(query: ListQuery, after: string, request: Request): Promise<string> {
    const { limit, wait = 0, cursor, ...filter } = query;
    if (cursor !== undefined) throw wrongQuery('cursor', 'is for the list; steps go on by `after`');
    return pullAlerts(
      alerts,
      app.alertNews,
      { filter: newsFilter(filter), after, waitMs: wait * 1000, limit },
      request,
    );
  }

  /** The alert's next form, or null where none comes in time. */
  function changeOf(before: Alert): { alert: Promise<Alert | null>; cancel(): void } {
    let cancel = () => {};
    const alert = new Promise<Alert | null>((resolve) => {
      const done = (found: Alert | null) => {
        stop();
        clearTimeout(timer);
        resolve(found);
      };
      const stop = alerts.subscribe((transitions) => {
        const newer = transitions.find((t) => t.alert.id === before.id && t.alert.revision > before.revision);
        if (newer) done(newer.alert);
      });
      const timer = setTimeout(done, VISIBLE_WITHIN_MS, null);
      cancel = () => done(null);
    });
    return { alert, cancel: () => cancel() };
  }

  async function knownAlert(id: string): Promise<Alert> {
    const alert = alerts.get(id) ?? (await history.alert(id));
    if (alert) return alert;
    throw new ApiError('not-found', `no alert with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
  }

  /** All alerts that match, newest first; throws 'database-away' where only those in memory can be had. */
  async function* alertPages(query: ListQuery): AsyncIterable<Alert[]> {
    for (const name of ['cursor', 'after'] as const) {
      if (query[name] !== undefined) throw wrongQuery(name, 'is for pages: a file has all of them');
    }
    let cursor: string | undefined;
    do {
      const page = await listAlerts({ ...query, limit: EXPORT_PAGE, cursor }, false);
      if (page.partial) throw new ApiError('database-away', page.partial);
      if (page.items.length > 0) yield page.items;
      cursor = page.cursor ?? undefined;
    } while (cursor !== undefined);
  }

  /**
   * Joins what is in memory, newest forms and all that the database may not have yet, with what is in the database.
   * Both are read from the same place on and in the same order, so the first `limit` of the two are the page.
   * `shared`: nobody else asks for the pages of a file.
   */
  async function listAlerts(query: ListQuery, shared = true): Promise<AlertPage> {
    const { limit, cursor, wait, after: _, format: __, ...filter } = query;
    if (wait !== undefined) throw wrongQuery('wait', 'is for steps: give `after` too');
    const after = cursor === undefined ? undefined : readPlace(readCursor('alerts', cursor));
    let older: Alert[] = [];
    let partial: string | undefined;
    try {
      const ask = () => history.alerts({ ...filter, after, limit: limit + 1 });
      const question = JSON.stringify([filter, after, limit, alerts.epoch, alerts.oldest]);
      older = await (shared ? stored.read(question, ask) : ask());
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'database-away')) throw error;
      partial = 'the database is away: only alerts that are open or recent';
    }
    // An alert that memory knows is listed, or left out, in its newest form; the database may lag behind.
    const onlyStored = older.filter((alert) => alerts.get(alert.id) === undefined);
    const merged = [...newestInMemory(filter, after, limit + 1), ...onlyStored].sort(newestFirst);
    // What the database has beyond its last answer is not known: nothing older than that may be listed before it.
    const horizon = older.length > limit ? older[limit] : undefined;
    const certain = horizon ? merged.filter((alert) => newestFirst(alert, horizon) <= 0) : merged;
    const items = certain.slice(0, limit);
    const last = certain.length > limit ? items[limit - 1] : horizon;
    return { items, cursor: last ? writePlace(last) : null, ...(partial && { partial }) };
  }

  /** At most `most` alerts of those in memory, newest first. */
  function newestInMemory(filter: AlertFilter, after: AlertPlace | undefined, most: number): Alert[] {
    const from = after && { occurredAt: new Date(after.occurredAt).toISOString(), id: after.id };
    const found: Alert[] = [];
    // From the back, where the newest mostly are: then nearly every one that follows is older than all that were kept.
    for (const alert of [...alerts.alerts()].reverse()) {
      if (found.length === most && newestFirst(alert, found[most - 1]) >= 0) continue;
      if (!matchesAlert(filter, alert) || (from && newestFirst(alert, from) <= 0)) continue;
      let place = found.length;
      while (place > 0 && newestFirst(found[place - 1], alert) > 0) place--;
      found.splice(place, 0, alert);
      if (found.length > most) found.pop();
    }
    return found;
  }
}

function wrongQuery(name: string, message: string): ApiError {
  return new ApiError('bad-request', `query.${name}: ${message}`, [{ path: `query.${name}`, message }]);
}

type ListQuery = z.output<typeof listQuery>;

interface AlertPage {
  items: Alert[];
  cursor: string | null;
  partial?: string;
}

function writePlace({ occurredAt, id }: Alert): string {
  return writeCursor('alerts', [Date.parse(occurredAt), id]);
}

function readPlace([occurredAt, id]: (string | number)[]): AlertPlace {
  return { occurredAt: Number(occurredAt), id: String(id) };
}

/** The order of the list. Times are all of one form, so that text compares as they do. */
function newestFirst(a: Pick<Alert, 'occurredAt' | 'id'>, b: Pick<Alert, 'occurredAt' | 'id'>): number {
  if (a.occurredAt !== b.occurredAt) return a.occurredAt < b.occurredAt ? 1 : -1;
  return a.id < b.id ? 1 : a.id > b.id ? -1 : 0;
}
