import type { ExplainedFrame } from '../../model/protocol-tools.js';
import * as common from '../common/explain.js';
import { type Decoded, type DecodeOptions, decodeFrame, FRAME_CLAUSE } from './decode.js';
import { fromE7Frame, isE7Frame } from './e7-frames.js';

/** A frame byte by byte. A frame that is refused is explained as far as it could be read. */
export function explainFrame(bytes: Buffer, options: DecodeOptions = {}): common.Explanation<Decoded> {
  const standard = isE7Frame(bytes) ? fromE7Frame(bytes) : bytes;
  return common.explainFrame(standard, FRAME_CLAUSE, (explained) => decodeFrame(bytes, { ...options, explained }));
}

/** Every frame of what was pasted, and what is none; offsets count from its beginning. Never throws. */
export function explainPasted(bytes: Buffer, options: DecodeOptions = {}): ExplainedFrame[] {
  // A frame in the other wrapping may have delimiters of the standard inside.
  if (isE7Frame(bytes)) return [{ offset: 0, length: bytes.length, ...explainFrame(bytes, options) }];
  return common.explainPasted('jt808', bytes, (frame) => explainFrame(frame, options));
}
