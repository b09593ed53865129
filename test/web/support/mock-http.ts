import type { IncomingMessage, ServerResponse } from 'node:http';

/** A list that has one page. */
export function page<T>(items: T[]): { items: T[]; cursor: null } {
  return { items, cursor: null };
}

export function json(response: ServerResponse, status: number, value: unknown): void {
  response.writeHead(status, { 'content-type': 'application/json' }).end(JSON.stringify(value));
}

/** What was sent as JSON; undefined where nothing was. */
export async function bodyOf<T>(request: IncomingMessage): Promise<T> {
  let text = '';
  for await (const chunk of request) text += chunk;
  return text === '' ? (undefined as T) : (JSON.parse(text) as T);
}
