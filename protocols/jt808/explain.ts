import type { ExplainedFrame, ExplainedRow } from '../../model/protocol-tools.js';
import { unescapeInto } from '../common/frame.js';
import type { Explained } from '../common/wire.js';
import { type Decoded, type DecodeOptions, decodeFrame, FRAME_CLAUSE, outsideFrame, splitFrames } from './decode.js';

/** Like the explanation of pasted bytes, of which this is a piece. */
export interface Explanation extends Pick<ExplainedFrame, 'rows' | 'escapes'> {
  decoded: Decoded;
}

const DELIMITER = 0x7e;
const ESCAPE = 0x7d;

/** A frame byte by byte. A frame that is refused is explained as far as it could be read. */
export function explainFrame(bytes: Buffer, options: DecodeOptions = {}): Explanation {
  const explained: Explained[] = [];
  const decoded = decodeFrame(bytes, { ...options, explained });
  const start = bytes[0] === DELIMITER ? 1 : 0;
  const end = bytes.length > start && bytes[bytes.length - 1] === DELIMITER ? bytes.length - 1 : bytes.length;
  const plain = Buffer.alloc(end - start);
  const { length } = unescapeInto(plain, bytes, start, end);
  const wire = wireOffsets(bytes, start, end);

  const rows: ExplainedRow[] = [];
  const delimiter = (offset: number, wireOffset: number) =>
    rows.push({
      offset,
      hex: '7e',
      field: 'delimiter',
      value: '',
      clause: FRAME_CLAUSE,
      wireOffset,
      wireLength: 1,
    });
  if (start === 1) delimiter(0, 0);
  for (const { offset, length, field, value, clause } of explained) {
    rows.push({
      offset: offset + 1,
      hex: plain.toString('hex', offset, offset + length),
      field,
      value: typeof value === 'string' ? value : JSON.stringify(value),
      clause,
      wireOffset: wire[offset],
      wireLength: wire[offset + length] - wire[offset],
    });
  }
  if (end < bytes.length) delimiter(length + 1, end);
  return { decoded, rows, escapes: end - start - length };
}

/** Every frame of what was pasted, and what is none; offsets count from its beginning. Never throws. */
export function explainPasted(bytes: Buffer, options: DecodeOptions = {}): ExplainedFrame[] {
  return splitFrames(bytes).map(({ bytes: piece, offset, framed }) => {
    const { decoded, rows, escapes } = framed
      ? explainFrame(piece, options)
      : { decoded: outsideFrame(piece), rows: [], escapes: 0 };
    return {
      offset,
      length: piece.length,
      decoded: decoded.ok
        ? decoded
        : { ...decoded, error: { ...decoded.error, offset: decoded.error.offset + offset } },
      rows: rows.map((row) => ({ ...row, wireOffset: row.wireOffset + offset })),
      escapes,
    };
  });
}

/** Where each byte of the unescaped frame begins on the wire, and at last where they all end. */
function wireOffsets(bytes: Buffer, start: number, end: number): number[] {
  const offsets: number[] = [];
  for (let at = start; at < end; ) {
    offsets.push(at);
    at += bytes[at] === ESCAPE && at + 1 < end && (bytes[at + 1] === 1 || bytes[at + 1] === 2) ? 2 : 1;
  }
  offsets.push(end);
  return offsets;
}
