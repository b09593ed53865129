import { type Fields, hexBytes, hexNumber } from '../common/codecs.js';
import { EDITIONS, type Edition } from '../common/edition.js';
import { frameBytes } from '../common/frame.js';
import { Writer } from '../common/wire.js';
import { type HeaderValues, MAX_BODY_BYTES, withHeader } from './header.js';
import { MESSAGES_BY_ID } from './messages/index.js';
import { numberBytes } from './terminal-number.js';

/** A message to be sent, from either side. */
export interface OutgoingMessage {
  msgId: number;
  edition: Edition;
  /** The terminal's number in digits; leading zeros are added. */
  phone: string;
  seq: number;
  /** The body by names, as `cheji decode` prints them; or else … */
  fields?: Fields;
  /** … the body as it is. */
  body?: Uint8Array;
  /** 2019 only; 1 for the first revision. */
  protocolVersion?: number;
  /** Set on a part of a split message: how many parts, and which one, from 1. */
  packageTotal?: number;
  packageIndex?: number;
}

/** One frame, ready for the wire. Throws RangeError for fields that do not fit, and over 1,023 body bytes. */
export function encodeFrame(m: OutgoingMessage): Buffer {
  return frameOf(m, numberBytes(m.phone, m.edition), bodyOf(m));
}

/** The same for a body of any length: split into parts with serial numbers from `seq` on (分包). */
export function encodeFrames(m: OutgoingMessage): Buffer[] {
  return framesOf({ ...m, messageId: m.msgId, number: numberBytes(m.phone, m.edition) }, bodyOf(m));
}

/** A body of any length under the header, in as many frames as it takes. */
export function framesOf(h: HeaderValues, body: Uint8Array): Buffer[] {
  const total = Math.ceil(body.length / MAX_BODY_BYTES);
  if (total <= 1) return [frameBytes(withHeader(h, body))];
  return Array.from({ length: total }, (_, i) =>
    frameBytes(
      withHeader(
        { ...h, seq: (h.seq + i) & 0xffff, packageTotal: total, packageIndex: i + 1 },
        body.subarray(i * MAX_BODY_BYTES, (i + 1) * MAX_BODY_BYTES),
      ),
    ),
  );
}

/** A body by names to its bytes. Throws RangeError for an id whose body is not known, and for fields that do not fit. */
export function encodeBody(msgId: number, fields: Fields, edition: Edition): Buffer {
  const message = MESSAGES_BY_ID.get(msgId);
  if (message === undefined) throw new RangeError(`message ${hexNumber(msgId, 4)}: give its body as bodyHex`);
  const w = new Writer(edition);
  message.body.write(w, fields);
  return w.take();
}

/**
 * The frames of an object as `cheji decode` prints it: `msgId`, `phoneBcd` or `phone`, `edition`, `seq`, the body's fields
 * beside them, or `bodyHex`. One frame, unless the body is too long for it and the object is not itself a part of a split
 * message. Throws RangeError saying which key is wrong.
 */
export function encodeJson(json: Fields): Buffer[] {
  const messageId = typeof json.msgId === 'string' ? Number(json.msgId) : json.msgId;
  if (typeof messageId !== 'number' || !Number.isInteger(messageId) || messageId < 0 || messageId > 0xffff) {
    throw new RangeError('msgId: must be a message id like "0x0200"');
  }
  // A body may follow an older edition than its header; the header is the one that the number's width shows.
  const number = json.phoneBcd === undefined ? null : hexBytes(json.phoneBcd, null, 'phoneBcd');
  const edition = json.edition as Edition;
  if (!EDITIONS.includes(edition)) throw new RangeError(`edition: must be one of ${EDITIONS.join(', ')}`);
  if (number !== null && number.length !== (edition === '2019' ? 10 : 6)) {
    throw new RangeError(`phoneBcd: ${number.length} bytes do not fit the header of edition ${edition}`);
  }
  const header: HeaderValues = {
    messageId,
    edition,
    number: number ?? numberBytes(String(json.phone ?? '0'), edition),
    seq: whole(json, 'seq', 0),
    protocolVersion: whole(json, 'protocolVersion', 1),
    packageTotal: whole(json, 'packageTotal', 0),
    packageIndex: whole(json, 'packageIndex', 0),
  };
  const body =
    json.bodyHex === undefined ? encodeBody(messageId, json, edition) : hexBytes(json.bodyHex, null, 'bodyHex');
  return header.packageTotal ? [frameBytes(withHeader(header, body))] : framesOf(header, body);
}

function bodyOf(m: OutgoingMessage): Uint8Array {
  return m.body ?? encodeBody(m.msgId, m.fields ?? {}, m.edition);
}

function frameOf(m: OutgoingMessage, number: Uint8Array, body: Uint8Array): Buffer {
  return frameBytes(withHeader({ ...m, messageId: m.msgId, number }, body));
}

function whole(json: Fields, key: string, otherwise: number): number {
  const value = json[key] ?? otherwise;
  if (typeof value !== 'number' || !Number.isInteger(value) || value < 0 || value > 0xffff) {
    throw new RangeError(`${key}: must be a whole number from 0 to 65535, not ${JSON.stringify(value)}`);
  }
  return value;
}
