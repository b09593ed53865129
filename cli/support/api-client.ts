import { randomUUID } from 'node:crypto';
import { setTimeout as pause } from 'node:timers/promises';
import { InputError } from './command.js';

/** An answer, with the error of the API where there is one. */
export interface ApiAnswer<T> {
  status: number;
  body: T & { error?: { code: string; message: string; details: { path: string; message: string }[] } };
}

const FIRST_WAIT_MS = 500;
const LONGEST_WAIT_MS = 15_000;
/** A server that has no room for this long is not merely busy. */
const PATIENCE_MS = 300_000;

/**
 * Requests to a running server. One that has no room, or restarts, is asked again for some minutes, and takes what it had taken
 * already as one and the same.
 */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string,
    /** Lines for people: that it waits, and why. */
    readonly say: (message: string) => void = console.error,
  ) {}

  async send<T>(method: string, path: string, body?: unknown): Promise<ApiAnswer<T>> {
    const until = Date.now() + PATIENCE_MS;
    const attempt = { method, path, body, once: randomUUID() };
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const answer = await this.#once<T>(attempt);
      if (answer instanceof Error || answer.status === 503) {
        const why = `${this.url}: ${answer instanceof Error ? answer.message : answer.body.error?.message}`;
        if (Date.now() + wait >= until) throw new InputError(why);
        if (wait === FIRST_WAIT_MS) this.say(`cheji: ${why}; asked again for ${PATIENCE_MS / 60_000} minutes`);
        await pause(wait);
        continue;
      }
      if (answer.status === 401) throw new InputError(`${this.url} refuses the key: give the admin key with --key`);
      return answer;
    }
  }

  async #once<T>({ method, path, body, once }: Attempt): Promise<ApiAnswer<T> | Error> {
    const headers: Record<string, string> = {
      authorization: `Bearer ${this.key}`,
      'content-type': 'application/json',
    };
    // A fix that comes twice is known again by itself, and there are many of them.
    if (method === 'POST' && path !== '/v1/positions') headers['idempotency-key'] = once;
    let status: number;
    let text: string;
    try {
      const response = await fetch(new URL(path, this.url), {
        method,
        headers,
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      status = response.status;
      text = await response.text();
    } catch (error) {
      const { message, cause } = error as Error & { cause?: Error };
      return new Error(cause?.message || message);
    }
    try {
      return { status, body: (text === '' ? {} : JSON.parse(text)) as ApiAnswer<T>['body'] };
    } catch {
      // Of whatever stands before the server, or is in its place.
      const what = new InputError(`answers ${status} with what is no JSON`);
      if (status >= 500) return what;
      throw new InputError(`${this.url} ${what.message}: is it the address of cheji?`);
    }
  }
}

interface Attempt {
  method: string;
  path: string;
  body: unknown;
  /** The same whenever it is asked again. */
  once: string;
}
