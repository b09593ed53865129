import { once } from 'node:events';
import { type AddressInfo, createServer, type Server, type Socket } from 'node:net';
import { FrameCutter } from '../../protocols/common/frame.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { Header, readHeader } from '../../protocols/jt808/header.js';

export interface Received {
  msgId: number;
  seq: number;
  edition: '2013' | '2019';
  body: Buffer;
  connection: number;
  at: number;
}

export type Answer = { msgId: number; body: Buffer } | 'nothing' | 'hang-up';

/** The least of a platform, for tests of what terminals do: `answer` decides about each message. */
export class FakePlatform {
  readonly received: Received[] = [];
  readonly #sockets = new Set<Socket>();
  #connections = 0;

  private constructor(
    readonly server: Server,
    readonly answer: (message: Received) => Answer,
  ) {
    server.on('connection', (socket) => this.#serve(socket));
  }

  static async start(answer: (message: Received) => Answer = politely): Promise<FakePlatform> {
    const server = createServer().listen(0, '127.0.0.1');
    await once(server, 'listening');
    return new FakePlatform(server, answer);
  }

  get to(): { host: string; port: number } {
    return { host: '127.0.0.1', port: (this.server.address() as AddressInfo).port };
  }

  /** Message ids in the order of arrival. */
  get ids(): string[] {
    return this.received.map(({ msgId }) => msgId.toString(16).padStart(4, '0'));
  }

  async stop(): Promise<void> {
    for (const socket of this.#sockets) socket.destroy();
    this.server.close();
    await once(this.server, 'close');
  }

  #serve(socket: Socket): void {
    const connection = ++this.#connections;
    this.#sockets.add(socket);
    const header = new Header();
    const cutter = new FrameCutter(
      (bytes, start, end) => {
        const fault = readHeader(bytes, start, end, null, header);
        if (fault) throw new Error(fault);
        const message: Received = {
          msgId: header.messageId,
          seq: header.seq,
          edition: header.edition as '2013' | '2019',
          body: Buffer.from(bytes.subarray(header.bodyStart, header.bodyEnd)),
          connection,
          at: performance.now(),
        };
        const phone = bytes.subarray(header.numberStart, header.numberEnd).toString('hex');
        this.received.push(message);
        const answer = this.answer(message);
        if (answer === 'hang-up') socket.destroy();
        else if (answer !== 'nothing') {
          socket.write(encodeFrame({ ...answer, edition: message.edition, phone, seq: 0 }));
        }
      },
      (reason) => {
        throw new Error(reason);
      },
    );
    socket.on('data', (bytes: Buffer) => cutter.push(bytes));
    socket.on('error', () => {});
    socket.on('close', () => this.#sockets.delete(socket));
  }
}

/** 0x8001 to everything, 0x8100 with a code to a registration. */
export function politely(message: Received): Answer {
  return message.msgId === 0x0100 ? registered(message, 0, 'code-1') : general(message, 0);
}

export function general({ seq, msgId }: Received, result: number): Answer {
  const body = Buffer.alloc(5);
  body.writeUInt16BE(seq, 0);
  body.writeUInt16BE(msgId, 2);
  body[4] = result;
  return { msgId: 0x8001, body };
}

export function registered({ seq }: Received, result: number, code = ''): Answer {
  return { msgId: 0x8100, body: Buffer.concat([Buffer.from([seq >> 8, seq & 255, result]), Buffer.from(code)]) };
}
