import { Position } from '../../model/position.js';
import type { Fields } from '../common/codecs.js';
import type { Edition } from '../common/edition.js';
import { Reader } from '../common/wire.js';
import type { Sink } from '../protocol.js';
import { ANSWERS, acknowledgement, answer } from './commands/exchange.js';
import { bend, STANDARD } from './habits.js';
import type { Header } from './header.js';
import type { Message } from './message.js';
import { COMPRESSED_HEAD_BYTES, compressedUpload, inflate } from './messages/compressed-upload.js';
import { RESULT_FAILED, RESULT_MALFORMED, RESULT_OK, terminalGeneralResponse } from './messages/general-response.js';
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
import { registerResponse } from './messages/register-response.js';
import { terminalResendRequest } from './messages/resend-parts.js';
import { serverTimeQuery, serverTimeResponse, utcBcd } from './messages/server-time.js';
import { terminalAuth } from './messages/terminal-auth.js';
import { terminalDeregister } from './messages/terminal-deregister.js';
import { terminalRegister } from './messages/terminal-register.js';
import { packedMessage } from './packed.js';
import type { Replies } from './replies.js';
import { REPORTS } from './reports.js';
import type { SentParts } from './sent-parts.js';
import type { Speaker } from './speaker.js';
import { PACKABLE } from './supported.js';
import { registrationOf, terminalFacts } from './terminal-facts.js';

/**
 * What whole messages lead to: what is in them goes to the sink, and an answer back to the terminal. Each is answered as the
 * sheet of the message asks, and refused where its body is cut off or makes no sense.
 */
export class MessageHandler {
  /** `header`: that of the frame in hand; `clock`: epoch ms. */
  constructor(
    private readonly sink: Sink,
    private readonly speaker: Speaker,
    private readonly header: Header,
    private readonly replies: Replies,
    private readonly sentParts: SentParts,
    private readonly clock: () => number,
  ) {}

  /** A whole body of a message, mostly of the one in hand. */
  handle(id: number, bytes: Buffer, start: number, end: number): void {
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
        this.replies.respond(RESULT_OK, 'now');
        break;
      case terminalRegister.id:
        this.#register(bytes, start, end);
        break;
      case terminalAuth.id:
        this.#authenticate(bytes, start, end);
        break;
      case terminalDeregister.id:
        this.sink.deregister(this.speaker.number);
        this.replies.respond(RESULT_OK, 'accepted');
        break;
      case serverTimeQuery.id:
        this.replies.send(serverTimeResponse, { timeUtcBcd: utcBcd(this.clock()) }, 'now');
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
    if (fields !== null) this.sink.response(acknowledgement(this.speaker.number, fields));
  }

