import { get, type IncomingMessage } from 'node:http';
import { expect, onTestFinished } from 'vitest';
import type { Severity } from '../../../model/alert.js';
import { alert, KEY, type TestApi, transition } from '../support.js';

/** Raises alerts `from` to `to` by number, each of its own vehicle, as the engine commits them. */
export function raise(api: TestApi, from: number, to: number): void {
  const numbers = Array.from({ length: to - from + 1 }, (_, i) => from + i);
  const severity = (n: number): Severity => (n % 10 === 0 ? 'critical' : 'warning');
  api.feed.push(numbers.map((n) => transition(n, alert({ vehicleId: `v${n}`, severity: severity(n) }))));
}

/** How many long polls and event streams are open, by the server's own word. */
export async function waiters(api: TestApi): Promise<number> {
  const text = await (await api.get('/metrics')).text();
  return Number(/^http_waits (\d+)$/m.exec(text)?.[1]);
}

/** One server-sent event. */
export interface Event {
  id: string;
  event: string;
  data: {
    recovered?: boolean;
    cursor?: string;
    code?: string;
    alert?: { vehicleId: string };
    type?: string;
    snapshot?: boolean;
    items?: { vehicleId: string; lon: number }[];
    gone?: string[];
  };
}

/** A reader of the stream that keeps every event until somebody asks; `text` is all that came. */
export class Events {
  text = '';
  ended = false;
  #taken = 0;

  constructor(readonly response: IncomingMessage) {
    response.setEncoding('utf8').on('data', (chunk: string) => (this.text += chunk));
    response.on('close', () => (this.ended = true));
    onTestFinished(() => void response.destroy());
  }

  /** The next `count` events. */
  async next(count: number): Promise<Event[]> {
    await expect.poll(() => this.#events().length, { timeout: 20_000 }).toBeGreaterThanOrEqual(this.#taken + count);
    this.#taken += count;
    return this.#events().slice(this.#taken - count, this.#taken);
  }

  #events(): Event[] {
    return this.text
      .split('\n\n')
      .slice(0, -1)
      .filter((block) => block.includes('data: '))
      .map((block) => {
        const fields = new Map(block.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
        const data = JSON.parse(fields.get('data') as string) as Event['data'];
        return { id: fields.get('id') as string, event: fields.get('event') as string, data };
      });
  }
}

export async function openEvents(api: TestApi, path: string, headers: Record<string, string> = {}): Promise<Events> {
  const options = { headers: { authorization: `Bearer ${KEY}`, ...headers } };
  const response = await new Promise<IncomingMessage>((resolve, reject) => {
    get(`${api.url}${path}`, options, resolve).on('error', reject);
  });
  return new Events(response);
}
