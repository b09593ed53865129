import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { FrameCutter } from '../../protocols/common/frame.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { Header, readHeader } from '../../protocols/jt808/header.js';

export interface Reply {
  msgId: number;
  body: Buffer;
}

/** A socket that speaks JT/T 808 only as well as a test wants it to. */
export class RawTerminal {
  readonly replies: Reply[] = [];
  closed = false;
  #seq = 0;

  private constructor(
    readonly socket: Socket,
    readonly number: string,
  ) {
    const header = new Header();
    const cutter = new FrameCutter(
      (bytes, start, end) => {
        readHeader(bytes, start, end, null, header);
        this.replies.push({
          msgId: header.messageId,
          body: Buffer.from(bytes.subarray(header.bodyStart, header.bodyEnd)),
        });
        socket.emit('reply');
      },
      (reason) => {
        throw new Error(`the server sent a bad frame: ${reason}`);
      },
    );
    socket.on('data', (bytes: Buffer) => cutter.push(bytes));
    socket.on('error', () => {});
    socket.on('close', () => {
      this.closed = true;
    });
  }

  static async connect(port: number, number: string): Promise<RawTerminal> {
    const socket = connect(port, '127.0.0.1');
    await once(socket, 'connect');
    return new RawTerminal(socket, number);
  }

  frame(msgId: number, fields: Record<string, unknown>): Buffer {
    return encodeFrame({ msgId, edition: '2013', phone: this.number, seq: this.#seq++, fields });
  }

  write(bytes: Buffer): void {
    this.socket.write(bytes);
  }

  /** Sends and waits for the next reply. */
  async ask(msgId: number, fields: Record<string, unknown>): Promise<Reply> {
    const known = this.replies.length;
    this.write(this.frame(msgId, fields));
    while (this.replies.length === known) await once(this.socket, 'reply');
    return this.replies[this.replies.length - 1];
  }

  /** Registers and authenticates. */
  async logIn(): Promise<void> {
    const registered = await this.ask(0x0100, { plateColor: 2, plate: '苏B99999' });
    const code = registered.body.subarray(3).toString();
    const authenticated = await this.ask(0x0102, { authCode: code });
    if (authenticated.body[4] !== 0) throw new Error(`authentication refused: ${authenticated.body.toString('hex')}`);
  }

  close(): void {
    this.socket.destroy();
  }
}
