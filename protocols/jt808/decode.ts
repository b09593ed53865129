import type { FrameError } from '../../model/protocol-tools.js';
import { type Fields, hexNumber } from '../common/codecs.js';
import type { Edition, HeaderEdition } from '../common/edition.js';
import { unframe, wireOffsets } from '../common/unframe.js';
import { type Explained, Reader } from '../common/wire.js';
import { E7_NUMBER_BYTES, fromE7Frame, isE7Frame } from './e7-frames.js';
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

export type Decoded =
  | ({ ok: true; protocol: 'jt808'; edition: HeaderEdition; name: string } & Fields)
  | { ok: false; protocol: 'jt808'; error: FrameError };

export const FRAME_CLAUSE = 'JT/T 808 §4.4.2';
const HEADER_CLAUSE = 'JT/T 808 §4.4.3';
const HEAD_OF_PART_BYTES = 16;

/**
 * One frame, as on the wire, to the JSON that people read (outside contract §3). Delimiters may be missing. One in the other
 * wrapping (e7-frames.ts) is read too; offsets are then those of the same frame in that of the standard.
 * Never throws: bad input is `{ok: false, error}`.
 */
export function decodeFrame(frame: Buffer, options: DecodeOptions = {}): Decoded {
  const isE7 = isE7Frame(frame);
  const bytes = isE7 ? fromE7Frame(frame) : frame;
  const unframed = unframe(bytes, options.lenient === true);
  if ('code' in unframed) return { ok: false, protocol: 'jt808', error: unframed };
  const { plain, contentEnd, checksumOk, start, end } = unframed;

  const header = new Header();
  const wanted = options.edition === undefined || options.edition === 'auto' ? null : options.edition;
  const wrong = readHeader(plain, 0, contentEnd, wanted, header, isE7 ? E7_NUMBER_BYTES : undefined);
  if (wrong === 'short-header')
    return refuse(wrong, `${unframed.check.offset + 1} bytes are too few for a header`, end);
  if (wrong === 'bad-length' && !options.lenient) {
    const there = header.bodyEnd - header.bodyStart;
    return refuse(wrong, `the header declares ${header.declaredLength} body bytes, ${there} are there`, start + 2);
  }

  const explained = options.explained ?? null;
  const fields = headerFields(plain, header, checksumOk, explained);
  const body = readBody(plain, header, fields, explained);
  explained?.push({ ...unframed.check, clause: FRAME_CLAUSE });
  if (body.failure !== null && !options.lenient) {
    const { reason, field, message, offset } = body.failure;
    return refuse(
      reason,
      field === undefined ? message : `${field}: ${message}`,
      wireOffsets(bytes, start, end)[offset],
    );
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
