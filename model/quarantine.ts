import type { RejectReason } from './reject.js';

/** One refused frame or fix, kept for people to look at. */
export interface QuarantineEntry {
  /** Grows by one with each entry kept since the process started. */
  number: number;
  /** Epoch ms. */
  at: number;
  reason: RejectReason;
  /** What and where, for people. */
  detail: string;
  /** Protocol or feed it came by. */
  source: string;
  /** Terminal number or vehicle id, as far as it was known. */
  peer: string | null;
  /** Remote address, where there is one. */
  address: string | null;
  /** The raw bytes, cut off at a limit. */
  bytes: Uint8Array;
  /** How long they were before they were cut off. */
  length: number;
}

/** Entries that look alike: most likely one cause. */
export interface QuarantineGroup {
  /** Names the group as long as entries of it are kept. */
  key: string;
  source: string;
  reason: RejectReason;
  /** "0x0200"; this and the next two are null where the bytes show no header. */
  messageId: string | null;
  edition: string | null;
  /** Body bytes that are there beyond those that the header declares; negative where some are missing. */
  lengthOff: number | null;
  /** Maker and model as the terminal registered them; null where it is not known. */
  manufacturer: string | null;
  model: string | null;
  /** Of the entries that are kept, which is a sample. */
  count: number;
  terminals: number;
  /** Epoch ms. */
  first: number;
  last: number;
  /** Number of the newest entry. */
  newest: number;
}

/**
 * What becomes of a kept frame today. `decodes`: as fixes, or as another message that is understood. `applied`: its fixes
 * are in the log now. `applied-before`: they were, by an earlier call. `rejected`: still refused. `part`: of a split
 * message, whose other parts are not there. `cut-off`: not all of its bytes were kept. `unknown-terminal`: it decodes, but
 * the registry has no vehicle with the terminal. `no-frame`: it did not come as a frame, so there is nothing to decode.
 * `full`: it decodes, but the log takes nothing now.
 */
export type RerunOutcome =
  | 'decodes'
  | 'applied'
  | 'applied-before'
  | 'rejected'
  | 'part'
  | 'cut-off'
  | 'unknown-terminal'
  | 'no-frame'
  | 'full';

export interface RerunResult {
  number: number;
  outcome: RerunOutcome;
  /** Why it was refused then. */
  before: RejectReason;
  /** Why it, or a fix of it, is refused now; null where it is not. */
  reason: RejectReason | null;
  detail: string;
  /** "0x0200"; null where no header could be read. */
  messageId: string | null;
  terminal: string | null;
  vehicleId: string | null;
  /** Fixes that came out. */
  fixes: number;
}
