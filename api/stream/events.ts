/** What all streams of server-sent events share. */

/** A comment at least so often, so that nobody in between takes the silence for the end. */
export const COMMENT_MS = 15_000;
const RETRY_MS = 3000;

/** How long a client is to wait before it comes back by itself, ms: not as long as others, who lost the server in the same moment. */
export function retryMs(): number {
  return Math.round(RETRY_MS * (0.5 + Math.random()));
}

/** Headers of every event stream: it is never complete, so nobody may keep it or wait for its end. */
export const EVENT_STREAM_HEADERS = [
  ['Content-Type', 'text/event-stream; charset=utf-8'],
  ['Cache-Control', 'no-cache, no-store'],
  ['X-Accel-Buffering', 'no'],
] as const;
