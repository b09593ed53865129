import type { Answer, Request, RequestHeaders } from './http/endpoint.js';
import { ApiError, RETRY_SOON } from './http/errors.js';
import { DATA_HEADERS } from './http/headers.js';
import type { Route } from './route.js';

/** Of these every other node has all it takes. */
const READING_POSTS = [
  '/v1/search/passages',
  '/v1/rules/rehearse',
  '/v1/protocols/{protocol}/explain',
  '/v1/protocols/{protocol}/encode',
];
/** What is neither in the log nor in the database, but in the main node's memory and files. */
const KEPT_BY_MAIN_NODE = [
  '/v1/quarantine',
  '/v1/media',
  '/v1/webhooks',
  '/v1/mqtt',
  '/v1/fences/consistency',
  '/v1/stats/live',
];

/** Whether only the main node can answer: everything that writes, and what it alone knows. */
export function isForMainNode({ method, path }: Pick<Route, 'method' | 'path'>): boolean {
  if (method === 'get') return KEPT_BY_MAIN_NODE.some((kept) => path === kept || path.startsWith(`${kept}/`));
  return !READING_POSTS.includes(path);
}

/** Whether an Idempotency-Key means something: what only reads may be asked any number of times. */
export function takesKey(route: Pick<Route, 'method' | 'path'>): boolean {
  return route.method === 'post' && isForMainNode(route);
}

/** On their way at once; beyond that a caller is told to come back. */
const MAX_AT_ONCE = 64;
/** Longer than the main node takes for anything that it does. */
const TIMEOUT_MS = 30_000;
/** A main node that says nothing in Redis is asked first whether it is there, for so long at most. */
const SIGN_MS = 1000;
/** Errors of a connection that never was: nothing has been done. */
const NOT_REACHED = new Set(['ECONNREFUSED', 'ENOTFOUND', 'EHOSTUNREACH', 'ENETUNREACH', 'UND_ERR_CONNECT_TIMEOUT']);
/** What the caller said that changes the answer. */
const SENT_ON = [
  'authorization',
  'content-type',
  'content-encoding',
  'idempotency-key',
  'if-match',
  'if-none-match',
  'if-range',
  'range',
] as const satisfies readonly (keyof RequestHeaders)[];
/** What belongs to the connection with the main node, or is added to every answer here, too. */
const NOT_HANDED_BACK = new Set([
  ...['connection', 'keep-alive', 'transfer-encoding', 'content-length', 'date', 'uwebsockets', 'x-request-id'],
  ...DATA_HEADERS.map(([name]) => name.toLowerCase()),
]);

/** Hands requests on to the main node, with the caller's key, and its answers back. */
export class Forwarding {
  #underWay = 0;

  /** Where the main node is, and whether it has been heard of lately. */
  constructor(readonly main: () => { url: string; heard: boolean }) {}

  async forward(request: Request, body: Buffer): Promise<Answer> {
    if (this.#underWay >= MAX_AT_ONCE) throw new ApiError('busy', 'too much waits for the main node', [], RETRY_SOON);
    this.#underWay++;
    try {
      const { url, heard } = this.main();
      // Redis may be full, and the main node as well as ever.
      if (!heard && !(await isThere(url))) throw away(AWAY);
      return await this.#ask(url, request, body);
    } finally {
      this.#underWay--;
    }
  }

  async #ask(url: string, request: Request, body: Buffer): Promise<Answer> {
    const headers = Object.fromEntries(
      SENT_ON.filter((name) => request.headers[name] !== '').map((name) => [name, request.headers[name]]),
    );
    const target = new URL(
      `${url.replace(/\/$/, '')}${request.path}${request.query === '' ? '' : `?${request.query}`}`,
    );
    const ended = new AbortController();
    const stopListening = request.onAborted(() => ended.abort());
    // Until the answer begins: how long a film takes is the reader's business.
    const timer = setTimeout(() => ended.abort(new Error(`no answer within ${TIMEOUT_MS} ms`)), TIMEOUT_MS);
    try {
      const response = await fetch(target, {
        method: request.method,
        headers: { ...headers, 'accept-encoding': 'identity' },
        body: body.length > 0 ? new Uint8Array(body) : undefined,
        redirect: 'manual',
        signal: ended.signal,
      });
      if (response.status === 401) {
        await response.body?.cancel();
        // The key was good here.
        throw away('the main node refuses the key that is good here: CHEJI_ADMIN_KEY must be the same on all nodes');
      }
      const handed = [...response.headers].filter(([name]) => !NOT_HANDED_BACK.has(name));
      const length = Number(response.headers.get('content-length') ?? NaN);
      return {
        status: response.status,
        headers: handed,
        body: response.body as AsyncIterable<Uint8Array> | null,
        ...(length > 0 && { length }),
      };
    } catch (error) {
      if (error instanceof ApiError) throw error;
      const { code } = ((error as Error).cause ?? {}) as { code?: string };
      if (code !== undefined && NOT_REACHED.has(code)) throw away(AWAY);
      throw away(`the main node did not answer; whether it has done this is not known: ${(error as Error).message}`);
    } finally {
      clearTimeout(timer);
      stopListening();
    }
  }
}

const AWAY = 'the main node is away; what is read here still works';

async function isThere(url: string): Promise<boolean> {
  try {
    const response = await fetch(`${url.replace(/\/$/, '')}/livez`, { signal: AbortSignal.timeout(SIGN_MS) });
    await response.body?.cancel();
    return response.ok;
  } catch {
    return false;
  }
}

function away(message: string): ApiError {
  return new ApiError('main-node-away', message, [], RETRY_SOON);
}
