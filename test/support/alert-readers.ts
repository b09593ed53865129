import { type ClientRequest, get } from 'node:http';
import { setTimeout as pause } from 'node:timers/promises';
import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import { connectBroker, whenConnected } from '../../broker/connect.js';
import { type SocketConstructor, Stream } from '../../client/index.js';
import type { AlertTransition } from '../../model/alert.js';
import { Receiver } from '../deliver/receiver.js';
import { ADMIN_KEY } from './cheji.js';

/** Pause before a reader that was cut off comes back, ms. */
const BACK_MS = 20;
const NOBODY = { user: null, password: null, caFile: null, certFile: null, keyFile: null };

/** `<alert>_<revision>`: what tells one step from every other, on all ways (docs/feeds.md). */
export function nameOf({ alert }: Pick<AlertTransition, 'alert'>): string {
  return `${alert.id}_${alert.revision}`;
}

/** Somebody who reads every alert on one of the ways, and has dealt with the same step once. */
export class AlertReader {
  /** Names of the steps, in the order in which they came first. */
  readonly steps: string[] = [];
  /** Steps that came again. */
  again = 0;
  /** Times that it was told, or found, that something is missing. */
  gaps = 0;
  /** It is in its place: what comes from now on it must have. */
  begun = false;
  readonly #known = new Set<string>();

  constructor(readonly way: string) {}

  hear(name: string): void {
    if (this.#known.has(name)) this.again++;
    else this.steps.push(name);
    this.#known.add(name);
  }
}

/** By the client, which leaves out by itself what came before; `cut` breaks its connection. */
export function streamReader(url: string): AlertReader & { cut(): void } {
  const sockets: WebSocket[] = [];
  class Socket extends WebSocket {
    constructor(to: string) {
      super(to, { perMessageDeflate: false });
      sockets.unshift(this);
      sockets.splice(1);
    }
  }
  const reader = new AlertReader('stream');
  const backOff = { firstMs: BACK_MS, longestMs: 200, restartMs: 200 };
  const given = { url: `${url}/v1/stream`, key: ADMIN_KEY, WebSocket: Socket as unknown as SocketConstructor, backOff };
  const stream = new Stream(given);
  onTestFinished(() => stream.close());
  stream.alerts(
    {},
    {
      alert: (step) => reader.hear(nameOf(step)),
      gap: () => void reader.gaps++,
      subscribed: () => void (reader.begun = true),
    },
  );
  return Object.assign(reader, { cut: () => sockets[0]?.terminate() });
}

/** Server-sent events, as a browser's EventSource does it: the newest id goes along with the next request. */
export function eventsReader(url: string): AlertReader {
  const reader = new AlertReader('events');
  let id: string | undefined;
  let request: ClientRequest;
  let ended = false;
  const take = (event: string) => {
    const fields = new Map(event.split('\n').map((line) => line.split(/: (.*)/s) as [string, string]));
    const data = JSON.parse(fields.get('data') ?? 'null');
    if (fields.get('event') === 'alert') reader.hear(nameOf(data));
    else if (id !== undefined && data?.recovered === false) reader.gaps++;
    id = fields.get('id') ?? id;
    reader.begun = true;
  };
  const open = () => {
    if (ended) return;
    let answered = false;
    const headers = { authorization: `Bearer ${ADMIN_KEY}`, ...(id !== undefined && { 'last-event-id': id }) };
    request = get(`${url}/v1/stream/alerts`, { headers }, (response) => {
      answered = true;
      let rest = '';
      response.setEncoding('utf8').on('data', (text: string) => {
        const events = (rest + text).split('\n\n');
        rest = events.pop() as string;
        for (const event of events) take(event);
      });
      response.on('error', () => {}); // 'close' follows
      response.on('close', () => setTimeout(open, BACK_MS));
    });
    request.on('error', () => answered || setTimeout(open, BACK_MS));
  };
  open();
  onTestFinished(() => {
    ended = true;
    request.destroy();
  });
  return reader;
}

/** Asks again and again, and lets answers wait. */
export function pullReader(url: string): AlertReader {
  const reader = new AlertReader('pull');
  let ended = false;
  const run = async () => {
    for (let after = 'now'; !ended; ) {
      try {
        const response = await fetch(`${url}/v1/alerts?after=${after}&wait=5&limit=40`, {
          headers: { authorization: `Bearer ${ADMIN_KEY}` },
        });
        if (response.status !== 200) throw new Error(`answered ${response.status}`);
        const { items, cursor, recovered } = (await response.json()) as {
          items: AlertTransition[];
          cursor: string;
          recovered: boolean;
        };
        if (!recovered) reader.gaps++;
        for (const item of items) reader.hear(nameOf(item));
        after = cursor;
        reader.begun = true;
      } catch {
        await pause(BACK_MS);
      }
    }
  };
  void run();
  onTestFinished(() => void (ended = true));
  return reader;
}

/** Webhooks of one server, which answers after a moment; `subscribe` tells ours of each. */
export async function webhookReaders(
  count: number,
  subscribe: (id: string, url: string) => Promise<void>,
): Promise<AlertReader[]> {
  const receiver = await Receiver.start();
  const readers = Array.from({ length: count }, () => new AlertReader('webhook'));
  receiver.answer = (received, response) => {
    const reader = readers[Number(received.path.slice(received.path.lastIndexOf('/') + 1))];
    const message = JSON.parse(received.body) as AlertTransition & { type: string };
    if (message.type === 'alert') reader.hear(nameOf(message));
    else reader.gaps++;
    setTimeout(() => receiver.take(received, response), received.id.length % 5);
  };
  for (const [i, reader] of readers.entries()) {
    await subscribe(`reader-${i}`, `${receiver.url}/${i}`);
    reader.begun = true;
  }
  return readers;
}

/** A session at a broker. */
export async function mqttReader(url: string, clientId: string, topic: string): Promise<AlertReader> {
  const reader = new AlertReader('mqtt');
  const client = await connectBroker({ ...NOBODY, url, version: '5' }, { clientId, keepSession: true });
  onTestFinished(() => client.endAsync(true));
  client.on('message', (_, payload) => {
    const message = JSON.parse(payload.toString()) as AlertTransition & { type: string };
    if (message.type === 'alert') reader.hear(nameOf(message));
    else reader.gaps++;
  });
  await whenConnected(client);
  await client.subscribeAsync(topic, { qos: 1 });
  reader.begun = true;
  return reader;
}
