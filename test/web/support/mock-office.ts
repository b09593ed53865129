import type { IncomingMessage } from 'node:http';
import { bodyOf } from './mock-http.js';

/** A request that changed something, or tried to. */
export interface Written {
  method: string;
  /** Behind `/v1/`. */
  path: string;
  body: unknown;
}

/** An answer other than 2xx. */
export class Refusal extends Error {
  readonly status: number;
  readonly code: string;

  constructor(status: number, code: string, message: string) {
    super(message);
    this.status = status;
    this.code = code;
  }
}

/**
 * What a server holds beside the fleet and its alerts: lists by their paths behind `/v1/`, and an answer for whatever is
 * written, by method and path, which may change the lists. Paths with nothing set are empty lists.
 */
export class MockOffice {
  readonly lists = new Map<string, readonly object[]>();
  readonly answers = new Map<string, (body: never) => unknown>();
  readonly written: Written[] = [];
  /** Queries of everything read, newest last. */
  readonly read: { path: string; query: URLSearchParams }[] = [];

  async answer(path: string, query: URLSearchParams, request: IncomingMessage): Promise<unknown> {
    const method = request.method ?? 'GET';
    const answer = this.answers.get(`${method} ${path}`);
    if (method === 'GET') {
      this.read.push({ path, query });
      return answer ? answer(undefined as never) : { items: this.lists.get(path) ?? [], cursor: null };
    }
    const body = await bodyOf<unknown>(request);
    this.written.push({ method, path, body });
    return answer ? answer(body as never) : {};
  }
}
