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

/** Requests to a running server. One that has no room, or restarts, is asked again for some minutes. */
export class ApiClient {
  constructor(
    readonly url: string,
    readonly key: string,
  ) {}

  async send<T>(method: string, path: string, body?: unknown): Promise<ApiAnswer<T>> {
    const until = Date.now() + PATIENCE_MS;
    for (let wait = FIRST_WAIT_MS; ; wait = Math.min(wait * 2, LONGEST_WAIT_MS)) {
      const answer = await this.#once<T>(method, path, body);
      if (answer instanceof Error || answer.status === 503) {
        if (Date.now() + wait < until) {
          await pause(wait);
          continue;
        }
        throw new InputError(`${this.url}: ${answer instanceof Error ? answer.message : answer.body.error?.message}`);
      }
      if (answer.status === 401) throw new InputError(`${this.url} refuses the key: give the admin key with --key`);
      return answer;
    }
  }

  async #once<T>(method: string, path: string, body?: unknown): Promise<ApiAnswer<T> | Error> {
    try {
      const response = await fetch(new URL(path, this.url), {
        method,
        headers: { authorization: `Bearer ${this.key}`, 'content-type': 'application/json' },
        body: body === undefined ? undefined : JSON.stringify(body),
      });
      const text = await response.text();
      return { status: response.status, body: (text === '' ? {} : JSON.parse(text)) as ApiAnswer<T>['body'] };
    } catch (error) {
      const { message, cause } = error as Error & { cause?: Error };
      return new Error(cause?.message ?? message);
    }
  }
}
