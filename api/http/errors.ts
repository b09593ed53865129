import type { Answer } from './endpoint.js';

/** Every error the API answers with. The code is stable across languages and versions; the sentence is for people. */
export const ERROR_CODES = {
  'bad-request': {
    status: 400,
    meaning: 'a parameter or the body is not what the route takes; `details` says what and where',
  },
  unauthorized: { status: 401, meaning: 'no key, or not one that is known' },
  forbidden: { status: 403, meaning: 'not from this origin' },
  'not-found': { status: 404, meaning: 'no such route, or nothing with this id' },
  'method-not-allowed': { status: 405, meaning: 'the route exists, but not with this method; see the header Allow' },
  conflict: { status: 409, meaning: 'something with this id exists, or its state does not allow this' },
  gone: { status: 410, meaning: 'it was there and is no longer kept' },
  'precondition-failed': { status: 412, meaning: 'it was changed since the version that If-Match names' },
  'too-large': { status: 413, meaning: 'the body is longer than the route takes' },
  'unsupported-media': { status: 415, meaning: 'a content type or encoding that the route does not take' },
  unprocessable: { status: 422, meaning: 'well-formed, but nothing of it could be accepted; `details` says why' },
  'upgrade-required': { status: 426, meaning: 'the path is that of a WebSocket; see the header Upgrade' },
  'key-reused': { status: 422, meaning: 'this Idempotency-Key was sent before with another body' },
  internal: { status: 500, meaning: 'our mistake; the log has it under the request id' },
  busy: { status: 503, meaning: 'no room at the moment; try again after the header Retry-After' },
  'main-node-away': { status: 503, meaning: 'only the main node can do this, and it does not answer just now' },
  'database-away': { status: 503, meaning: 'history cannot be read while the database is away' },
} as const;

export type ErrorCode = keyof typeof ERROR_CODES;

export interface ErrorDetail {
  /** Where: `query.bbox`, `body.features[3].geometry`. */
  path: string;
  message: string;
}

/** An answer that is not a success: thrown by whoever finds out, written by api/server.ts. */
export class ApiError extends Error {
  override readonly name = 'ApiError';

  constructor(
    readonly code: ErrorCode,
    message: string,
    readonly details: readonly ErrorDetail[] = [],
    readonly headers: readonly (readonly [string, string])[] = [],
  ) {
    super(message);
  }

  get status(): number {
    return ERROR_CODES[this.code].status;
  }

  toJSON(): { error: { code: ErrorCode; message: string; details: readonly ErrorDetail[] } } {
    return { error: { code: this.code, message: this.message, details: this.details } };
  }
}

/** The error as an answer, still without what every answer has. */
export function errorAnswer(error: ApiError): Answer & { body: string } {
  const headers = [['Content-Type', 'application/json; charset=utf-8'] as const, ...error.headers];
  return { status: error.status, headers, body: JSON.stringify(error) };
}

/** What any thrown thing means to the caller: ours as it is, a database or a main node that is away as 503, the rest as our mistake. */
export function toApiError(error: unknown): ApiError {
  if (error instanceof ApiError) return error;
  if (isMainNodeAway(error)) return new ApiError('main-node-away', error.message, [], RETRY_SOON);
  if (error instanceof Error && 'code' in error && error.code === 'database-away') {
    return new ApiError(
      'database-away',
      'the database is away; live positions and new alerts still work',
      [],
      RETRY_SOON,
    );
  }
  return new ApiError('internal', 'something went wrong on our side');
}

/** Whether something has to be fetched from the main node, which does not answer (nodes/older-steps.ts). */
export function isMainNodeAway(error: unknown): error is Error {
  return error instanceof Error && 'code' in error && error.code === 'main-node-away';
}

/** A header for answers that may well succeed in a moment. */
export const RETRY_SOON: readonly (readonly [string, string])[] = [['Retry-After', '2']];
