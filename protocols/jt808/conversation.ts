import type { Fields } from '../common/codecs.js';
import type { Conversation, SentCommand, Sink } from '../protocol.js';
import { bodyOfCommand } from './commands/exchange.js';
import { framesOf } from './encode.js';
import { Header, readHeader } from './header.js';
import { answersTo } from './media-answers.js';
import { readMediaPart } from './media-parts.js';
import type { Message } from './message.js';
import { MessageHandler } from './message-handler.js';
import {
  platformGeneralResponse,
  RESULT_FAILED,
  RESULT_MALFORMED,
  RESULT_NOT_SUPPORTED,
  RESULT_OK,
} from './messages/general-response.js';
import { heartbeat } from './messages/heartbeat.js';
import { mediaData } from './messages/media.js';
import { platformResendRequest } from './messages/resend-parts.js';
import { serverTimeQuery } from './messages/server-time.js';
import { DEFAULTS, type Jt808Options } from './options.js';
import { Replies } from './replies.js';
import { SentParts } from './sent-parts.js';
import { timeAnswer } from './sentences.js';
import { Speaker } from './speaker.js';
import { type OpenMessage, PartJoiner } from './subpackage.js';
import { BEFORE_AUTH, SUPPORTED } from './supported.js';
import { terminalNumber } from './terminal-number.js';
import { WireReader } from './wire-reader.js';

/**
 * One connection that speaks JT/T 808: mostly one terminal, but several on one link are told apart by their numbers.
 *
 * Each frame ends as exactly one of: handled, rejected with a reason, or a part kept for later. Each is answered as the
 * standard asks (§7.2 and the sheet of each message), under the number and header form that it came with.
 */
export class Jt808Conversation implements Conversation {
  readonly #sink: Sink;
  readonly #options: Jt808Options;
  readonly #wire: WireReader;
  /** Where frames go that have to wait for room in the log; null while there is room. */
  #keep: ((frame: Buffer) => void) | null = null;
  readonly #parts: PartJoiner;
  readonly #sentParts: SentParts;
  readonly #header = new Header();
  readonly #speaker: Speaker;
  readonly #replies: Replies;
  readonly #handler: MessageHandler;

