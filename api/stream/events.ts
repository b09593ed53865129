/** What all streams of server-sent events share. */

/** A comment at least so often, so that nobody in between takes the silence for the end. */
export const COMMENT_MS = 15_000;
/** How long a client waits before it comes back by itself. */
export const RETRY_MS = 3000;

/** Headers of every event stream: it is never complete, so nobody may keep it or wait for its end. */
export const EVENT_STREAM_HEADERS = [
  ['Content-Type', 'text/event-stream; charset=utf-8'],
  ['Cache-Control', 'no-cache, no-store'],
  ['X-Accel-Buffering', 'no'],
] as const;
