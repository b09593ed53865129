/**
 * Message header, JT/T 905.4-2014: id WORD · body length WORD · ISU id BCD[6] · serial WORD.
 * The length is a whole WORD: there is no encryption, no splitting and no version in it.
 */
export const HEADER_BYTES = 12;

export interface Header {
  messageId: number;
  /** The body length that the header declares. */
  declaredLength: number;
  /** ISU id as it came, in hex. */
  isu: string;
  seq: number;
  bodyStart: number;
  bodyEnd: number;
}

/** Reads the header of `bytes[start…end)`, check code left out; null where it is cut off. */
export function readHeader(bytes: Buffer, start: number, end: number): Header | null {
  if (end - start < HEADER_BYTES) return null;
  return {
    messageId: bytes.readUInt16BE(start),
    declaredLength: bytes.readUInt16BE(start + 2),
    isu: bytes.toString('hex', start + 4, start + 10),
    seq: bytes.readUInt16BE(start + 10),
    bodyStart: start + HEADER_BYTES,
    bodyEnd: end,
  };
}

/** Header and body as one run of bytes. Throws RangeError where the body is too long for the length field. */
export function withHeader(h: Pick<Header, 'messageId' | 'isu' | 'seq'>, body: Uint8Array): Buffer {
  if (body.length > 0xffff) throw new RangeError(`a frame holds at most 65535 body bytes, not ${body.length}`);
  const out = Buffer.allocUnsafe(HEADER_BYTES + body.length);
  out.writeUInt16BE(h.messageId, 0);
  out.writeUInt16BE(body.length, 2);
  out.write(h.isu, 4, 'hex');
  out.writeUInt16BE(h.seq, 10);
  out.set(body, HEADER_BYTES);
  return out;
}
