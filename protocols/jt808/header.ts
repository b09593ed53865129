import type { Edition, HeaderEdition } from '../common/edition.js';
import { LOCK_BLIND_LOCATION_ID, LOCK_LOCATION_ID } from './messages/lock-location.js';

/**
 * Message header (消息头): JT/T 808-2011 §4.4.3, 2013 §4.4.3, 2019 §4.4.3.
 *
 * 2011 and 2013: id WORD · attributes WORD · terminal number BCD[6] · serial WORD.
 * 2019: id WORD · attributes WORD · version BYTE · terminal number BCD[10] · serial WORD.
 * Both: with attribute bit 13, total WORD · index WORD (from 1) follow.
 * Attributes: bits 0–9 body length, 10–12 encryption, 13 split, 14 version flag (2019).
 */
const SHORT_HEADER_BYTES = 12;
const LONG_HEADER_BYTES = 17;
const SHORT_NUMBER_BYTES = 6;
const LONG_NUMBER_BYTES = 10;
const PACKAGE_ITEM_BYTES = 4;
export const MAX_BODY_BYTES = 1023;

const LENGTH_MASK = 0x03ff;
const ENCRYPTION_MASK = 0x1c00;
const SPLIT_FLAG = 0x2000;
const VERSION_FLAG = 0x4000;

/**
 * Electronic locks send these with a serial number of one byte and use attribute bits 10–15 as they like. The id is the
 * only way to tell.
 */
const ONE_BYTE_SERIAL_IDS: ReadonlySet<number> = new Set([LOCK_LOCATION_ID, LOCK_BLIND_LOCATION_ID]);

/** A header as read from a frame; one object serves a whole conversation. */
export class Header {
  messageId = 0;
  attributes = 0;
  edition: HeaderEdition = '2013';
  protocolVersion = 0; // 2019 only
  seq = 0;
  numberStart = 0; // where the terminal number lies in the bytes that were read
  numberEnd = 0;
  packageTotal = 0; // 0: not split
  packageIndex = 0;
  bodyStart = 0;
  bodyEnd = 0;
  /** The body length that the attributes declare. */
  declaredLength = 0;

  get lengthOk(): boolean {
    return this.declaredLength === this.bodyEnd - this.bodyStart;
  }

  get encrypted(): boolean {
    return this.edition !== 'vendor' && (this.attributes & ENCRYPTION_MASK) !== 0;
  }
}

/**
 * Reads the header of `bytes[start…end)` (check code left out) into `into`.
 *
 * Which header it is follows from two facts that have to agree, the version flag and the length: terminals are in the
 * field that set the flag over a short header, and that send a long one without it. Where neither header gives the
 * declared length, 'bad-length' is returned and the header is the one that `remembered` or else the flag asks for,
 * cut to the bytes that are there: good enough for people, not for records.
 * A short header is read as 2013 unless `remembered` says 2011; `numberBytes` is the length of the number in it, which is
 * another one in another wrapping (e7-frames.ts).
 */
export function readHeader(
  bytes: Buffer,
  start: number,
  end: number,
  remembered: Edition | null,
  into: Header,
  numberBytes = SHORT_NUMBER_BYTES,
): 'short-header' | 'bad-length' | null {
  const n = end - start;
  const shortBytes = SHORT_HEADER_BYTES - SHORT_NUMBER_BYTES + numberBytes;
  if (n < shortBytes - 1) return 'short-header';
  const messageId = (bytes[start] << 8) | bytes[start + 1];
  const attributes = (bytes[start + 2] << 8) | bytes[start + 3];
  const declared = attributes & LENGTH_MASK;
  into.messageId = messageId;
  into.attributes = attributes;
  into.declaredLength = declared;

  if (ONE_BYTE_SERIAL_IDS.has(messageId) && n === shortBytes - 1 + declared) {
    into.edition = 'vendor';
    into.protocolVersion = 0;
    into.numberStart = start + 4;
    into.numberEnd = start + 4 + numberBytes;
    into.seq = bytes[into.numberEnd];
    into.packageTotal = 0;
    into.packageIndex = 0;
    into.bodyStart = start + shortBytes - 1;
    into.bodyEnd = end;
    return null;
  }

  const item = (attributes & SPLIT_FLAG) !== 0 ? PACKAGE_ITEM_BYTES : 0;
  const flagged = (attributes & VERSION_FLAG) !== 0;
  const fitsShort = n === shortBytes + item + declared;
  const fitsLong = n === LONG_HEADER_BYTES + item + declared && (flagged || bytes[start + 4] === 1);
  const long = fitsLong || (!fitsShort && (remembered === null ? flagged : remembered === '2019'));
  const headerBytes = (long ? LONG_HEADER_BYTES : shortBytes) + item;
  if (n < headerBytes) return 'short-header';

  let at = start + 4;
  into.edition = long ? '2019' : remembered === '2011' ? '2011' : '2013';
  into.protocolVersion = long ? bytes[at++] : 0;
  into.numberStart = at;
  at += long ? LONG_NUMBER_BYTES : numberBytes;
  into.numberEnd = at;
  into.seq = (bytes[at] << 8) | bytes[at + 1];
  at += 2;
  if (item > 0) {
    into.packageTotal = (bytes[at] << 8) | bytes[at + 1];
    into.packageIndex = (bytes[at + 2] << 8) | bytes[at + 3];
    at += item;
  } else {
    into.packageTotal = 0;
    into.packageIndex = 0;
  }
  into.bodyStart = at;
  into.bodyEnd = end;
  return fitsShort || fitsLong ? null : 'bad-length';
}

/** What a header is made of; the body length comes from the body. */
export interface HeaderValues {
  messageId: number;
  edition: Edition;
  /** The terminal number's bytes: 6, 7 in the other wrapping, or 10 in 2019. */
  number: Uint8Array;
  seq: number;
  /** 2019 only; 1 for the first revision. */
  protocolVersion?: number;
  /** Of a split message: how many parts, and which one this is, from 1. */
  packageTotal?: number;
  packageIndex?: number;
}

/** Header and body as one run of bytes, still without check code and escapes. Throws RangeError over 1,023 body bytes. */
export function withHeader(h: HeaderValues, body: Uint8Array): Buffer {
  if (body.length > MAX_BODY_BYTES) {
    throw new RangeError(`a frame holds at most ${MAX_BODY_BYTES} body bytes, not ${body.length}: split it`);
  }
  const long = h.edition === '2019';
  const split = h.packageTotal !== undefined && h.packageTotal > 0;
  const fixedBytes = long ? LONG_HEADER_BYTES - LONG_NUMBER_BYTES : SHORT_HEADER_BYTES - SHORT_NUMBER_BYTES;
  const headerBytes = fixedBytes + h.number.length + (split ? PACKAGE_ITEM_BYTES : 0);
  const out = Buffer.allocUnsafe(headerBytes + body.length);
  let at = out.writeUInt16BE(h.messageId, 0);
  at = out.writeUInt16BE(body.length | (split ? SPLIT_FLAG : 0) | (long ? VERSION_FLAG : 0), at);
  if (long) at = out.writeUInt8(h.protocolVersion ?? 1, at);
  out.set(h.number, at);
  at = out.writeUInt16BE(h.seq, at + h.number.length);
  if (split) at = out.writeUInt16BE(h.packageIndex ?? 1, out.writeUInt16BE(h.packageTotal!, at));
  out.set(body, at);
  return out;
}
