import type { AccessKey } from './access-key.js';

/** An answer other than 2xx (contract §5): the API's own code and sentence where it gave them. */
export class ApiError extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

const TIMEOUT_MS = 20_000;
/** For what judges days of fixes before it answers. */
const SLOW_MS = 300_000;

export interface CallOptions {
  /** Revision that the thing must still have: 412 where somebody has changed it meanwhile. */
  ifMatch?: number;
  /** It may take minutes. */
  slow?: boolean;
}

export class ApiClient {
  readonly #key: AccessKey;
  readonly #refused: () => void;
  /** The last key that the API did not know: asking with it again would only fill logs. */
  #wrongKey = '';

  /** `refused` is called when the API does not know the key. */
  constructor(key: AccessKey, refused: () => void) {
    this.#key = key;
    this.#refused = refused;
  }

  /** Throws ApiError on an answer that is not 2xx, TypeError or DOMException where none came. */
  async get<T>(path: string, query: Record<string, string | number | undefined> = {}): Promise<T> {
    const search = new URLSearchParams();
    for (const [name, value] of Object.entries(query)) if (value !== undefined) search.set(name, String(value));
    return this.#call<T>(search.size > 0 ? `${path}?${search}` : path, { method: 'GET' });
  }

  /** Throws as `get` does. */
  async post<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.#send<T>('POST', path, body, options);
  }

  /** Throws as `get` does. */
  async put<T>(path: string, body: unknown, options: CallOptions = {}): Promise<T> {
    return this.#send<T>('PUT', path, body, options);
  }

  /** Throws as `get` does. */
  async delete(path: string, { ifMatch }: CallOptions = {}): Promise<void> {
    await this.#call(path, { method: 'DELETE', headers: matching(ifMatch) });
  }

  /** A file, such as a picture, which no address may open by itself: the key goes with every request. Throws as `get` does. */
  async file(path: string): Promise<Blob> {
    return (await this.#answer(path, { method: 'GET' })).blob();
  }

  #send<T>(method: string, path: string, body: unknown, { ifMatch, slow }: CallOptions): Promise<T> {
    const headers = { 'content-type': 'application/json', ...matching(ifMatch) };
    return this.#call<T>(path, { method, headers, body: JSON.stringify(body) }, slow ? SLOW_MS : TIMEOUT_MS);
  }

  async #call<T>(path: string, request: RequestInit, timeoutMs = TIMEOUT_MS): Promise<T> {
    const answer = await this.#answer(path, request, timeoutMs);
    return answer.status === 204 ? (undefined as T) : ((await answer.json()) as T);
  }

  async #answer(path: string, request: RequestInit, timeoutMs = TIMEOUT_MS): Promise<Response> {
    if (this.#key.value === this.#wrongKey) throw new ApiError(401, 'unauthorized', 'the key is not known');
    const headers = new Headers(request.headers);
    headers.set('authorization', `Bearer ${this.#key.value}`);
    const answer = await fetch(path, { ...request, headers, signal: AbortSignal.timeout(timeoutMs) });
    if (answer.ok) return answer;
    if (answer.status === 401) {
      this.#wrongKey = this.#key.value;
      this.#refused();
    }
    const problem = await answer.json().then(
      (body: { error?: { code?: string; message?: string } }) => body.error,
      () => undefined,
    );
    throw new ApiError(answer.status, problem?.code ?? 'http', problem?.message ?? `HTTP ${answer.status}`);
  }
}

function matching(revision: number | undefined): Record<string, string> {
  return revision === undefined ? {} : { 'if-match': `"${revision}"` };
}
