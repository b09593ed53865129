import { once } from 'node:events';
import WebSocket from 'ws';
import { readFrame } from '../../client/frame.js';
import type { AlertStep, Bbox, StreamFormat } from '../../client/index.js';
import type { PositionsMessage } from '../../client/messages.js';
import { answerOrders, exactNow, quantiles } from './child.js';

/** Clients of the stream in a process of their own, as many as are asked for. They count everything and read a sample. */

export type LoadOrder =
  | {
      do: 'connect';
      url: string;
      /** In the address, so that the bare server can be asked in the same way. */
      clients: number;
      watch: 'alerts' | 'maps' | 'nothing';
      /** Of maps: client i has view i modulo their number. */
      views?: Bbox[];
      format?: StreamFormat;
    }
  /** Begins to count anew. */
  | { do: 'reset' }
  /** Waits until so many messages have come since the last reset, or for `ms`. */
  | { do: 'await'; messages: number; ms: number }
  | { do: 'report' }
  | { do: 'disconnect' };

export interface LoadReport {
  clients: number;
  /** Until the last client had its first answer. */
  connectSeconds: number;
  messages: number;
  bytes: number;
  /** Connections that the server ended. */
  lost: number;
  cpuSeconds: number;
  /** Of positions that were read: from their receipt by the server to their arrival, ms. */
  ages: { read: number; p50: number; p99: number; max: number };
  /** Of alerts that were read: whose, the time of the fix and of the arrival, epoch ms. */
  alerts: { vehicleId: string; occurredAt: number; detectedAt: number; arrivedAt: number }[];
}

/** One message of so many is read; the others are counted. */
const READ_ONE_OF = 101;
const MOST_AGES = 2_000_000;

const clients: WebSocket[] = [];
let connectSeconds = 0;
let messages = 0;
let bytes = 0;
let lost = 0;
let ages: number[] = [];
let alerts: LoadReport['alerts'] = [];
let cpu = process.cpuUsage();
let disconnecting = false;
let reached = { messages: Infinity, resolve: () => {} };

answerOrders<LoadOrder, LoadReport>(async (order) => {
  if (order.do === 'connect') await connect(order);
  else if (order.do === 'reset') reset();
  else if (order.do === 'await') await arrive(order.messages, order.ms);
  else if (order.do === 'disconnect') await disconnect();
  return report();
});

async function connect({ url, clients: count, watch, views = [], format }: LoadOrder & { do: 'connect' }) {
  const begun = performance.now();
  // A hundred at a time: more than a listening socket's queue would be refused by the kernel, not by the server.
  for (let i = 0; i < count; i += 100) {
    await Promise.all(
      Array.from({ length: Math.min(100, count - i) }, async (_, k) => {
        const socket = new WebSocket(url, { perMessageDeflate: false, skipUTF8Validation: true });
        await once(socket, 'open');
        clients.push(socket);
        socket.on('close', () => !disconnecting && lost++);
        const first = watch === 'nothing' ? Promise.resolve() : once(socket, 'message');
        if (watch === 'alerts') socket.send('{"op":"subscribe","id":1,"channel":"alerts"}');
        if (watch === 'maps') {
          const bbox = views[(i + k) % views.length];
          socket.send(JSON.stringify({ op: 'subscribe', id: 1, channel: 'positions', bbox, format }));
        }
        await first;
        socket.on('message', watch === 'maps' ? readMap : readAlert);
      }),
    );
  }
  connectSeconds = (performance.now() - begun) / 1000;
}

function readMap(data: WebSocket.RawData, isBinary: boolean): void {
  const frame = count(data);
  if (messages % READ_ONE_OF > 0 || ages.length > MOST_AGES) return;
  const now = exactNow();
  const message = isBinary
    ? readFrame(Uint8Array.from(frame).buffer)
    : (JSON.parse(frame.toString()) as PositionsMessage);
  if (message.type !== 'positions' || message.snapshot) return;
  for (const { receivedAt } of message.items) ages.push(now - Date.parse(receivedAt!));
}

function readAlert(data: WebSocket.RawData): void {
  const frame = count(data);
  // One client is read whole, so that every alert is seen; of the others a sample.
  if (clients.length > 1 && messages % READ_ONE_OF > 0) return;
  const arrivedAt = exactNow();
  const { alert, transition } = JSON.parse(frame.toString()) as Partial<AlertStep>;
  if (!alert || transition !== 'raised') return;
  const [occurredAt, detectedAt] = [alert.occurredAt, alert.detectedAt].map(Date.parse);
  alerts.push({ vehicleId: alert.vehicleId, occurredAt, detectedAt, arrivedAt });
}

function count(data: WebSocket.RawData): Buffer {
  const frame = data as Buffer;
  messages++;
  bytes += frame.length;
  if (messages === reached.messages) reached.resolve();
  return frame;
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

async function disconnect(): Promise<void> {
  disconnecting = true;
  const open = clients.splice(0).filter(({ readyState }) => readyState === WebSocket.OPEN);
  await Promise.all(
    open.map((socket) => {
      const closed = once(socket, 'close');
      socket.terminate();
      return closed;
    }),
  );
  disconnecting = false;
}

function report(): LoadReport {
  const [p50, p99, max] = quantiles(ages, 0.5, 0.99, 1);
  const { user, system } = process.cpuUsage(cpu);
  return {
    ...{ clients: clients.length, connectSeconds, messages, bytes, lost, alerts },
    cpuSeconds: (user + system) / 1e6,
    ages: { read: ages.length, p50, p99, max },
  };
}
