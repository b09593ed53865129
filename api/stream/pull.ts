import { setImmediate as afterEvents } from 'node:timers/promises';
import type { AlertFilter, AlertTransition } from '../../model/alert.js';
import type { DrawnDatum } from '../../model/datum-shift.js';
import { LogGapError } from '../../store/log-reader.js';
import { matchesAlert } from '../alerts/alert-filter.js';
import type { App } from '../app.js';
import type { AlertReader } from '../deps.js';
import type { Request } from '../http/endpoint.js';
import { beginningAt } from './beginning.js';

/** Transitions looked at in one turn of the event loop. */
const TURN = 500;
/** A filter that wants little of a long log is answered after this with how far it came. */
const LONGEST_SEARCH_MS = 2000;

export interface Pull {
  filter: AlertFilter;
  datum: DrawnDatum;
  /** A cursor, or `now` for the end of the log. */
  after: string;
  /** How long an answer without items may be held back. */
  waitMs: number;
  limit: number;
}

/**
 * Steps of alerts after a cursor as JSON, `{"items":[…],"cursor":…,"recovered":…}`; where there are none, waits for some.
 * The cursor is behind everything that was looked at, wanted or not. `recovered` is false where the log cannot be
 * continued after the cursor: then it is that of the log's end.
 */
export async function pullAlerts(app: App, pull: Pull, request: Request): Promise<string> {
  const { waits, alertTexts } = app;
  const { alerts } = app.deps;
  const { filter, datum, waitMs, limit } = pull;
  const begun = performance.now();
  // Anew after each wait: what waiting took was no search.
  let searching = begun;
  const release = waits.take();
  const reader = alerts.reader();
  let gone = false;
  request.onAborted(() => (gone = true));
  try {
    await alerts.ready;
    const beginning = beginningAt(alerts, pull.after);
    let { at } = beginning;
    if (!beginning.recovered) return answer([], alerts.cursor(at), false);
    const items: string[] = [];
    for (;;) {
      const found = read(reader, at);
      // Waited for only where it must be: what comes between a look and the wait for news would be overlooked.
      const batch = found instanceof Promise ? await found : found;
      if (batch === null) return answer(items, alerts.cursor(items.length > 0 ? at : alerts.last), items.length > 0);
      for (const transition of batch) {
        at = transition.number;
        if (matchesAlert(filter, transition.alert)) items.push(alertTexts.of(transition, datum));
        if (items.length === limit) return answer(items, alerts.cursor(at), true);
      }
      const now = performance.now();
      if (batch.length > 0 && now - searching < LONGEST_SEARCH_MS && !gone) {
        await afterEvents();
        continue;
      }
      const left = waitMs - (now - begun);
      if (batch.length > 0 || items.length > 0 || left <= 0 || gone || waits.closed)
        return answer(items, alerts.cursor(at), true);
      await waits.wait(left, request, (wake) => alerts.subscribe(wake));
      searching = performance.now();
    }
  } finally {
    reader.close();
    release();
  }
}

/** Null where the log was cut while it was read. */
function read(reader: AlertReader, at: number): AlertTransition[] | null | Promise<AlertTransition[] | null> {
  try {
    const found = reader.read(at, TURN);
    return found instanceof Promise ? found.catch(nullWhereGone) : found;
  } catch (error) {
    return nullWhereGone(error);
  }
}

function nullWhereGone(error: unknown): null {
  if (error instanceof LogGapError) return null;
  throw error;
}

function answer(items: readonly string[], cursor: string, recovered: boolean): string {
  return `{"items":[${items.join(',')}],"cursor":"${cursor}","recovered":${recovered}}`;
}
