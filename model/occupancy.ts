import { sourceNumber } from './source.js';

/** What a taxi is doing (营运状态). */
export const OCCUPANCIES = ['out-of-service', 'loaded', 'on-call', 'empty'] as const;
export type Occupancy = (typeof OCCUPANCIES)[number];

/** Bits of the status word of JT/T 905 (sheet §2). */
const OUT_OF_SERVICE = 1 << 3;
const ON_CALL = 1 << 4;
const LOADED = 1 << 9;
const JT905 = sourceNumber('jt905');

/** By the status word of JT/T 905: out of service says more than loaded, and loaded more than on call. */
export function occupancy(word: number): Occupancy {
  if (word & OUT_OF_SERVICE) return 'out-of-service';
  if (word & LOADED) return 'loaded';
  return word & ON_CALL ? 'on-call' : 'empty';
}

/** Of a fix; null where its source does not tell. `source` is a number of model/source.ts. */
export function occupancyOf({ source, statusWord }: { source: number; statusWord: number }): Occupancy | null {
  return source === JT905 ? occupancy(statusWord) : null;
}
