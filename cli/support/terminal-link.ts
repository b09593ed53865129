import { connect, type Socket } from 'node:net';
import { FrameCutter } from '../../protocols/common/frame.js';
import { encodeFrame } from '../../protocols/jt808/encode.js';
import { Header, readHeader } from '../../protocols/jt808/header.js';

/** One message from the platform. `body` is borrowed: read it during the call. */
export interface PlatformMessage {
  msgId: number;
  seq: number;
  body: Buffer;
}

export interface LinkEvents {
  connected(): void;
  message(message: PlatformMessage): void;
  /** Called once, whatever ended the connection. */
  closed(reason: string): void;
}

/** One TCP connection of one terminal: messages out under growing serial numbers, messages in. */
export class TerminalLink {
  readonly #socket: Socket;
  readonly #cutter: FrameCutter;
  readonly #header = new Header();
  #serial = 0;
  #reason = 'the platform closed the connection';

  constructor(
    readonly to: { host: string; port: number },
    readonly identity: { number: string; edition: '2013' | '2019' },
    readonly events: LinkEvents,
  ) {
    this.#cutter = new FrameCutter(
      (bytes, start, end) => this.#frame(bytes, start, end),
      (reason, _, detail) => this.close(`the platform sent a bad frame (${reason}): ${detail}`),
    );
    this.#socket = connect({ host: to.host, port: to.port, noDelay: true })
      .on('connect', () => events.connected())
      .on('data', (bytes: Buffer) => this.#cutter.push(bytes))
      .on('error', (error) => (this.#reason = error.message))
      .on('close', () => events.closed(this.#reason));
  }

  /** Sends one message; answers the serial number it went under. `fields` are named as `cheji decode` prints them. */
  send(msgId: number, fields: Record<string, unknown>, serial = this.nextSerial()): number {
    const { edition, number } = this.identity;
    this.#socket.write(encodeFrame({ msgId, edition, phone: number, seq: serial, fields }));
    return serial;
  }

  /** Ends the connection at once; `closed` follows. */
  close(reason: string): void {
    this.#reason = reason;
    this.#socket.destroy();
  }

  nextSerial(): number {
    const serial = this.#serial;
    this.#serial = (serial + 1) & 0xffff;
    return serial;
  }

  #frame(bytes: Buffer, start: number, end: number): void {
    const fault = readHeader(bytes, start, end, this.identity.edition, this.#header);
    if (fault) {
      this.close(`the platform sent a bad frame (${fault})`);
      return;
    }
    const { messageId, seq, bodyStart, bodyEnd } = this.#header;
    this.events.message({ msgId: messageId, seq, body: bytes.subarray(bodyStart, bodyEnd) });
  }
}
