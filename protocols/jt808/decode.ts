import { type Fields, hexNumber } from '../common/codecs.js';
import type { Edition, HeaderEdition } from '../common/edition.js';
import { unescapeInto } from '../common/frame.js';
import { type Explained, Reader } from '../common/wire.js';
import { Header, readHeader } from './header.js';
import { clauseOf } from './message.js';
import { messageName } from './message-id.js';
import { MESSAGES_BY_ID } from './messages/index.js';
import { imeiOf, terminalNumber } from './terminal-number.js';

export interface DecodeOptions {
  /** `auto` finds it in the frame (header.ts); 2011 has to be said, but for registrations. */
  edition?: Edition | 'auto';
  /** Decodes on in spite of a wrong check code or length. */
  lenient?: boolean;
  /** Gets a line for each run of bytes, in the order of the unescaped frame. */
  explained?: Explained[];
}

/** Why a frame was refused, and at which byte of the input. */
export interface DecodeError {
  code: string;
  message: string;
  offset: number;
}

export type Decoded =
  | ({ ok: true; protocol: 'jt808'; edition: HeaderEdition; name: string } & Fields)
  | { ok: false; protocol: 'jt808'; error: DecodeError };

export const FRAME_CLAUSE = 'JT/T 808 §4.4.2';
const HEADER_CLAUSE = 'JT/T 808 §4.4.3';
const DELIMITER = 0x7e;
const HEAD_OF_PART_BYTES = 16;

/** A piece of what people pasted. */
export interface PastedFrame {
  bytes: Buffer;
  /** Where it begins in the input. */
  offset: number;
  /** False for bytes before the first delimiter of an input that has some. */
  framed: boolean;
}

/** Cuts input that may hold several frames at its delimiters; each piece keeps those around it. */
export function splitFrames(bytes: Buffer): PastedFrame[] {
  const pieces: PastedFrame[] = [];
  let start = 0;
  while (start < bytes.length) {
    const opens = bytes[start] === DELIMITER;
    const next = bytes.indexOf(DELIMITER, start + (opens ? 1 : 0));
    if (opens && next === start + 1) {
      start = next; // 7e 7e: one frame ended, the next begins
      continue;
    }
    const end = next < 0 ? bytes.length : opens ? next + 1 : next;
    const framed = opens || next < 0;
    if (!opens || end > start + 1) pieces.push({ bytes: bytes.subarray(start, end), offset: start, framed });
    start = next < 0 ? bytes.length : next;
  }
  return pieces;
}

/** What is said of a piece that is no frame. */
export function outsideFrame(bytes: Buffer): Decoded {
  return refuse('no-frame', `${bytes.length} bytes before the first delimiter (7e)`, 0);
}

/**
 * One frame, as on the wire, to the JSON that people read (outside contract §3). Delimiters may be missing.
 * Never throws: bad input is `{ok: false, error}`.
 */
export function decodeFrame(bytes: Buffer, options: DecodeOptions = {}): Decoded {
  const start = bytes[0] === DELIMITER ? 1 : 0;
  const end = bytes.length > start && bytes[bytes.length - 1] === DELIMITER ? bytes.length - 1 : bytes.length;
  if (bytes.subarray(start, end).includes(DELIMITER)) {
    const at = bytes.indexOf(DELIMITER, start);
    return refuse('no-frame', 'a delimiter (7e) in the middle: more than one frame, or one that is not escaped', at);
  }
  const plain = Buffer.alloc(end - start);
  const unescaped = unescapeInto(plain, bytes, start, end);
  const checksumOk = unescaped.xor === 0 && unescaped.length > 0;
  if (!checksumOk && !options.lenient) {
    if (unescaped.badEscapeAt >= 0) {
      return refuse('bad-escape', 'a 7d that is followed by neither 01 nor 02', unescaped.badEscapeAt);
    }
    const sent = plain[unescaped.length - 1] ?? 0;
    const right = hexNumber(sent ^ unescaped.xor, 2);
    return refuse('bad-checksum', `the check code is ${hexNumber(sent, 2)} and should be ${right}`, end - 1);
  }

  const header = new Header();
  const wanted = options.edition === undefined || options.edition === 'auto' ? null : options.edition;
  const wrong = readHeader(plain, 0, Math.max(0, unescaped.length - 1), wanted, header);
  if (wrong === 'short-header') return refuse(wrong, `${unescaped.length} bytes are too few for a header`, end);
  if (wrong === 'bad-length' && !options.lenient) {
    const there = header.bodyEnd - header.bodyStart;
    return refuse(wrong, `the header declares ${header.declaredLength} body bytes, ${there} are there`, start + 2);
  }

  const explained = options.explained ?? null;
  const fields = headerFields(plain, header, checksumOk, explained);
  const body = readBody(plain, header, fields, explained);
  explained?.push({
    offset: unescaped.length - 1,
    length: 1,
    field: 'check code',
    value: checksumOk ? 'ok' : `wrong, should be ${hexNumber(plain[unescaped.length - 1] ^ unescaped.xor, 2)}`,
    clause: FRAME_CLAUSE,
  });
  if (body.failure !== null && !options.lenient) {
    const { reason, field, message, offset } = body.failure;
    return refuse(reason, field === undefined ? message : `${field}: ${message}`, wireOffset(bytes, start, offset));
  }
  // A registration shows the edition that its header hides.
  const edition =
    header.edition !== 'vendor' && fields.layout !== undefined ? (fields.layout as Edition) : header.edition;
  return { ok: true, protocol: 'jt808', edition, name: messageName(header.messageId), ...fields };
}

