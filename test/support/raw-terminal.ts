import { once } from 'node:events';
import type { Socket } from 'node:net';
import { connectTerminal, listenForFrames } from '../../bench/support/frame-socket.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';

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
    listenForFrames(socket, {
      heard: ({ messageId, bodyStart, bodyEnd }, bytes) => {
        this.replies.push({ msgId: messageId, body: Buffer.from(bytes.subarray(bodyStart, bodyEnd)) });
        socket.emit('reply');
      },
      closed: () => {
        this.closed = true;
      },
    });
  }

  static async connect(port: number, number: string): Promise<RawTerminal> {
    return new RawTerminal(await connectTerminal(port), number);
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
