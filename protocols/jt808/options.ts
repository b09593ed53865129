import { MAX_WIRE_BYTES } from '../common/frame.js';
import { MemoryBudget, PART_LIMITS, type PartLimits } from './subpackage.js';

/** What a conversation can be told. */
export interface Jt808Options {
  /** Longest frame on the wire. */
  maxFrameBytes: number;
  parts: PartLimits;
  /** What the split messages of all conversations may hold together. */
  partsBudget: MemoryBudget;
  /** Epoch ms, for the answer to a time query. */
  clock: () => number;
}

export const DEFAULTS: Jt808Options = {
  maxFrameBytes: MAX_WIRE_BYTES,
  parts: PART_LIMITS,
  partsBudget: new MemoryBudget(256 * 1024 * 1024),
  clock: Date.now,
};
