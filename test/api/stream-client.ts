import { onTestFinished } from 'vitest';
import WebSocket from 'ws';
import type { Alert } from '../../model/alert.js';
import { KEY, type TestApi } from './support.js';

/** Messages of the stream, whatever their type. */
export interface StreamMessage {
  type: string;
  id?: number | string;
  code?: string;
  message?: string;
  epoch?: string;
  cursor?: string;
  recovered?: boolean;
  snapshot?: boolean;
  items?: { vehicleId: string; lon: number; lat: number; online: boolean; plate: string | null }[];
  gone?: string[];
  cells?: { bbox: number[]; count: number; moving: number; emergencies: number }[];
  transition?: string;
  alert?: Alert;
  command?: { id: string; state: string };
}

/** A client of the stream that keeps what it is told until somebody asks. */
export class StreamClient {
  readonly socket: WebSocket;
  readonly closed: Promise<{ code: number; reason: string }>;
  readonly #messages: StreamMessage[] = [];
  #wake = () => {};

  constructor(
    test: TestApi,
    options: { key?: string | null; query?: string; protocols?: string[]; origin?: string } = {},
  ) {
    const { key = KEY, query = '', protocols = [], origin } = options;
    const headers: Record<string, string> = key === null ? {} : { authorization: `Bearer ${key}` };
    this.socket = new WebSocket(`${test.url.replace('http', 'ws')}/v1/stream${query}`, protocols, { headers, origin });
    this.socket.on('message', (data, isBinary) => {
      if (isBinary) return; // a test that asks for protobuf listens by itself
      this.#messages.push(JSON.parse(String(data)) as StreamMessage);
      this.#wake();
    });
    this.closed = new Promise((resolve) => {
      this.socket.on('close', (code, reason) => resolve({ code, reason: reason.toString() }));
    });
    this.socket.on('error', () => {}); // told by `opened`, or by `closed`
    onTestFinished(() => this.socket.terminate());
  }

  /** Resolves once connected; rejects with the status of a handshake that was refused. */
  opened(): Promise<this> {
    return new Promise((resolve, reject) => {
      this.socket.once('open', () => resolve(this));
      this.socket.once('unexpected-response', (_request, response) =>
        reject(new Error(`status ${response.statusCode}`)),
      );
    });
  }

  say(message: unknown): void {
    this.socket.send(typeof message === 'string' ? message : JSON.stringify(message));
  }

  /** The next message that fits; those before it are passed over. */
  async next(fits: (message: StreamMessage) => boolean = () => true): Promise<StreamMessage> {
    for (;;) {
      while (this.#messages.length > 0) {
        const message = this.#messages.shift()!;
        if (fits(message)) return message;
      }
      await new Promise<void>((resolve) => {
        this.#wake = resolve;
      });
    }
  }

  nextOf(type: string): Promise<StreamMessage> {
    return this.next((message) => message.type === type);
  }
}

export async function streamClient(
  test: TestApi,
  options: ConstructorParameters<typeof StreamClient>[1] = {},
): Promise<StreamClient> {
  return new StreamClient(test, options).opened();
}
