import { BYTE, MESSAGE_ID, WORD } from '../codecs.js';
import { field, sequence, trailing } from '../layout.js';
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

/** The body of a general response, without going through the layout: there is one for each location. */
export function generalResponseBody(replySeq: number, replyId: number, result: number): Buffer {
  const out = Buffer.allocUnsafe(5);
  out[0] = replySeq >> 8;
  out[1] = replySeq & 0xff;
  out[2] = replyId >> 8;
  out[3] = replyId & 0xff;
  out[4] = result;
  return out;
}
