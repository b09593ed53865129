import { Position } from '../../model/position.js';
import type { Fields } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';
import { frameBytes } from '../common/frame.js';
import { Reader } from '../common/wire.js';
import type { Conversation, ReplyWhen, SentCommand, Sink } from '../protocol.js';
import { ANSWERS, acknowledgement, answer, bodyOfCommand } from './commands/exchange.js';
import { encodeBody, framesOf } from './encode.js';
import { bend, STANDARD } from './habits.js';
import { Header, readHeader, withHeader } from './header.js';
import { answersTo } from './media-answers.js';
import { readMediaPart } from './media-parts.js';
import type { Message } from './message.js';
import { COMPRESSED_HEAD_BYTES, compressedUpload, inflate } from './messages/compressed-upload.js';
import {
  GeneralResponder,
  platformGeneralResponse,
  RESULT_FAILED,
  RESULT_MALFORMED,
  RESULT_NOT_SUPPORTED,
  RESULT_OK,
  terminalGeneralResponse,
} from './messages/general-response.js';
import { heartbeat } from './messages/heartbeat.js';
import { locationBatch, readLocations } from './messages/location-batch.js';
import { locationReport, readLocation } from './messages/location-report.js';
import { locationQueryResponse, replySerialBytes, vehicleControlResponse } from './messages/location-responses.js';
import {
  LOCK_BLIND_LOCATION_ID,
  LOCK_LOCATION_ID,
  lockAcknowledgement,
  readLockLocation,
} from './messages/lock-location.js';
import { mediaData } from './messages/media.js';
import { registerResponse } from './messages/register-response.js';
import { platformResendRequest, terminalResendRequest } from './messages/resend-parts.js';
import { serverTimeQuery, serverTimeResponse, utcBcd } from './messages/server-time.js';
import { terminalAuth } from './messages/terminal-auth.js';
import { terminalDeregister } from './messages/terminal-deregister.js';
import { terminalRegister } from './messages/terminal-register.js';
import { DEFAULTS, type Jt808Options } from './options.js';
import { packedMessage } from './packed.js';
import { REPORTS } from './reports.js';
import { SentParts } from './sent-parts.js';
import { timeAnswer } from './sentences.js';
import { Speaker } from './speaker.js';
import { type OpenMessage, PartJoiner } from './subpackage.js';
import { BEFORE_AUTH, PACKABLE, SUPPORTED } from './supported.js';
import { registrationOf, terminalFacts } from './terminal-facts.js';
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
  #responder: GeneralResponder | null = null; // of the speaker's form
  #seq = 0; //                                   of what we send

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
    const serial = again ?? this.#seq;
    const header = { edition: heard.form, number: heard.numberBytes, protocolVersion: heard.protocolVersion };
    const plain = framesOf({ ...header, messageId: message.messageId, seq: serial }, message.body);
    const frames = plain.map((frame) => this.#wire.wrapped(frame));
    if (again === undefined) this.#seq = (serial + frames.length) & 0xffff;
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
    if (this.#speaker.recognise(bytes, h)) this.#responder = null;
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
      this.#refuse(
        'not-authenticated',
        RESULT_FAILED,
        `message 0x${id.toString(16)} of terminal ${this.#speaker.number}`,
      );
    } else if (!SUPPORTED.has(id)) {
      this.#refuse('unknown-message', RESULT_NOT_SUPPORTED, `message 0x${id.toString(16).padStart(4, '0')}`);
    } else if (h.encrypted) {
      this.#refuse('encrypted', RESULT_MALFORMED, 'the body is encrypted, and no key is known');
    } else if (id === mediaData.id) {
      this.#mediaPart(bytes, h);
    } else if (h.packageTotal > 1) {
      this.#part(bytes, h);
    } else {
      this.#body(id, bytes, h.bodyStart, h.bodyEnd);
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
    if (outcome === 'held' || outcome === 'repeated') this.#respond(RESULT_OK, 'now');
    else if (Buffer.isBuffer(outcome)) this.#body(h.messageId, outcome, 0, outcome.length);
    else this.#refuse(outcome.reason, RESULT_FAILED, outcome.detail);
  }

  /** A part of a medium: the sink keeps it, and says when, and when the whole has come, it is to be answered. */
  #mediaPart(bytes: Buffer, h: Header): void {
    const part = readMediaPart(h, this.#speaker.number, bytes.subarray(h.bodyStart, h.bodyEnd));
    if (part === null) {
      this.#refuse('short-body', RESULT_MALFORMED, `${h.bodyEnd - h.bodyStart} bytes are too few for a medium`);
      return;
    }
    const edition = this.#speaker.form;
    const number = this.#speaker.numberBytes;
    const fields = { replySeq: h.seq, replyId: h.messageId, result: RESULT_OK };
    const send = (message: Message, of: Fields) => {
      const body = encodeBody(message.id, of, edition);
      this.#reply(this.#frameTo(number, edition, message.id, body), 'now');
    };
    const acknowledge = () => send(platformGeneralResponse, fields);
    const outcome = this.#sink.media(part, answersTo(part, { edition, acknowledge, send }));
    if (outcome === 'repeated') this.#respond(RESULT_OK, 'now');
    else if (typeof outcome === 'object') this.#refuse(outcome.reason, RESULT_FAILED, outcome.detail);
  }

  /** A whole body of a message, mostly of the one in hand. */
  #body(id: number, bytes: Buffer, start: number, end: number): void {
    switch (id) {
      case locationReport.id:
        this.#location(bytes, start, end);
        break;
      case locationBatch.id:
        this.#locations(bytes, start, end);
        break;
      case LOCK_LOCATION_ID:
      case LOCK_BLIND_LOCATION_ID:
        this.#lockLocation(id, bytes, start, end);
        break;
      case vehicleControlResponse.id:
        this.#locationAnswer(bytes, start, start + 2, end);
        break;
      case locationQueryResponse.id:
        this.#locationAnswer(bytes, start, start + replySerialBytes(bytes, start, end), end);
        break;
      case heartbeat.id:
        this.#respond(RESULT_OK, 'now');
        break;
      case terminalRegister.id:
        this.#register(bytes, start, end);
        break;
      case terminalAuth.id:
        this.#authenticate(bytes, start, end);
        break;
      case terminalDeregister.id:
        this.#sink.deregister(this.#speaker.number);
        this.#respond(RESULT_OK, 'accepted');
        break;
      case serverTimeQuery.id:
        this.#send(serverTimeResponse, { timeUtcBcd: utcBcd(this.#options.clock()) }, 'now');
        break;
      case terminalResendRequest.id:
        this.#resend(bytes, start, end);
        break;
      case terminalGeneralResponse.id:
        this.#acknowledged(bytes, start, end);
        break;
      case compressedUpload.id:
        this.#unpack(bytes, start, end);
        break;
      default:
        this.#told(id, bytes, start, end);
    }
  }

  /** A general response wants none itself. */
  #acknowledged(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalGeneralResponse, bytes, start, end);
    if (fields !== null) this.#sink.response(acknowledgement(this.#speaker.number, fields));
  }

  /** What answers a command, or is worth keeping by itself, or both: some terminals send answers unasked as well. */
  #told(id: number, bytes: Buffer, start: number, end: number): void {
    const asked = ANSWERS.get(id);
    const report = REPORTS.get(id);
    const message = asked?.message ?? report?.message;
    if (message === undefined) return;
    const fields = this.#read(message, bytes, start, end);
    if (fields === null) return;
    if (asked !== undefined) this.#sink.response(answer(this.#speaker.number, asked.types, fields));
    if (report !== undefined) this.#sink.upload({ ...report.read(fields), serial: this.#header.seq });
    this.#respond(RESULT_OK, report === undefined ? 'now' : 'accepted');
  }

  /** A packed message counts as if it had come by itself, and is answered as the one around it; what is none is kept. */
  #unpack(bytes: Buffer, start: number, end: number): void {
    const plain = inflate(bytes.subarray(Math.min(start + COMPRESSED_HEAD_BYTES, end), end));
    if (plain === null) {
      this.#refuse('bad-body', RESULT_MALFORMED, 'what is packed cannot be unpacked, or is more than a message holds');
      return;
    }
    const inner = packedMessage(plain, this.#speaker.number, this.#speaker.edition);
    if (inner !== null && PACKABLE.has(inner.messageId) && inner.packageTotal <= 1 && !inner.encrypted) {
      this.#body(inner.messageId, plain, inner.bodyStart, inner.bodyEnd);
    } else {
      const content = { packed: true, dataHex: plain.toString('hex') };
      this.#sink.upload({ kind: 'transparent', time: Number.NaN, content, serial: this.#header.seq });
      this.#respond(RESULT_OK, 'accepted');
    }
  }

  /** An answer that is a location too, from `locationStart` on: it enters as a fix whether it was asked for or not. */
  #locationAnswer(bytes: Buffer, start: number, locationStart: number, end: number): void {
    const known = ANSWERS.get(this.#header.messageId);
    if (this.#location(bytes, locationStart, end) && known !== undefined) {
      const fields: Fields = {};
      known.message.body.read(new Reader(bytes, start, end, this.#speaker.form), fields);
      this.#sink.response(answer(this.#speaker.number, known.types, fields));
    }
  }

  /** The terminal missed parts of what we sent. */
  #resend(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalResendRequest, bytes, start, end);
    if (fields === null) return;
    const frames = this.#sentParts.find(fields.originalSeq as number, fields.packetIds as number[]);
    this.#respond(frames.length > 0 ? RESULT_OK : RESULT_FAILED, 'now');
    for (const frame of frames) this.#sink.reply(frame, 'now');
  }

  /**
   * A position that the sink refuses is refused for ever and counted; it is acknowledged like the others, or else the
   * terminal would send it again for ever.
   */
  #location(bytes: Buffer, start: number, end: number): boolean {
    const p = new Position();
    if (!readLocation(bytes, start, end, this.#speaker.alarmMask, 0, p)) {
      this.#cutOff(end - start);
      return false;
    }
    // Asked here and not only there: the call alone costs a tenth of the whole frame.
    if (this.#speaker.habits !== STANDARD) bend(p, bytes, start, this.#speaker.habits);
    this.#sink.position(p);
    this.#respond(RESULT_OK, 'accepted');
    return true;
  }

  #lockLocation(id: number, bytes: Buffer, start: number, end: number): void {
    const p = new Position();
    if (!readLockLocation(id, bytes, start, end, p)) return this.#cutOff(end - start);
    this.#sink.position(p);
    const acknowledgement = lockAcknowledgement(id, this.#header.attributes, this.#speaker.numberBytes);
    if (acknowledgement !== null) this.#reply(acknowledgement, 'accepted');
  }

  #locations(bytes: Buffer, start: number, end: number): void {
    if (readLocations(bytes, start, end, this.#speaker.alarmMask, this.#sink, this.#speaker.habits))
      this.#respond(RESULT_OK, 'accepted');
    else this.#cutOff(end - start);
  }

  #register(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalRegister, bytes, start, end);
    if (fields === null) return;
    if (fields.layout !== '2019') this.#speaker.edition = fields.layout as Edition;
    const answer = this.#sink.register(registrationOf(this.#speaker.number, fields));
    this.#speaker.refreshHabits(); // by what it has just said of itself
    this.#send(registerResponse, { replySeq: this.#header.seq, ...answer }, answer.result === 0 ? 'accepted' : 'now');
  }

  #authenticate(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalAuth, bytes, start, end);
    if (fields === null) return;
    const welcome = this.#sink.authenticate(terminalFacts(this.#speaker.number, fields), fields.authCode as string);
    this.#respond(welcome ? RESULT_OK : RESULT_FAILED, welcome ? 'accepted' : 'now');
  }

  /** The body by names; null, and refused, where it is cut off. */
  #read(message: Message, bytes: Buffer, start: number, end: number): Fields | null {
    const fields: Fields = {};
    const r = new Reader(bytes, start, end, this.#speaker.form);
    message.body.read(r, fields);
    if (r.failure === null) return fields;
    this.#refuse(r.failure.reason, RESULT_MALFORMED, `${r.failure.field}: ${r.failure.message}`);
    return null;
  }

  #cutOff(length: number): void {
    this.#refuse('short-body', RESULT_MALFORMED, `${length} bytes are too few for a location`);
  }

  #askForParts(message: OpenMessage, missing: number[]): void {
    if (message.edition === '2011') return; // has no such message
    const most = message.edition === '2019' ? 500 : 255; // what the count, and the frame, can hold
    const fields = { originalSeq: message.firstSeq, packetIds: missing.slice(0, most) };
    const body = encodeBody(platformResendRequest.id, fields, message.edition);
    this.#reply(this.#frameTo(message.numberBytes, message.edition, platformResendRequest.id, body), 'now');
  }

  // What goes back.

  #refuse(reason: Parameters<Sink['reject']>[0], result: number, detail: string): void {
    this.#sink.reject(reason, this.#wire.current, detail);
    if (this.#header.messageId !== terminalGeneralResponse.id) this.#respond(result, 'now');
  }

  #respond(result: number, when: ReplyWhen): void {
    const { seq, messageId } = this.#header;
    this.#responder ??= new GeneralResponder(
      this.#speaker.form,
      this.#speaker.numberBytes,
      this.#speaker.protocolVersion,
    );
    this.#reply(this.#responder.frame(this.#nextSeq(), seq, messageId, result), when);
  }

  #send(message: Message, fields: Fields, when: ReplyWhen): void {
    const body = encodeBody(message.id, fields, this.#speaker.form);
    this.#reply(this.#frameTo(this.#speaker.numberBytes, this.#speaker.form, message.id, body), when);
  }

  /** `frame` as the standard wraps it. */
  #reply(frame: Buffer, when: ReplyWhen): void {
    this.#sink.reply(this.#wire.wrapped(frame), when);
  }

  #frameTo(number: Uint8Array, edition: Edition, messageId: number, body: Buffer): Buffer {
    const header = { messageId, edition, number, seq: this.#nextSeq(), protocolVersion: this.#speaker.protocolVersion };
    return frameBytes(withHeader(header, body));
  }

  #nextSeq(): number {
    const seq = this.#seq;
    this.#seq = (seq + 1) & 0xffff;
    return seq;
  }
}
