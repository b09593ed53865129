import { setImmediate as afterEvents } from 'node:timers/promises';
import type { AlertFilter } from '../../model/alert.js';
import type { DrawnDatum } from '../../model/datum-shift.js';
import { LogGapError } from '../../store/log-reader.js';
import { matchesAlert } from '../alerts/alert-filter.js';
import type { App } from '../app.js';
import type { AlertReader } from '../deps.js';
import type { Request } from '../http/endpoint.js';
import { isMainNodeAway, toApiError } from '../http/errors.js';
import { type Beginning, beginningAt } from './beginning.js';
import { COMMENT_MS, retryMs } from './events.js';

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
 * back to it; it learns when it comes back. Rejects with 'busy' where there are too many: once the answer has begun nobody can be
 * refused any more. Where steps cannot be had because the main node is away it says so in an event and ends, even at its very
 * beginning: an EventSource comes back to a stream that has ended, and gives up for ever at any status but 200.
 */
export async function alertEvents(app: App, wanted: AlertsWanted, request: Request): Promise<AsyncIterable<string>> {
  const release = app.waits.take();
  const { alerts } = app.deps;
  const reader = alerts.reader();
  const end = () => {
    reader.close();
    release();
  };
  try {
    await alerts.ready;
    return events(app, { ...wanted, beginning: beginningAt(alerts, wanted.cursor), reader, end }, request);
  } catch (error) {
    end();
    throw error;
  }
}

/** What a stream of events begins with. */
interface Opening extends AlertsWanted {
  beginning: Beginning;
  reader: AlertReader;
  end: () => void;
}

async function* events(
  { deps: { alerts }, alertTexts, waits }: App,
  { filter, datum, beginning, reader, end }: Opening,
  request: Request,
): AsyncGenerator<string> {
  let gone = false;
  let { at } = beginning;
  const stopListening = request.onAborted(() => (gone = true));
  try {
    const opening = {
      epoch: alerts.epoch,
      cursor: alerts.cursor(at),
      recovered: beginning.recovered,
      gap: beginning.gap,
    };
    yield `retry: ${retryMs()}\nid: ${opening.cursor}\nevent: subscribed\ndata: ${JSON.stringify(opening)}\n\n`;
    let spokenAt = performance.now();
    while (!gone && !waits.closed) {
      const read = reader.read(at, TURN);
      // Waited for only where it must be: what comes between a look and the wait for news would be overlooked.
      const batch = read instanceof Promise ? await read : read;
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
      } else if (batch.length > 0 || at < alerts.last) await afterEvents();
      else await waits.wait(COMMENT_MS - quietMs, request, (wake) => alerts.subscribe(wake));
    }
  } catch (error) {
    if (isMainNodeAway(error)) {
      const { code, message } = toApiError(error);
      // With the id of the last step: an event without one would have some clients forget their place.
      yield `id: ${alerts.cursor(at)}\nevent: ${code}\ndata: ${JSON.stringify({ code, message })}\n\n`;
    } else if (!(error instanceof LogGapError)) throw error;
  } finally {
    stopListening();
    end();
  }
}