function headerFields(bytes: Buffer, h: Header, checksumOk: boolean, explained: Explained[] | null): Fields {
  const raw = bytes.toString('hex', h.numberStart, h.numberEnd);
  const imei = imeiOf(raw);
  const fields: Fields = {
    msgId: hexNumber(h.messageId, 4),
    phoneBcd: raw,
    ...(imei === null ? { phone: terminalNumber(raw) } : { imeiFromId: imei }),
    seq: h.seq,
    bodyLength: h.declaredLength,
    checksumOk,
    bodyLengthOk: h.lengthOk,
    ...(h.edition === '2019' && { protocolVersion: h.protocolVersion }),
    ...(h.packageTotal > 0 && { packageTotal: h.packageTotal, packageIndex: h.packageIndex }),
    ...(h.encrypted && { encrypted: true }),
  };
  if (explained !== null) {
    const row = (offset: number, end: number, field: string, value: unknown) =>
      explained.push({ offset, length: end - offset, field, value, clause: HEADER_CLAUSE });
    const seqBytes = h.edition === 'vendor' ? 1 : 2;
    row(0, 2, 'msgId', fields.msgId);
    row(2, 4, 'attributes', attributesText(h));
    if (h.numberStart === 5) row(4, 5, 'protocolVersion', h.protocolVersion);
    row(h.numberStart, h.numberEnd, 'phone', fields.phone ?? imei);
    row(h.numberEnd, h.numberEnd + seqBytes, 'seq', h.seq);
    if (h.packageTotal > 0) {
      row(h.bodyStart - 4, h.bodyStart - 2, 'packageTotal', h.packageTotal);
      row(h.bodyStart - 2, h.bodyStart, 'packageIndex', h.packageIndex);
    }
  }
  return fields;
}

function attributesText(h: Header): string {
  const flags = [`${h.declaredLength} body bytes`];
  if (h.encrypted) flags.push('encrypted');
  if (h.packageTotal > 0) flags.push('split');
  if (h.attributes & 0x4000) flags.push('version flag');
  return flags.join(', ');
}

/** Reads the body into `fields`. What cannot be named is there as `bodyHex`, or as its first bytes for a part. */
function readBody(bytes: Buffer, h: Header, fields: Fields, explained: Explained[] | null): Reader {
  const edition: Edition = h.edition === 'vendor' ? '2013' : h.edition;
  const r = new Reader(bytes, h.bodyStart, h.bodyEnd, edition, explained);
  const message = MESSAGES_BY_ID.get(h.messageId);
  const laterPart = h.packageTotal > 1 && h.packageIndex > 1;
  if (message !== undefined && !laterPart && !h.encrypted) {
    r.clause = clauseOf(message, edition);
    message.body.read(r, fields);
    // The first part of a split message ends where it was cut: what could be read is what there is.
    if (h.packageTotal > 1) r.failure = null;
    return r;
  }
  const at = r.at;
  const raw = r.raw(r.remaining);
  fields.bodyHex = raw.toString('hex');
  if (laterPart) fields.bodyHexHead = raw.toString('hex', 0, HEAD_OF_PART_BYTES);
  if (raw.length > 0) r.explain(at, 'body', fields.bodyHex);
  return r;
}

function refuse(code: string, message: string, offset: number): Decoded {
  return { ok: false, protocol: 'jt808', error: { code, message, offset } };
}

/** An offset of the unescaped frame to one of the input. */
function wireOffset(bytes: Buffer, start: number, offset: number): number {
  let at = start;
  for (let i = 0; i < offset && at < bytes.length; i++) {
    at += bytes[at] === 0x7d && (bytes[at + 1] === 1 || bytes[at + 1] === 2) ? 2 : 1;
  }
  return at;
}
