import { readFrame } from '../../client/frame.js';
import type { AlertStep, Bbox, StreamFormat } from '../../client/index.js';
import type { PositionsMessage } from '../../client/messages.js';
import { answerOrders, exactNow, quantiles } from './child.js';
import { LeanSocket } from './lean-socket.js';

/** Clients of the stream in a process of their own, as many as are asked for. They count everything and read a sample. */

export type LoadOrder =
  /** The key is in the address, so that the bare server can be asked in the same way. */
  | { do: 'connect'; url: string; clients: number }
  /** Everybody subscribes, or the `first` so many; client i has view i modulo their number. */
  | { do: 'watch'; what: 'alerts' }
  | { do: 'watch'; what: 'maps'; views: Bbox[]; format: StreamFormat; first?: number }
  /** Who has subscribed ends that, and stays connected. */
  | { do: 'leave' }
  /** Begins to count anew. */
  | { do: 'reset' }
  /** Waits until so many messages have come since the last reset, or for `ms`. */
  | { do: 'await'; messages: number; ms: number }
  | { do: 'report' };

export interface LoadReport {
  clients: number;
  /** Until the last client was connected. */
  connectSeconds: number;
  messages: number;
  bytes: number;
  /** Connections that the server ended. */
  lost: number;
  cpuSeconds: number;
  /** In the answer to 'report', as are the alerts. Of positions that were read: from their receipt by the server to their arrival, ms. */
  ages: { read: number; p50: number; p99: number; max: number };
  /** Of alerts that were read: whose, the time of the fix and of the arrival, epoch ms. */
  alerts: { vehicleId: string; occurredAt: number; detectedAt: number; arrivedAt: number }[];
}

/** One message of so many is read; the others are counted. */
const READ_ONE_OF = 101;
const MOST_AGES = 2_000_000;

const SUBSCRIPTION = 1;

const clients: LeanSocket[] = [];
let watching: LeanSocket[] = [];
let connectSeconds = 0;
let messages = 0;
let bytes = 0;
let lost = 0;
let ages: number[] = [];
let alerts: LoadReport['alerts'] = [];
let cpu = process.cpuUsage();
let reached = { messages: Infinity, resolve: () => {} };

answerOrders<LoadOrder, LoadReport>(async (order) => {
  if (order.do === 'connect') await connect(order);
  else if (order.do === 'watch') await watch(order);
  else if (order.do === 'leave') await leave();
  else if (order.do === 'reset') reset();
  else if (order.do === 'await') await arrive(order.messages, order.ms);
  return report(order.do === 'report');
});

async function connect({ url, clients: count }: LoadOrder & { do: 'connect' }): Promise<void> {
  const begun = performance.now();
  const handlers = { message: () => {}, lost: () => lost++ };
  // A hundred at a time: more than a listening socket's queue would be refused by the kernel, not by the server.
  for (let i = 0; i < count; i += 100) {
    const some = Array.from({ length: Math.min(100, count - i) }, () => LeanSocket.open(url, { ...handlers }));
    clients.push(...(await Promise.all(some)));
  }
  connectSeconds = (performance.now() - begun) / 1000;
}

async function watch(order: LoadOrder & { do: 'watch' }): Promise<void> {
  watching = clients.slice(0, order.what === 'maps' ? order.first : undefined);
  await Promise.all(
    watching.map((client, i) => {
      const wanted =
        order.what === 'alerts'
          ? { channel: 'alerts' }
          : { channel: 'positions', bbox: order.views[i % order.views.length], format: order.format };
      client.send(JSON.stringify({ op: 'subscribe', id: SUBSCRIPTION, ...wanted }));
      return new Promise<void>((resolve) => {
        client.handlers.message = () => {
          client.handlers.message = order.what === 'alerts' ? readAlert : readMap;
          resolve();
        };
      });
    }),
  );
}

async function leave(): Promise<void> {
  await Promise.all(
    watching.splice(0).map((client) => {
      client.send(JSON.stringify({ op: 'unsubscribe', id: SUBSCRIPTION }));
      return new Promise<void>((resolve) => {
        // What was under way comes before it.
        client.handlers.message = (payload, binary) => {
          if (!binary && payload.toString().startsWith('{"type":"unsubscribed"')) resolve();
        };
      });
    }),
  );
}

function readMap(frame: Buffer, isBinary: boolean): void {
  count(frame);
  if (messages % READ_ONE_OF > 0 || ages.length > MOST_AGES) return;
  const now = exactNow();
  const message = isBinary
    ? readFrame(Uint8Array.from(frame).buffer)
    : (JSON.parse(frame.toString()) as PositionsMessage);
  if (message.type !== 'positions' || message.snapshot) return;
  for (const { receivedAt } of message.items) ages.push(now - Date.parse(receivedAt!));
}

function readAlert(frame: Buffer): void {
  count(frame);
  // One client is read whole, so that every alert is seen; of the others a sample.
  if (clients.length > 1 && messages % READ_ONE_OF > 0) return;
  const arrivedAt = exactNow();
  const { alert, transition } = JSON.parse(frame.toString()) as Partial<AlertStep>;
  if (!alert || transition !== 'raised') return;
  const [occurredAt, detectedAt] = [alert.occurredAt, alert.detectedAt].map(Date.parse);
  alerts.push({ vehicleId: alert.vehicleId, occurredAt, detectedAt, arrivedAt });
}

function count(frame: Buffer): void {
  messages++;
  bytes += frame.length;
  if (messages === reached.messages) reached.resolve();
}

function reset(): void {
  messages = 0;
  bytes = 0;
  ages = [];
  alerts = [];
  cpu = process.cpuUsage();
}

async function arrive(wanted: number, ms: number): Promise<void> {
  if (messages >= wanted) return;
  await new Promise<void>((resolve) => {
    const timer = setTimeout(resolve, ms);
    const arrived = () => {
      clearTimeout(timer);
      resolve();
    };
    reached = { messages: wanted, resolve: arrived };
  });
  reached = { messages: Infinity, resolve: () => {} };
}

/** `whole`: with what was read. That grows, and whoever asks how far things are asks often. */
function report(whole: boolean): LoadReport {
  const read = whole ? { ages, alerts } : { ages: [], alerts: [] };
  const [p50, p99, max] = quantiles(read.ages, 0.5, 0.99, 1);
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...{ clients: clients.length, connectSeconds, messages, bytes, lost, alerts: read.alerts },
    cpuSeconds: (user + system) / 1e6,
    ages: { read: read.ages.length, p50, p99, max },
  };
}
