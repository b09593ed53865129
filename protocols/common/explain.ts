import type { ExplainedFrame, ExplainedRow } from '../../model/protocol-tools.js';
import { unescapeInto } from './frame.js';
import { delimited, outsideFrame, splitFrames, wireOffsets } from './unframe.js';
import type { Explained } from './wire.js';

type Decoded = ExplainedFrame['decoded'];

/** A frame byte by byte; like the explanation of pasted bytes, of which this is a piece. */
export interface Explanation<D extends Decoded = Decoded> extends Pick<ExplainedFrame, 'rows' | 'escapes'> {
  decoded: D;
}

/** A frame byte by byte, as `decode` explains it. One that is refused is explained as far as it could be read. */
export function explainFrame<D extends Decoded>(
  bytes: Buffer,
  clause: string,
  decode: (explained: Explained[]) => D,
): Explanation<D> {
  const explained: Explained[] = [];
  const decoded = decode(explained);
  const { start, end } = delimited(bytes);
  const plain = Buffer.alloc(end - start);
  const { length } = unescapeInto(plain, bytes, start, end);
  const wire = wireOffsets(bytes, start, end);

  const rows: ExplainedRow[] = [];
  const delimiter = (offset: number, wireOffset: number) =>
    rows.push({ offset, hex: '7e', field: 'delimiter', value: '', clause, wireOffset, wireLength: 1 });
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
export function explainPasted(
  protocol: string,
  bytes: Buffer,
  explain: (frame: Buffer) => Explanation,
): ExplainedFrame[] {
  return splitFrames(bytes).map(({ bytes: piece, offset, framed }) => {
    const { decoded, rows, escapes } = framed
      ? explain(piece)
      : { decoded: { ok: false as const, protocol, error: outsideFrame(piece) }, rows: [], escapes: 0 };
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
