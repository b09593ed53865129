import {
  createServer,
  type IncomingHttpHeaders,
  type IncomingMessage,
  type Server,
  type ServerResponse,
} from 'node:http';
import type { AddressInfo } from 'node:net';
import { onTestFinished } from 'vitest';

export interface Received {
  path: string;
  id: string;
  headers: IncomingHttpHeaders;
  body: string;
}

type Answer = (received: Received, response: ServerResponse, request: IncomingMessage) => void;

/** Somebody's HTTP server that is told of alerts; what it does with them is up to `answer`. */
export class Receiver {
  readonly received: Received[] = [];
  /** Ids of the messages that were answered 200, in order. */
  readonly taken: string[] = [];
  answer: Answer = (received, response) => this.take(received, response);
  #server: Server | null = null;
  #port = 0;

  static async start(): Promise<Receiver> {
    const receiver = new Receiver();
    await receiver.listen();
    onTestFinished(() => receiver.stop());
    return receiver;
  }

  get url(): string {
    return `http://127.0.0.1:${this.#port}/hook`;
  }

  get ids(): string[] {
    return this.received.map(({ id }) => id);
  }

  take({ id }: Received, response: ServerResponse): void {
    this.taken.push(id);
    response.end('ok');
  }

  /** On the same port as before. */
  async listen(): Promise<void> {
    const server = createServer((request, response) => void this.#hear(request, response));
    await new Promise<void>((resolve) => server.listen(this.#port, '127.0.0.1', resolve));
    this.#port = (server.address() as AddressInfo).port;
    this.#server = server;
  }

  /** Dies: nobody listens, and whoever is connected is cut off. */
  async stop(): Promise<void> {
    const server = this.#server;
    this.#server = null;
    if (!server) return;
    server.closeAllConnections();
    await new Promise((resolve) => server.close(resolve));
  }

  async #hear(request: IncomingMessage, response: ServerResponse): Promise<void> {
    const chunks: Buffer[] = [];
    try {
      for await (const chunk of request) chunks.push(chunk as Buffer);
    } catch {
      return; // cut off
    }
    const { headers, url: path = '' } = request;
    const received = { path, headers, id: String(headers['webhook-id']), body: Buffer.concat(chunks).toString() };
    this.received.push(received);
    this.answer(received, response, request);
  }
}
