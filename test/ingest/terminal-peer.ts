import { once } from 'node:events';
import { connect, type Socket } from 'node:net';
import { msToBeijing } from '../../model/units.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';

/** A socket that sends what it is told to and keeps the frames that come back: no protocol of its own. */
export class Peer {
  /** Replies that nobody has asked for yet, in hex, delimiters included. */
  readonly #frames: string[] = [];
  readonly #waiting: ((frame: string | null) => void)[] = [];
  #held = '';
  #gone = false;
  /** Resolves when the connection is over, from whichever side. */
  readonly closed: Promise<void>;

  private constructor(readonly socket: Socket) {
    this.closed = new Promise((resolve) =>
      socket.on('close', () => {
        this.#gone = true;
        for (const resolveNext of this.#waiting.splice(0)) resolveNext(null);
        resolve();
      }),
    );
    socket.on('error', () => {});
    socket.on('data', (bytes) => this.#take(bytes.toString('hex')));
  }

  static async open(port: number): Promise<Peer> {
    const socket = connect({ port, host: '127.0.0.1', noDelay: true });
    await once(socket, 'connect');
    return new Peer(socket);
  }

  send(...parts: (string | Buffer)[]): this {
    this.socket.write(Buffer.concat(parts.map((part) => (typeof part === 'string' ? Buffer.from(part, 'hex') : part))));
    return this;
  }

  /** The next reply; null where the connection ended instead. */
  next(): Promise<string | null> {
    const frame = this.#frames.shift();
    if (frame !== undefined) return Promise.resolve(frame);
    return this.#gone ? Promise.resolve(null) : new Promise((resolve) => this.#waiting.push(resolve));
  }

  async replies(n: number): Promise<(string | null)[]> {
    const all: (string | null)[] = [];
    while (all.length < n) all.push(await this.next());
    return all;
  }

  /** Sends, and waits for as many replies. */
  async ask(...frames: Buffer[]): Promise<(string | null)[]> {
    this.send(...frames);
    return this.replies(frames.length);
  }

  get unread(): number {
    return this.#frames.length;
  }

  #take(hex: string): void {
    this.#held += hex;
    for (;;) {
      const match = /^7e((?:(?!7e)..)+)7e/.exec(this.#held);
      if (match === null) return;
      this.#held = this.#held.slice(match[0].length);
      const waiting = this.#waiting.shift();
      if (waiting) waiting(match[0]);
      else this.#frames.push(match[0]);
    }
  }
}

/** Frames of one terminal, 2013 edition, serial numbers counting from 0. */
export class Frames {
  seq = 0;

  constructor(readonly phone: string) {}

  register(plate = '京A12345'): Buffer {
    return this.frame(0x0100, {
      layout: '2013',
      provinceId: 11,
      cityId: 100,
      manufacturer: 'CHEJI',
      model: 'T1',
      terminalId: '0000001',
      plateColor: 2,
      plate,
    });
  }

  auth(authCode: string): Buffer {
    return this.frame(0x0102, { authCode });
  }

  heartbeat(): Buffer {
    return this.frame(0x0002, {});
  }

  location(time: number, over: Record<string, unknown> = {}): Buffer {
    return this.frame(0x0200, {
      alarm: 0,
      status: 3,
      lat: 31.5,
      lon: 120.3,
      altitude: 10,
      speedKmh: 40,
      direction: 90,
      time: msToBeijing(time),
      ...over,
    });
  }

  frame(msgId: number, fields: Record<string, unknown>): Buffer {
    const seq = this.seq;
    this.seq = (seq + 1) & 0xffff;
    return encodeFrame({ msgId, edition: '2013', phone: this.phone, seq, fields });
  }
}

/** The 0x8001 that answers message `id` with serial number `seq`, as the `nth` frame of the server (from 0). */
export function response(phone: string, nth: number, seq: number, id: number, result = 0): string {
  const fields = { replySeq: seq, replyId: id, result };
  return encodeFrame({ msgId: 0x8001, edition: '2013', phone, seq: nth, fields }).toString('hex');
}
