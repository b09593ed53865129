import type { TemplatedApp, WebSocket } from 'uWebSockets.js';
import type { SendResult, Socket, StreamEndpoint, StreamHandler } from '../http/socket.js';
import { Exchange } from './exchange.js';
import { readRequest } from './read-request.js';

interface SocketData {
  protocol: string;
  open(socket: Socket): StreamHandler;
  socket: OpenSocket | null;
  handler: StreamHandler | null;
}

export function registerStream(app: TemplatedApp, endpoint: StreamEndpoint): void {
  app.ws<SocketData>(endpoint.pattern, {
    maxPayloadLength: endpoint.maxPayload,
    maxBackpressure: endpoint.maxBuffered,
    closeOnBackpressureLimit: false,
    // The handler pings and judges silence itself: this clock is also reset by what we send, so it misses a dead peer.
    idleTimeout: 120,
    sendPingsAutomatically: false,
    upgrade(res, req, context) {
      const request = readRequest(res, req, 0, () => () => {}); // answered before it could go
      const key = req.getHeader('sec-websocket-key');
      const extensions = req.getHeader('sec-websocket-extensions');
      const outcome = endpoint.upgrade(request);
      if ('status' in outcome) return new Exchange(res).answer(outcome, () => {});
      const data: SocketData = { ...outcome, socket: null, handler: null };
      res.upgrade(data, key, outcome.protocol, extensions, context);
    },
    open(ws) {
      const data = ws.getUserData();
      data.socket = new OpenSocket(ws);
      data.handler = data.open(data.socket);
    },
    message(ws, message, isBinary) {
      // A binary frame is no JSON text; the handler answers it as such.
      ws.getUserData().handler?.message(isBinary ? '' : Buffer.from(message).toString());
    },
    pong(ws) {
      ws.getUserData().handler?.pong();
    },
    drain(ws) {
      ws.getUserData().handler?.drain();
    },
    close(ws) {
      const data = ws.getUserData();
      data.socket?.lost();
      data.handler?.closed();
    },
  });
}

class OpenSocket implements Socket {
  #ws: WebSocket<SocketData> | null;

  constructor(ws: WebSocket<SocketData>) {
    this.#ws = ws;
  }

  /** The native object must not be touched any more. */
  lost(): void {
    this.#ws = null;
  }

  send(message: string | Uint8Array, binary = false): SendResult {
    if (!this.#ws) return 'closed';
    return SEND_RESULTS[this.#ws.send(message, binary)];
  }

  sendAll(messages: readonly Uint8Array[], count: number): { taken: number; result: SendResult } {
    const ws = this.#ws;
    if (!ws) return { taken: 0, result: 'closed' };
    let taken = 0;
    let status = SENT;
    ws.cork(() => {
      // With many clients most of what alerts cost is this line, so there is nothing in it but the native call.
      for (; taken < count && status === SENT; taken++) status = ws.send(messages[taken], false);
    });
    const result = SEND_RESULTS[status];
    return { taken: result === 'dropped' ? taken - 1 : taken, result };
  }

  buffered(): number {
    return this.#ws?.getBufferedAmount() ?? 0;
  }

  ping(): void {
    this.#ws?.ping();
  }

  end(code: number, reason: string): void {
    this.#ws?.end(code, reason);
  }
}

/** What the library's `send` answers. */
const SEND_RESULTS = ['buffered', 'sent', 'dropped'] as const;
const SENT = SEND_RESULTS.indexOf('sent');
