import { type Decoded, type DecodeOptions, decodeFrame, FRAME_CLAUSE } from './decode.js';
import { unescapeInto } from './frame.js';
import type { Explained } from './wire.js';

/** One run of bytes of a frame: where, what, and which text says so. */
export interface ExplainedRow {
  /** In the frame without its escapes, the opening delimiter being 0. */
  offset: number;
  hex: string;
  field: string;
  value: string;
  clause: string;
}

export interface Explanation {
  decoded: Decoded;
  rows: ExplainedRow[];
  /** Bytes that escaping added on the wire. */
  escapes: number;
}

const DELIMITER = 0x7e;

/** A frame byte by byte. A frame that is refused is explained as far as it could be read. */
export function explainFrame(bytes: Buffer, options: DecodeOptions = {}): Explanation {
  const explained: Explained[] = [];
  const decoded = decodeFrame(bytes, { ...options, explained });
  const start = bytes[0] === DELIMITER ? 1 : 0;
  const end = bytes.length > start && bytes[bytes.length - 1] === DELIMITER ? bytes.length - 1 : bytes.length;
  const plain = Buffer.alloc(end - start);
  const { length } = unescapeInto(plain, bytes, start, end);

  const rows: ExplainedRow[] = [];
  const delimiter = (offset: number) =>
    rows.push({ offset, hex: '7e', field: 'delimiter', value: '', clause: FRAME_CLAUSE });
  if (start === 1) delimiter(0);
  for (const { offset, length, field, value, clause } of explained) {
    const hex = plain.toString('hex', offset, offset + length);
    rows.push({
      offset: offset + 1,
      hex,
      field,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      clause,
    });
  }
  if (end < bytes.length) delimiter(length + 1);
  return { decoded, rows, escapes: end - start - length };
}
