import type { App } from '../app.js';
import type { Request } from '../http/endpoint.js';
import { COMMENT_MS, retryMs } from './events.js';
import type { Sight, View } from './view.js';

/**
 * A view of the live map as an event stream: the messages that the stream has for it (docs/stream.md), each the data of one
 * event, at most one a second. Of a client that does not read one message waits; once it has caught up it gets a snapshot.
 * Throws 'busy' where there are too many.
 */
export function positionEvents(app: App, sight: Sight, request: Request): AsyncIterable<string> {
  const release = app.waits.take(); // now: once the answer has begun nobody can be refused any more
  return events(app, sight, request, release);
}

async function* events(app: App, sight: Sight, request: Request, release: () => void): AsyncGenerator<string> {
  const { views, waits } = app;
  let waiting: Buffer | null = null;
  let gone = false;
  let wake = () => {};
  const stopListening = request.onAborted(() => (gone = true));
  const view: View = {
    id: 1,
    port: {
      ready: () => waiting === null,
      send(message) {
        if (waiting !== null) return false;
        waiting = message;
        wake();
        return true;
      },
    },
    audience: null,
    stale: true,
  };
  try {
    yield `retry: ${retryMs()}\n\n`;
    views.add(view, sight);
    while (!gone && !waits.closed) {
      const message: Buffer | null = waiting;
      if (message === null) {
        const asked = performance.now();
        await waits.wait(COMMENT_MS, request, (call) => {
          wake = call;
          return () => (wake = () => {});
        });
        if (waiting === null && performance.now() - asked >= COMMENT_MS) yield ': still here\n\n';
        continue;
      }
      yield `data: ${message}\n\n`;
      waiting = null;
    }
  } finally {
    stopListening();
    views.remove(view);
    release();
  }
}
