import type { Answer, Request } from './endpoint.js';

/** A WebSocket as the stream sees it; api/uws makes it of the library. */

/** 'buffered': taken, but the peer is behind; 'dropped': it did not fit under the limit of buffered bytes and was not taken. */
export type SendResult = 'sent' | 'buffered' | 'dropped' | 'closed';

/** One WebSocket; every method is harmless after it has closed. */
export interface Socket {
  send(message: string | Uint8Array, binary?: boolean): SendResult;
  /**
   * Sends the first `count` of them, as text, so that they leave in one packet, up to the first that is not 'sent'. Answers how
   * many were taken, and what became of the last.
   */
  sendAll(messages: readonly Uint8Array[], count: number): { taken: number; result: SendResult };
  /** Bytes that wait for the peer to read. */
  buffered(): number;
  ping(): void;
  end(code: number, reason: string): void;
}

export interface StreamEndpoint {
  pattern: string;
  maxBuffered: number;
  /** Beyond this uWebSockets.js itself cuts the connection; the handler refuses politely at a smaller size. */
  maxPayload: number;
  /** The handler of the connection to be, or an answer that refuses it. */
  upgrade(request: Request): { protocol: string; open(socket: Socket): StreamHandler } | Answer;
}

export interface StreamHandler {
  message(text: string): void;
  /** The peer answered a ping. */
  pong(): void;
  /** The peer has caught up. */
  drain(): void;
  closed(): void;
}
