/** The part of a WebSocket that the client uses: a browser's, that of Node.js from 22 on, or that of the package `ws`. */
export interface SocketLike {
  binaryType: string;
  readonly readyState: number;
  send(text: string): void;
  close(code?: number, reason?: string): void;
  addEventListener(type: 'open' | 'error', listener: () => void): void;
  addEventListener(type: 'message', listener: (event: { data: unknown }) => void): void;
  addEventListener(type: 'close', listener: (event: { code: number; reason: string }) => void): void;
}

export type SocketConstructor = new (url: string) => SocketLike;

/** Value of `readyState` while messages can be sent. */
export const OPEN = 1;

/** Throws where there is no WebSocket, as in Node.js 20. */
export function ownWebSocket(): SocketConstructor {
  const { WebSocket } = globalThis as { WebSocket?: SocketConstructor };
  if (!WebSocket) throw new Error('there is no WebSocket here: give one as the option `WebSocket`, such as that of ws');
  return WebSocket;
}
