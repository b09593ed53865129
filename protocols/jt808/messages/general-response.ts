import { BYTE, MESSAGE_ID, WORD } from '../../common/codecs.js';
import type { Edition } from '../../common/edition.js';
import { frameInto, longestFrame } from '../../common/frame.js';
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
 * Platform general responses to one terminal, without going through the layout: there is one for each location. Header
 * and body are made once, and only what changes is written again; frames share their bytes, for making a Buffer would
 * cost as much as decoding the location.
 */
export class GeneralResponder {
  readonly #content: Buffer;
  readonly #seqAt: number;
  readonly #wire: Buffer;
  #frame: Buffer; // the beginning of #wire, as long as the last frame was

  constructor(edition: Edition, number: Uint8Array, protocolVersion: number) {
    const header = { messageId: platformGeneralResponse.id, edition, number, seq: 0, protocolVersion };
    this.#content = withHeader(header, Buffer.alloc(BODY_BYTES));
    this.#seqAt = this.#content.length - BODY_BYTES - 2;
    this.#wire = Buffer.allocUnsafe(longestFrame(this.#content.length));
    this.#frame = this.#wire;
  }

  /**
   * The frame under serial number `seq` that answers message `replyId` of serial number `replySeq`. Borrowed: the next one
   * is written over it.
   */
  frame(seq: number, replySeq: number, replyId: number, result: number): Buffer {
    const content = this.#content;
    let at = this.#seqAt;
    content[at++] = seq >> 8;
    content[at++] = seq & 0xff;
    content[at++] = replySeq >> 8;
    content[at++] = replySeq & 0xff;
    content[at++] = replyId >> 8;
    content[at++] = replyId & 0xff;
    content[at] = result;
    const length = frameInto(this.#wire, content);
    if (this.#frame.length !== length) this.#frame = this.#wire.subarray(0, length);
    return this.#frame;
  }
}

const BODY_BYTES = 5;
