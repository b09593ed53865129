import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import type { Edition } from '../../protocols/common/edition.js';
import { FrameCutter } from '../../protocols/common/frame.js';
import { Header, readHeader } from '../../protocols/jt808/header.js';

/** What the server says to a terminal on a socket; `bytes` and the header are borrowed. */
export interface FrameListener {
  heard(header: Header, bytes: Buffer): void;
  closed(): void;
}

export async function connectTerminal(port: number): Promise<Socket> {
  const socket = connect({ port, host: '127.0.0.1', noDelay: true });
  await once(socket, 'connect');
  return socket;
}

/** Reads frames of JT/T 808 off the socket; one that the server got wrong is thrown. `edition`: of what is answered, if known. */
export function listenForFrames(socket: Socket, listener: FrameListener, edition: Edition | null = null): void {
  const header = new Header();
  const cutter = new FrameCutter(
    (bytes, start, end) => {
      readHeader(bytes, start, end, edition, header);
      listener.heard(header, bytes);
    },
    (reason) => {
      throw new Error(`the server sent a bad frame: ${reason}`);
    },
  );
  socket.on('data', (bytes: Buffer) => cutter.push(bytes));
  socket.on('error', () => {}); // 'close' follows
  socket.on('close', () => listener.closed());
}