  constructor(sink: Sink, options: Partial<Jt808Options> = {}) {
    this.#sink = sink;
    this.#speaker = new Speaker((terminal) => sink.quirksOf(terminal));
    this.#options = { ...DEFAULTS, ...options };
    this.#wire = new WireReader(
      (bytes, start, end) => this.#frame(bytes, start, end),
      (reason, bytes, detail) => this.#broken(reason, bytes, detail),
      (sentence) => this.#sentence(sentence),
      this.#options.maxFrameBytes,
    );
    this.#parts = new PartJoiner(this.#options.parts, this.#options.partsBudget, (reason, part, detail) =>
      sink.reject(reason, part, detail),
    );
    this.#sentParts = new SentParts(this.#options.partsBudget);
    this.#replies = new Replies(sink, this.#wire, this.#speaker, this.#header);
    this.#handler = new MessageHandler(
      sink,
      this.#speaker,
      this.#header,
      this.#replies,
      this.#sentParts,
      this.#options.clock,
    );
  }

  get held(): number {
    return this.#wire.held + this.#parts.held;
  }

  get insideFrame(): boolean {
    return this.#wire.insideFrame;
  }

  get current(): Buffer {
    return this.#wire.current;
  }

  receive(bytes: Buffer): void {
    this.#wire.push(bytes);
  }

  receiveWhileFull(bytes: Buffer, keep: (frame: Buffer) => void): void {
    this.#keep = keep;
    this.#wire.push(bytes);
    this.#keep = null;
  }

  handle(frame: Buffer): void {
    this.#wire.again(frame);
  }

  tick(now: number): void {
    this.#speaker.refreshHabits(); // a person may have changed them
    this.#parts.tick(now, (message, missing) => this.#askForParts(message, missing));
    this.#sentParts.tick(now);
  }

  command(
    terminal: string,
    type: string,
    params: Fields,
    again?: number,
  ): SentCommand | Extract<ReturnType<typeof bodyOfCommand>, { refused: unknown }> | null {
    const heard = this.#speaker.heard(terminal);
    if (heard === undefined) return null;
    const message = bodyOfCommand(type, params, heard.form, heard.habits);
    if ('refused' in message) return message;
    const serial = again ?? this.#replies.nextSerial;
    const header = { edition: heard.form, number: heard.numberBytes, protocolVersion: heard.protocolVersion };
    const plain = framesOf({ ...header, messageId: message.messageId, seq: serial }, message.body);
    const frames = plain.map((frame) => this.#wire.wrapped(frame));
    if (again === undefined) this.#replies.takeSerials(frames.length);
    if (frames.length > 1) this.#sentParts.keep(serial, frames, this.#options.clock());
    return { serial, frames };
  }

  close(): void {
    this.#parts.close();
    this.#sentParts.drop();
  }

  #frame(bytes: Buffer, start: number, end: number): void {
    const h = this.#header;
    const wrong = readHeader(bytes, start, end, this.#speaker.edition, h, this.#wire.numberBytes);
    if (wrong !== null && !(wrong === 'bad-length' && this.#speaker.habitsOf(this.#numberIn(bytes, h)).anyLength)) {
      const detail =
        wrong === 'bad-length'
          ? `${h.declaredLength} body bytes declared, ${h.bodyEnd - h.bodyStart} are there`
          : `${end - start} bytes are too few for a header`;
      if (this.#wire.sentence(this.#wire.current)) return;
      this.#sink.reject(wrong, this.#wire.current, detail);
      return;
    }
    if (this.#keep !== null && !this.#asksNothing(bytes, h)) {
      this.#keep(Buffer.from(this.#wire.current));
      return;
    }
    if (this.#speaker.recognise(bytes, h)) this.#replies.formChanged();
    this.#sink.frame(h.messageId);
    try {
      this.#message(bytes, h);
    } catch (error) {
      this.#sink.reject('decoder-bug', this.#wire.current, error instanceof Error ? error.stack : String(error));
    }
  }

  /** A frame that is none by its check code, unless the terminal that it names never gets those right. */
  #broken(reason: Parameters<Sink['reject']>[0], bytes: Buffer, detail: string): void {
    if (this.#wire.sentence(bytes)) return;
    if (reason === 'bad-checksum' || reason === 'bad-escape') {
      const plain = this.#wire.content(bytes);
      const end = plain.length - 1;
      const wrong = readHeader(plain, 0, end, this.#speaker.edition, this.#header, this.#wire.numberBytes);
      if (wrong !== 'short-header' && this.#speaker.habitsOf(this.#numberIn(plain, this.#header)).anyChecksum) {
        this.#frame(plain, 0, end);
        return;
      }
    }
    this.#sink.reject(reason, bytes, detail);
  }

  /** A terminal asks for the time between its frames; whatever else it says there is nobody's to understand. */
  #sentence(sentence: string): void {
    const answer = timeAnswer(sentence, this.#options.clock());
    if (answer === null) {
      this.#sink.reject('unknown-message', this.#wire.current, `the sentence ${sentence}`);
      return;
    }
    this.#sink.frame(serverTimeQuery.id);
    this.#sink.reply(Buffer.from(answer, 'latin1'), 'now');
  }

  /** A heartbeat of a terminal that is logged in: the answer promises nothing that the log would have to hold. */
  #asksNothing(bytes: Buffer, h: Header): boolean {
    return h.messageId === heartbeat.id && this.#sink.admits(this.#numberIn(bytes, h));
  }

  #numberIn(bytes: Buffer, h: Header): string {
    return terminalNumber(bytes.toString('hex', h.numberStart, h.numberEnd));
  }

  #message(bytes: Buffer, h: Header): void {
    const id = h.messageId;
    if (!BEFORE_AUTH.has(id) && !this.#sink.admits(this.#speaker.number)) {
      this.#replies.refuse(
        'not-authenticated',
        RESULT_FAILED,
        `message 0x${id.toString(16)} of terminal ${this.#speaker.number}`,
      );
    } else if (!SUPPORTED.has(id)) {
      this.#replies.refuse('unknown-message', RESULT_NOT_SUPPORTED, `message 0x${id.toString(16).padStart(4, '0')}`);
    } else if (h.encrypted) {
      this.#replies.refuse('encrypted', RESULT_MALFORMED, 'the body is encrypted, and no key is known');
    } else if (id === mediaData.id) {
      this.#mediaPart(bytes, h);
    } else if (h.packageTotal > 1) {
      this.#part(bytes, h);
    } else {
      this.#handler.handle(id, bytes, h.bodyStart, h.bodyEnd);
    }
  }

  /** One part of a split message: answered by itself, and handled as a whole with the last one. */
  #part(bytes: Buffer, h: Header): void {
    const sender = {
      number: this.#speaker.number,
      numberBytes: this.#speaker.numberBytes,
      edition: this.#speaker.form,
    };
    const outcome = this.#parts.add(h, sender, bytes.subarray(h.bodyStart, h.bodyEnd));
    if (outcome === 'held' || outcome === 'repeated') this.#replies.respond(RESULT_OK, 'now');
    else if (Buffer.isBuffer(outcome)) this.#handler.handle(h.messageId, outcome, 0, outcome.length);
    else this.#replies.refuse(outcome.reason, RESULT_FAILED, outcome.detail);
  }

  /** A part of a medium: the sink keeps it, and says when, and when the whole has come, it is to be answered. */
  #mediaPart(bytes: Buffer, h: Header): void {
    const part = readMediaPart(h, this.#speaker.number, bytes.subarray(h.bodyStart, h.bodyEnd));
    if (part === null) {
      this.#replies.refuse('short-body', RESULT_MALFORMED, `${h.bodyEnd - h.bodyStart} bytes are too few for a medium`);
      return;
    }
    // The answers may come when others have spoken.
    const sender = { numberBytes: this.#speaker.numberBytes, edition: this.#speaker.form };
    const { edition } = sender;
    const result = { replySeq: h.seq, replyId: h.messageId, result: RESULT_OK };
    const send = (message: Message, fields: Fields) => this.#replies.sendTo(sender, message, fields, 'now');
    const acknowledge = () => send(platformGeneralResponse, result);
    const outcome = this.#sink.media(part, answersTo(part, { edition, acknowledge, send }));
    if (outcome === 'repeated') this.#replies.respond(RESULT_OK, 'now');
    else if (typeof outcome === 'object') this.#replies.refuse(outcome.reason, RESULT_FAILED, outcome.detail);
  }

  #askForParts(message: OpenMessage, missing: number[]): void {
    if (message.edition === '2011') return; // has no such message
    const most = message.edition === '2019' ? 500 : 255; // what the count, and the frame, can hold
    const fields = { originalSeq: message.firstSeq, packetIds: missing.slice(0, most) };
    this.#replies.sendTo(message, platformResendRequest, fields, 'now');
  }
}