  /** What answers a command, or is worth keeping by itself, or both: some terminals send answers unasked as well. */
  #told(id: number, bytes: Buffer, start: number, end: number): void {
    const asked = ANSWERS.get(id);
    const report = REPORTS.get(id);
    const message = asked?.message ?? report?.message;
    if (message === undefined) return;
    const fields = this.#read(message, bytes, start, end);
    if (fields === null) return;
    if (asked !== undefined) this.sink.response(answer(this.speaker.number, asked.types, fields));
    if (report !== undefined) this.sink.upload({ ...report.read(fields), serial: this.header.seq });
    this.replies.respond(RESULT_OK, report === undefined ? 'now' : 'accepted');
  }

  /** A packed message counts as if it had come by itself, and is answered as the one around it; what is none is kept. */
  #unpack(bytes: Buffer, start: number, end: number): void {
    const plain = inflate(bytes.subarray(Math.min(start + COMPRESSED_HEAD_BYTES, end), end));
    if (plain === null) {
      this.replies.refuse(
        'bad-body',
        RESULT_MALFORMED,
        'what is packed cannot be unpacked, or is more than a message holds',
      );
      return;
    }
    const inner = packedMessage(plain, this.speaker.number, this.speaker.edition);
    if (inner !== null && PACKABLE.has(inner.messageId) && inner.packageTotal <= 1 && !inner.encrypted) {
      this.handle(inner.messageId, plain, inner.bodyStart, inner.bodyEnd);
    } else {
      const content = { packed: true, dataHex: plain.toString('hex') };
      this.sink.upload({ kind: 'transparent', time: Number.NaN, content, serial: this.header.seq });
      this.replies.respond(RESULT_OK, 'accepted');
    }
  }

  /** An answer that is a location too, from `locationStart` on: it enters as a fix whether it was asked for or not. */
  #locationAnswer(bytes: Buffer, start: number, locationStart: number, end: number): void {
    const known = ANSWERS.get(this.header.messageId);
    if (this.#location(bytes, locationStart, end) && known !== undefined) {
      const fields: Fields = {};
      known.message.body.read(new Reader(bytes, start, end, this.speaker.form), fields);
      this.sink.response(answer(this.speaker.number, known.types, fields));
    }
  }

  /** The terminal missed parts of what we sent. */
  #resend(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalResendRequest, bytes, start, end);
    if (fields === null) return;
    const frames = this.sentParts.find(fields.originalSeq as number, fields.packetIds as number[]);
    this.replies.respond(frames.length > 0 ? RESULT_OK : RESULT_FAILED, 'now');
    for (const frame of frames) this.sink.reply(frame, 'now');
  }

  /**
   * A position that the sink refuses is refused for ever and counted; it is acknowledged like the others, or else the
   * terminal would send it again for ever.
   */
  #location(bytes: Buffer, start: number, end: number): boolean {
    const p = new Position();
    if (!readLocation(bytes, start, end, this.speaker.alarmMask, 0, p)) {
      this.#cutOff(end - start);
      return false;
    }
    // Asked here and not only there: the call alone costs a tenth of the whole frame.
    if (this.speaker.habits !== STANDARD) bend(p, bytes, start, this.speaker.habits);
    this.sink.position(p);
    this.replies.respond(RESULT_OK, 'accepted');
    return true;
  }

  #lockLocation(id: number, bytes: Buffer, start: number, end: number): void {
    const p = new Position();
    if (!readLockLocation(id, bytes, start, end, p)) return this.#cutOff(end - start);
    this.sink.position(p);
    const acknowledgement = lockAcknowledgement(id, this.header.attributes, this.speaker.numberBytes);
    if (acknowledgement !== null) this.replies.reply(acknowledgement, 'accepted');
  }

  #locations(bytes: Buffer, start: number, end: number): void {
    if (readLocations(bytes, start, end, this.speaker.alarmMask, this.sink, this.speaker.habits))
      this.replies.respond(RESULT_OK, 'accepted');
    else this.#cutOff(end - start);
  }

  #register(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalRegister, bytes, start, end);
    if (fields === null) return;
    if (fields.layout !== '2019') this.speaker.edition = fields.layout as Edition;
    const answer = this.sink.register(registrationOf(this.speaker.number, fields));
    this.speaker.refreshHabits(); // by what it has just said of itself
    this.replies.send(
      registerResponse,
      { replySeq: this.header.seq, ...answer },
      answer.result === 0 ? 'accepted' : 'now',
    );
  }

  #authenticate(bytes: Buffer, start: number, end: number): void {
    const fields = this.#read(terminalAuth, bytes, start, end);
    if (fields === null) return;
    const welcome = this.sink.authenticate(terminalFacts(this.speaker.number, fields), fields.authCode as string);
    this.replies.respond(welcome ? RESULT_OK : RESULT_FAILED, welcome ? 'accepted' : 'now');
  }

  /** The body by names; null, and refused, where it is cut off. */
  #read(message: Message, bytes: Buffer, start: number, end: number): Fields | null {
    const fields: Fields = {};
    const r = new Reader(bytes, start, end, this.speaker.form);
    message.body.read(r, fields);
    if (r.failure === null) return fields;
    this.replies.refuse(r.failure.reason, RESULT_MALFORMED, `${r.failure.field}: ${r.failure.message}`);
    return null;
  }

  #cutOff(length: number): void {
    this.replies.refuse('short-body', RESULT_MALFORMED, `${length} bytes are too few for a location`);
  }
}
