/** HTTP as the rest of the API sees it; api/uws makes it of the library. */

/** A request, read whole but for its body. */
export interface Request {
  method: string;
  path: string;
  /** Raw, without the question mark. */
  query: string;
  /** Values of the pattern's `:name` parts in order, percent-decoding still to do. */
  params: string[];
  headers: RequestHeaders;
  /** Address of the peer as text. */
  address: string;
  /** `fn` is called where the peer goes before the answer is finished; returns the way to stop it. */
  onAborted(fn: () => void): () => void;
}

/** The headers that somebody asks for. */
export const READ_HEADERS = [
  'authorization',
  'accept-encoding',
  'content-encoding',
  'content-length',
  'content-type',
  'host',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'if-range',
  'last-event-id',
  'origin',
  'range',
  'sec-websocket-protocol',
] as const;

/** Empty where not sent. */
export type RequestHeaders = Record<(typeof READ_HEADERS)[number], string>;

export interface Answer {
  status: number;
  headers: readonly (readonly [string, string])[];
  /** An iterable is streamed in chunks at the reader's pace. null: no body, as with 204 and 304. */
  body: string | Uint8Array | AsyncIterable<string | Uint8Array> | null;
  /**
   * Bytes of an iterable body, where they are known: it is then sent with Content-Length, and not in chunks. Without a body, as another
   * node answers HEAD: those that it would have.
   */
  length?: number;
  /** Ends the connection too: for a request whose body nobody will read. */
  close?: boolean;
}

export interface Endpoint {
  /** `get` answers HEAD too. */
  method: 'get' | 'post' | 'put' | 'delete' | 'any';
  /** `:name` for one part of the path, `*` at the end for the rest. */
  pattern: string;
  /** Most bytes of body; 0 where the route takes none. */
  bodyLimit: number;
  /** Called before the body is read; throws to refuse. */
  admit(request: Request): void;
  handle(request: Request, body: Buffer): Answer | Promise<Answer>;
  /** The answer for something thrown by `admit`, by `handle` or while reading the body. */
  failed(error: unknown, request: Request): Answer;
}
