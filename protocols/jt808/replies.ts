import type { Fields } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';
import { frameBytes } from '../common/frame.js';
import type { ReplyWhen, Sink } from '../protocol.js';
import { encodeBody } from './encode.js';
import { type Header, withHeader } from './header.js';
import type { Message } from './message.js';
import { GeneralResponder, terminalGeneralResponse } from './messages/general-response.js';
import type { Speaker } from './speaker.js';
import type { WireReader } from './wire-reader.js';

/** To whom a frame goes: the number as it came, and the form that it came in. */
export interface Addressee {
  numberBytes: Uint8Array;
  edition: Edition;
}

/** What goes back over one connection: under one count of serial numbers, and wrapped as the peer wraps its own. */
export class Replies {
  #responder: GeneralResponder | null = null; // of the speaker's form
  #nextSerial = 0;

  /** `header`: that of the frame in hand. */
  constructor(
    private readonly sink: Sink,
    private readonly wire: WireReader,
    private readonly speaker: Speaker,
    private readonly header: Header,
  ) {}

  /** The speaker is another one, or speaks in another form. */
  formChanged(): void {
    this.#responder = null;
  }

  /** The general response to the frame in hand. */
  respond(result: number, when: ReplyWhen): void {
    const { seq, messageId } = this.header;
    const { form, numberBytes, protocolVersion } = this.speaker;
    this.#responder ??= new GeneralResponder(form, numberBytes, protocolVersion);
    this.reply(this.#responder.frame(this.takeSerials(1), seq, messageId, result), when);
  }

  /** Rejects the frame in hand, and tells its sender; a general response wants none itself. */
  refuse(reason: Parameters<Sink['reject']>[0], result: number, detail: string): void {
    this.sink.reject(reason, this.wire.current, detail);
    if (this.header.messageId !== terminalGeneralResponse.id) this.respond(result, 'now');
  }

  /** A message to the speaker. */
  send(message: Message, fields: Fields, when: ReplyWhen): void {
    this.sendTo({ numberBytes: this.speaker.numberBytes, edition: this.speaker.form }, message, fields, when);
  }

  sendTo({ numberBytes, edition }: Addressee, { id }: Message, fields: Fields, when: ReplyWhen): void {
    const body = encodeBody(id, fields, edition);
    const { protocolVersion } = this.speaker;
    const header = { messageId: id, edition, number: numberBytes, seq: this.takeSerials(1), protocolVersion };
    this.reply(frameBytes(withHeader(header, body)), when);
  }

  /** `frame` as the peer wraps its own. */
  reply(frame: Buffer, when: ReplyWhen): void {
    this.sink.reply(this.wire.wrapped(frame), when);
  }

  get nextSerial(): number {
    return this.#nextSerial;
  }

  /** The first of `count` in a row, which are then used up. */
  takeSerials(count: number): number {
    const first = this.#nextSerial;
    this.#nextSerial = (first + count) & 0xffff;
    return first;
  }
}
