import type { MediumHead } from '../model/medium.js';
import type { RejectReason } from '../model/reject.js';

/** A part of a medium: a picture, a sound or a video that a terminal sends in pieces. */
export interface MediaPart {
  /** Number of the terminal, without leading zeros. */
  terminal: string;
  /** How many parts there are, and which one this is, from 1. */
  total: number;
  index: number;
  /** The part's own message number, and that which the first part has if numbers are consecutive. */
  serial: number;
  firstSerial: number;
  /** What the first part says of the medium; null in the others. */
  head: MediumHead | null;
  /** The medium's own bytes in this part; borrowed. */
  data: Buffer;
}

/** How the terminal that sends a medium is told what became of it; called later, and perhaps never. */
export interface MediaPeer {
  /** This part is with us: it need not be sent again unless it is asked for. Not yet a promise to keep it. */
  written(): void;
  /** These parts are wanted; `mediaId` is null while the part that says it has not come. */
  missing(mediaId: number | null, indexes: readonly number[]): void;
  /** The medium is whole and durable. */
  complete(mediaId: number): void;
}

/**
 * taken: `written` follows. repeated: it was here before. busy: not taken now, and to be left unanswered, so that the
 * terminal sends it again.
 */
export type MediaOutcome = 'taken' | 'repeated' | 'busy' | { reason: RejectReason; detail: string };
