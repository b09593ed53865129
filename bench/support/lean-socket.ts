import { randomBytes } from 'node:crypto';
import { once } from 'node:events';
import { connect, type Socket } from 'node:net';

/** What is read is dealt with before the next is: one buffer serves all sockets of the process. */
const READ_BYTES = 256 * 1024;
const readBuffer = Buffer.allocUnsafeSlow(READ_BYTES);

const END_OF_HEAD = '\r\n\r\n';
const MASKED = 0x80;
const FINAL = 0x80;
const OPCODE = { text: 1, binary: 2, close: 8, ping: 9, pong: 10 };

export interface LeanHandlers {
  /** The payload is gone when this returns. */
  message(payload: Buffer, binary: boolean): void;
  lost(): void;
}

/**
 * The client's side of a WebSocket (RFC 6455) with no more work than a frame needs: thousands of these in one process leave the
 * processor to the server that is measured. It knows what our servers send: unmasked, whole messages, no extensions.
 */
export class LeanSocket {
  /** Told of messages; may be replaced at any time. */
  handlers: LeanHandlers;
  readonly #socket: Socket;
  /** The beginning of a frame whose end has not come. */
  #rest: Buffer | null = null;

  private constructor(socket: Socket, handlers: LeanHandlers) {
    this.#socket = socket;
    this.handlers = handlers;
  }

  /** Rejects where the server refuses. */
  static async open(address: string, handlers: LeanHandlers): Promise<LeanSocket> {
    const { hostname, port, pathname, search } = new URL(address);
    const reading = { take: (_: Buffer): void => {} };
    const socket = connect({
      ...{ host: hostname, port: Number(port), noDelay: true },
      onread: {
        buffer: readBuffer,
        callback: (length: number) => {
          reading.take(readBuffer.subarray(0, length));
          return true;
        },
      },
    });
    const lean = new LeanSocket(socket, handlers);
    const failed = once(socket, 'close').then(() => {
      throw new Error(`${address.replace(/\?.*/, '')} closed the connection`);
    });
    failed.catch(() => {}); // told to whoever waits below
    socket.on('error', () => {}); // `close` follows
    await Promise.race([once(socket, 'connect'), failed]);
    const upgraded = new Promise<Buffer>((resolve, reject) => {
      let head = Buffer.alloc(0);
      reading.take = (bytes) => {
        head = Buffer.concat([head, bytes]);
        const end = head.indexOf(END_OF_HEAD);
        if (end < 0) return;
        if (!head.toString('latin1', 0, end).startsWith('HTTP/1.1 101 ')) {
          return reject(new Error(`the stream was refused: ${head.toString('latin1', 0, end)}`));
        }
        reading.take = (more) => lean.#read(more);
        resolve(head.subarray(end + END_OF_HEAD.length));
      };
    });
    socket.write(
      `GET ${pathname}${search} HTTP/1.1\r\nHost: ${hostname}:${port}\r\nUpgrade: websocket\r\nConnection: Upgrade\r\n` +
        `Sec-WebSocket-Version: 13\r\nSec-WebSocket-Key: ${randomBytes(16).toString('base64')}${END_OF_HEAD}`,
    );
    const first = await Promise.race([upgraded, failed]);
    socket.on('close', () => lean.handlers.lost());
    if (first.length > 0) lean.#read(first);
    return lean;
  }

  send(text: string): void {
    this.#write(OPCODE.text, Buffer.from(text));
  }

  #read(chunk: Buffer): void {
    const bytes = this.#rest ? Buffer.concat([this.#rest, chunk]) : chunk;
    let at = 0;
    for (;;) {
      if (bytes.length < at + 2) break;
      let length = bytes[at + 1];
      let head = 2;
      if (length === 126) {
        if (bytes.length < at + 4) break;
        length = bytes.readUInt16BE(at + 2);
        head = 4;
      } else if (length === 127) {
        if (bytes.length < at + 10) break;
        length = Number(bytes.readBigUInt64BE(at + 2));
        head = 10;
      }
      const end = at + head + length;
      if (bytes.length < end) break;
      this.#take(bytes[at] & 0x0f, bytes.subarray(at + head, end));
      at = end;
    }
    this.#rest = at === bytes.length ? null : Buffer.from(bytes.subarray(at));
  }

  #take(opcode: number, payload: Buffer): void {
    if (opcode === OPCODE.text || opcode === OPCODE.binary) this.handlers.message(payload, opcode === OPCODE.binary);
    else if (opcode === OPCODE.ping) this.#write(OPCODE.pong, payload);
    else if (opcode === OPCODE.close) this.#socket.end();
  }

  /** Masked with zeros, as a client must mask and nobody here looks for secrets. At most 64 KiB. */
  #write(opcode: number, payload: Buffer): void {
    const small = payload.length < 126;
    const head = Buffer.alloc(small ? 6 : 8);
    head[0] = FINAL | opcode;
    head[1] = MASKED | (small ? payload.length : 126);
    if (!small) head.writeUInt16BE(payload.length, 2);
    this.#socket.write(Buffer.concat([head, payload]));
  }
}
