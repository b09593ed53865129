import type { FrameError } from '../../model/protocol-tools.js';
import { stripZeros } from '../../model/vehicle.js';
import { type Fields, hexBytes } from '../common/codecs.js';
import { frameBytes } from '../common/frame.js';
import { type Unframed, unframe, wireOffsets } from '../common/unframe.js';
import { type Explained, Reader, Writer } from '../common/wire.js';
import { idText } from './codecs.js';
import { EDITION } from './edition.js';
import { type Header, readHeader, withHeader } from './header.js';
import { MESSAGES_BY_ID } from './messages/index.js';

export interface DecodeOptions {
  /** Decodes on in spite of a wrong check code or length. */
  lenient?: boolean;
  /** Gets a line for each run of bytes, in the order of the unescaped frame. */
  explained?: Explained[];
}

export type Decoded =
  | ({ ok: true; protocol: 'jt905'; name: string } & Fields)
  | { ok: false; protocol: 'jt905'; error: FrameError };

/** The framing is that of JT/T 808; the sheet of JT/T 905 has no section numbers that sources agree on. */
export const CLAUSE = 'JT/T 905.4-2014';

/** One frame, as on the wire, to the JSON that people read (outside contract §3). Never throws. */
export function decodeFrame(bytes: Buffer, { lenient = false, explained }: DecodeOptions = {}): Decoded {
  const refuse = (error: FrameError): Decoded => ({ ok: false, protocol: 'jt905', error });
  const unframed = unframe(bytes, lenient);
  if ('code' in unframed) return refuse(unframed);
  const { plain, contentEnd, start, end } = unframed;
  const h = readHeader(plain, 0, contentEnd);
  if (h === null) {
    return refuse({ code: 'short-header', message: `${contentEnd} bytes are too few for a header`, offset: end });
  }
  const there = h.bodyEnd - h.bodyStart;
  if (there !== h.declaredLength && !lenient) {
    const message = `the header declares ${h.declaredLength} body bytes, ${there} are there`;
    return refuse({ code: 'bad-length', message, offset: start + 2 });
  }
  const fields = headerFields(h, unframed, explained);
  const message = MESSAGES_BY_ID.get(h.messageId);
  const r = new Reader(plain, h.bodyStart, h.bodyEnd, EDITION, explained ?? null);
  r.clause = CLAUSE;
  if (message?.body !== undefined) {
    message.body.read(r, fields);
  } else if (r.remaining > 0) {
    fields.bodyHex = r.raw(r.remaining).toString('hex');
    r.explain(h.bodyStart, 'body', fields.bodyHex);
  }
  explained?.push({ ...unframed.check, clause: CLAUSE });
  if (r.failure !== null && !lenient) {
    const { reason, field, message, offset } = r.failure;
    const what = field === undefined ? message : `${field}: ${message}`;
    return refuse({ code: reason, message: what, offset: wireOffsets(bytes, start, end)[offset] });
  }
  return { ok: true, protocol: 'jt905', name: message?.name ?? 'Unknown', ...fields };
}

function headerFields(h: Header, { checksumOk }: Unframed, explained: Explained[] | undefined): Fields {
  const fields: Fields = {
    msgId: idText(h.messageId),
    bodyLen: h.declaredLength,
    isu: h.isu,
    sn: h.seq,
    checksumOk,
    lenOk: h.declaredLength === h.bodyEnd - h.bodyStart,
  };
  const row = (offset: number, length: number, field: string) =>
    explained?.push({ offset, length, field, value: fields[field], clause: CLAUSE });
  row(0, 2, 'msgId');
  row(2, 2, 'bodyLen');
  row(4, 6, 'isu');
  row(10, 2, 'sn');
  return fields;
}

/** The body of a message by names. Throws RangeError where its layout is not known, and for fields that do not fit. */
export function encodeBody(messageId: number, fields: Fields): Buffer {
  const body = MESSAGES_BY_ID.get(messageId)?.body;
  if (body === undefined) throw new RangeError(`message ${idText(messageId)}: give its body as bodyHex`);
  const w = new Writer(EDITION);
  body.write(w, fields);
  return w.take();
}

/** The frame of an object as `decodeFrame` prints it. Throws RangeError saying which key is wrong. */
export function encodeJson(json: Fields): Buffer {
  const messageId = Number(json.msgId);
  if (!Number.isInteger(messageId) || messageId < 0 || messageId > 0xffff) {
    throw new RangeError('msgId: must be a message id like "0x0200"');
  }
  const seq = Number(json.sn ?? 0);
  if (!Number.isInteger(seq) || seq < 0 || seq > 0xffff) throw new RangeError('sn: must be a whole number to 65535');
  const isu = String(json.isu ?? '').padStart(12, '0');
  hexBytes(isu, 6, 'isu');
  const empty = json.bodyHex === undefined && MESSAGES_BY_ID.get(messageId)?.body === undefined;
  const body =
    json.bodyHex !== undefined
      ? hexBytes(json.bodyHex, null, 'bodyHex')
      : empty
        ? Buffer.alloc(0)
        : encodeBody(messageId, json);
  return frameBytes(withHeader({ messageId, isu, seq }, body));
}

/** ISU id without leading zeros: how the system names the terminal. */
export function isuNumber(isu: string): string {
  return stripZeros(isu);
}
