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
  async post<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('POST', path, body);
  }

  /** Throws as `get` does. */
  async put<T>(path: string, body: unknown): Promise<T> {
    return this.#send<T>('PUT', path, body);
  }

  /** Throws as `get` does. */
  async delete(path: string): Promise<void> {
    await this.#call(path, { method: 'DELETE' });
  }

  #send<T>(method: string, path: string, body: unknown): Promise<T> {
    return this.#call<T>(path, {
      method,
      headers: { 'content-type': 'application/json' },
      body: JSON.stringify(body),
    });
  }

  async #call<T>(path: string, request: RequestInit): Promise<T> {
    if (this.#key.value === this.#wrongKey) throw new ApiError(401, 'unauthorized', 'the key is not known');
    const headers = new Headers(request.headers);
    headers.set('authorization', `Bearer ${this.#key.value}`);
    const answer = await fetch(path, { ...request, headers, signal: AbortSignal.timeout(TIMEOUT_MS) });
    if (answer.status === 204) return undefined as T;
    if (answer.ok) return (await answer.json()) as T;
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
