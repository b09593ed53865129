import { setImmediate as afterEvents } from 'node:timers/promises';
import type { AlertFilter } from '../../model/alert.js';
import type { DrawnDatum } from '../../model/datum-shift.js';
import { LogGapError } from '../../store/log-reader.js';
import { matchesAlert } from '../alerts/alert-filter.js';
import type { App } from '../app.js';
import type { Request } from '../http/endpoint.js';
import { beginningAt } from './beginning.js';
import { COMMENT_MS, RETRY_MS } from './events.js';

/** Transitions looked at in one turn of the event loop; what is wanted of them is one chunk of the answer. */
const TURN = 100;

interface AlertsWanted {
  filter: AlertFilter;
  datum: DrawnDatum;
  /** undefined: from the log's end. */
  cursor: string | undefined;
}

/**
 * Steps of alerts as an event stream, each with its cursor as the event's id, from the cursor that the client brings, or
 * from the log's end. A client is a place in the log: while it does not read, nothing is kept for it but one chunk, and
 * api/uws/http-server.ts lets go of one that takes none of it. Ends where the client is so late that the log no longer reaches
 * back to it; it learns when it comes back. Throws 'busy' where there are too many.
 */
export function alertEvents(app: App, wanted: AlertsWanted, request: Request): AsyncIterable<string> {
  const release = app.waits.take(); // now: once the answer has begun nobody can be refused any more
  return events(app, wanted, request, release);
}

async function* events(
  { deps: { alerts }, alertTexts, waits }: App,
  { filter, datum, cursor }: AlertsWanted,
  request: Request,
  release: () => void,
): AsyncGenerator<string> {
  const reader = alerts.reader();
  let gone = false;
  const stopListening = request.onAborted(() => (gone = true));
  try {
    await alerts.ready;
    const beginning = beginningAt(alerts, cursor);
    let { at } = beginning;
    const opening = {
      epoch: alerts.epoch,
      cursor: alerts.cursor(at),
      recovered: beginning.recovered,
      gap: beginning.gap,
    };
    yield `retry: ${RETRY_MS}\nid: ${opening.cursor}\nevent: subscribed\ndata: ${JSON.stringify(opening)}\n\n`;
    let spokenAt = performance.now();
    while (!gone && !waits.closed) {
      const batch = reader.read(at, TURN);
      let chunk = '';
      for (const transition of batch) {
        at = transition.number;
        if (!matchesAlert(filter, transition.alert)) continue;
        chunk += `id: ${alerts.cursor(at)}\nevent: alert\ndata: ${alertTexts.of(transition, datum)}\n\n`;
      }
      const quietMs = performance.now() - spokenAt;
      // The id moves on with the log even where the filter wants nothing of it: else it would grow too old.
      if (chunk === '' && quietMs >= COMMENT_MS) chunk = `: still here\nid: ${alerts.cursor(at)}\n\n`;
      if (chunk !== '') {
        yield chunk;
        spokenAt = performance.now();
      } else if (batch.length > 0) await afterEvents();
      else await waits.wait(COMMENT_MS - quietMs, request, (wake) => alerts.subscribe(wake));
    }
  } catch (error) {
    if (!(error instanceof LogGapError)) throw error;
  } finally {
    stopListening();
    reader.close();
    release();
  }
}
