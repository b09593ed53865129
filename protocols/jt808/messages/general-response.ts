import { BYTE, MESSAGE_ID, WORD } from '../../common/codecs.js';
import type { Edition } from '../../common/edition.js';
import { DELIMITER, endFrame, escapeInto, longestFrame, xorOf } from '../../common/frame.js';
import { field, sequence, trailing } from '../../common/layout.js';
import { withHeader } from '../header.js';
import type { Message } from '../message.js';

const body = sequence(field('replySeq', WORD), field('replyId', MESSAGE_ID), field('result', BYTE), trailing);

/**
 * Terminal general response, 终端通用应答, 0x0001.
 * Body: serial of the message answered WORD · its id WORD · result BYTE.
 */
export const terminalGeneralResponse: Message = {
  id: 0x0001,
  clauses: { 2011: '§8.1', 2013: '§8.1', 2019: '§8.1' },
  body,
};

/** Platform general response, 平台通用应答, 0x8001. The same body; result 4 is from the 2013 edition. */
export const platformGeneralResponse: Message = {
  id: 0x8001,
  clauses: { 2011: '§8.2', 2013: '§8.2', 2019: '§8.2' },
  body,
};

/** Results that both sides use. */
export const RESULT_OK = 0;
export const RESULT_FAILED = 1;
export const RESULT_MALFORMED = 2;
export const RESULT_NOT_SUPPORTED = 3;

/**
 * Platform general responses to one terminal, without going through the layout: there is one for each location. The header
 * is written and escaped once, and only what follows is written again; frames share their bytes, for making a Buffer
 * would cost as much as decoding the location.
 */
export class GeneralResponder {
  readonly #wire: Buffer;
  readonly #tailAt: number; // where the serial number begins, behind what stays
  readonly #headXor: number;
  readonly #tail = Buffer.alloc(SERIAL_BYTES + BODY_BYTES);
  #frame: Buffer; // the beginning of #wire, as long as the last frame was

  constructor(edition: Edition, number: Uint8Array, protocolVersion: number) {
    const header = { messageId: platformGeneralResponse.id, edition, number, seq: 0, protocolVersion };
    const content = withHeader(header, Buffer.alloc(BODY_BYTES));
    const head = content.subarray(0, -this.#tail.length);
    this.#wire = Buffer.allocUnsafe(longestFrame(content.length));
    this.#wire[0] = DELIMITER;
    this.#tailAt = escapeInto(this.#wire, 1, head);
    this.#headXor = xorOf(head);
    this.#frame = this.#wire;
  }

  /**
   * The frame under serial number `seq` that answers message `replyId` of serial number `replySeq`. Borrowed: the next one
   * is written over it.
   */
  frame(seq: number, replySeq: number, replyId: number, result: number): Buffer {
    const tail = this.#tail;
    tail[0] = seq >> 8;
    tail[1] = seq & 0xff;
    tail[2] = replySeq >> 8;
    tail[3] = replySeq & 0xff;
    tail[4] = replyId >> 8;
    tail[5] = replyId & 0xff;
    tail[6] = result;
    const length = endFrame(this.#wire, escapeInto(this.#wire, this.#tailAt, tail), this.#headXor ^ xorOf(tail));
    if (this.#frame.length !== length) this.#frame = this.#wire.subarray(0, length);
    return this.#frame;
  }
}

const SERIAL_BYTES = 2;
const BODY_BYTES = 5;
