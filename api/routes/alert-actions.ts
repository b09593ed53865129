import type { z } from 'zod';
import type { Alert, AlertPlace } from '../../model/alert.js';
import { hasBeenSaid, statesFor, whyNotDone } from '../../model/alert-actions.js';
import { ALERT_ACTIONS, type AlertAction, type AlertWord } from '../../model/alert-life.js';
import { AlertDesk, type WordOutcome } from '../alerts/alert-desk.js';
import { ALERT_WORDS, alertBatchResultSchema, alertBatchSchema, MAX_BATCH } from '../alerts/alert-inputs.js';
import { AlertPages } from '../alerts/alert-pages.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { json, type Route, route } from '../route.js';
import { alertSchema } from '../schemas/alerts.js';
import { alertIdParam, knownAlert } from './alerts.js';

/** A note, and a thousand ids. */
const BODY_LIMIT = 64 * 1024;
/** Alerts that a filter is looked through for, a page at a time, at most. */
const LOOKED_THROUGH = 20 * MAX_BATCH;
/** Whose word it is: there is one key. */
const BY = 'admin';

const SUMMARIES: Record<AlertAction, string> = {
  acknowledge: 'Acknowledge an alert: somebody is on it',
  assign: 'Give an alert to somebody to handle',
  resolve: 'Resolve an alert: it is handled',
  dismiss: 'Dismiss an alert, with the reason',
  reopen: 'Open an alert again that was resolved or dismissed',
  appeal: 'Appeal against an alert, or against what was made of it (申诉)',
  decide: 'Decide an appeal',
  supervise: 'Demand an answer by a deadline (督办)',
  answer: 'Answer whoever supervises',
};

type Batch = z.output<typeof alertBatchSchema>;

/** What people do with alerts (docs/alerts.md). */
export function alertActionRoutes(app: App): Route[] {
  const { alerts, history } = app.deps;
  const desk = new AlertDesk(app.deps);
  const pages = new AlertPages(app.deps);

  return [
    ...ALERT_ACTIONS.map((action) => actionRoute(action)),
    route({
      method: 'post',
      path: '/v1/alerts:handle',
      auth: 'key',
      tag: 'Alerts',
      summary: 'Say the same of many alerts',
      description: `At most ${MAX_BATCH} alerts; each is done or refused by itself, and the list says which.`,
      body: { schema: alertBatchSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 200: { description: 'one result for each alert', schema: alertBatchResultSchema } },
      errors: ['busy', 'database-away'],
      async handle({ body: { ids, filter, ...word } }) {
        demandFuture(word);
        const { found, more } = ids ? { found: await byId(ids), more: false } : await byFilter(filter, word);
        const items = await sayAll(found, word);
        const done = items.filter((item) => item.ok).length;
        return json({ done, refused: items.length - done, more, items });
      },
    }),
  ];

  function actionRoute(action: AlertAction): Route {
    return route({
      method: 'post',
      path: `/v1/alerts/{id}/${action}`,
      auth: 'key',
      tag: 'Alerts',
      summary: SUMMARIES[action],
      params: alertIdParam,
      body: {
        schema: ALERT_WORDS[action] as z.ZodType,
        types: ['application/json'],
        limit: BODY_LIMIT,
        optional: true,
      },
      responses: {
        200: { description: 'the alert as it is now', schema: alertSchema },
        202: { description: 'taken and durable, but not yet seen in the alert: as it was', schema: alertSchema },
      },
      errors: ['not-found', 'conflict', 'busy', 'database-away'],
      async handle({ params, body }) {
        const before = await knownAlert(app, params.id);
        const word = { ...(body as object), action } as AlertWord;
        demandFuture(word);
        const outcome = await sayOf(before, word);
        if ('conflict' in outcome) {
          throw new ApiError('conflict', outcome.conflict, [{ path: 'path.id', message: outcome.conflict }]);
        }
        return json(outcome.alert, outcome.seen ? 200 : 202);
      },
    });
  }

  async function sayOf(alert: Alert, word: AlertWord): Promise<WordOutcome> {
    const conflict = whyNotDone(alert, word.action);
    return conflict === null ? (await desk.say([alert], word, BY))[0] : { conflict };
  }

  /** One result for each, in order. `found`: an alert, or the id that none has. */
  async function sayAll(found: readonly (Alert | string)[], word: AlertWord) {
    const possible = found.filter(
      (alert): alert is Alert => typeof alert !== 'string' && whyNotDone(alert, word.action) === null,
    );
    const outcomes = possible.length === 0 ? [] : await desk.say(possible, word, BY);
    const byAlert = new Map(possible.map(({ id }, i) => [id, outcomes[i]]));
    return found.map((alert) => {
      if (typeof alert === 'string') return refused(alert, 'not-found', `no alert with id "${alert}"`);
      const outcome = byAlert.get(alert.id) ?? { conflict: whyNotDone(alert, word.action) as string };
      if ('conflict' in outcome) return refused(alert.id, 'conflict', outcome.conflict);
      const { state, revision } = outcome.alert;
      return { id: alert.id, ok: true, state, revision, seen: outcome.seen };
    });
  }

  async function byId(ids: readonly string[]): Promise<(Alert | string)[]> {
    const unique = [...new Set(ids)];
    const older = unique.filter((id) => alerts.get(id) === undefined);
    const stored = older.length === 0 ? [] : await history.alertsById(older);
    const byStoredId = new Map(stored.map((alert) => [alert.id, alert]));
    return unique.map((id) => alerts.get(id) ?? byStoredId.get(id) ?? id);
  }

  /** The newest of which it can be said and has not been: whoever asks while there are `more` comes to the end. */
  async function byFilter(filter: Batch['filter'], word: AlertWord): Promise<{ found: Alert[]; more: boolean }> {
    const state = filter?.state ?? statesFor(word.action);
    const found: Alert[] = [];
    let after: AlertPlace | undefined;
    for (let looked = 0; looked < LOOKED_THROUGH; looked += MAX_BATCH) {
      const { items, next, partial } = await pages.page({ ...filter, state, after, limit: MAX_BATCH }, false);
      if (partial) throw wrongFilter('database-away', partial, 'give ids instead');
      found.push(...items.filter((alert) => whyNotDone(alert, word.action) === null && !hasBeenSaid(alert, word)));
      const more = next !== null || found.length > MAX_BATCH;
      if (found.length >= MAX_BATCH || next === null) return { found: found.slice(0, MAX_BATCH), more };
      after = { occurredAt: Date.parse(next.occurredAt), id: next.id };
    }
    if (found.length > 0) return { found, more: true };
    throw wrongFilter(
      'bad-request',
      `body.filter: of the newest ${LOOKED_THROUGH} that it finds none is left`,
      'narrow it',
    );
  }

  /** By when something is to be done must be still to come. */
  function demandFuture(word: AlertWord): void {
    const [field, time] =
      word.action === 'supervise'
        ? ['deadline', word.deadline]
        : word.action === 'assign'
          ? ['due', word.due]
          : ['', null];
    if (time === null || time > app.now()) return;
    throw new ApiError('bad-request', `body.${field}: is over already`, [
      { path: `body.${field}`, message: 'is over already' },
    ]);
  }
}

function wrongFilter(code: 'bad-request' | 'database-away', why: string, message: string): ApiError {
  return new ApiError(code, why, [{ path: 'body.filter', message }]);
}

function refused(id: string, code: string, message: string) {
  return { id, ok: false, error: { code, message } };
}
