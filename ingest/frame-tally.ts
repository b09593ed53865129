import type { RejectReason } from '../model/reject.js';
import type { IngestStats } from './ingest-stats.js';

/** Refused before `frame` told of them. */
export const NEVER_A_FRAME: ReadonlySet<RejectReason> = new Set<RejectReason>([
  'no-frame',
  'frame-too-long',
  'bad-escape',
  'bad-checksum',
  'short-header',
  'bad-length',
]);
/** Parts of split messages, given up: each was a frame of its own, and counts as handled until then. */
const HELD_PARTS: ReadonlySet<RejectReason> = new Set<RejectReason>(['package-timeout', 'package-limit']);

/** Counts each frame of one conversation once, as handled or as rejected: received = handled + Σ rejected. */
export class FrameTally {
  /** A frame is counted as received and neither as handled nor as rejected. */
  #open = false;

  constructor(private readonly stats: IngestStats) {}

  frame(): void {
    this.settle();
    this.stats.framesReceived++;
    this.#open = true;
  }

  /** What is in hand has been dealt with. */
  settle(): void {
    if (!this.#open) return;
    this.#open = false;
    this.stats.framesHandled++;
  }

  reject(reason: RejectReason): void {
    const { stats } = this;
    if (NEVER_A_FRAME.has(reason) || (reason === 'decoder-bug' && !this.#open)) {
      stats.framesReceived++;
      stats.rejectFrame(reason);
    } else if (HELD_PARTS.has(reason)) {
      stats.framesHandled--;
      stats.rejectFrame(reason);
    } else if (this.#open) {
      // The first reason counts: a batch may hold several bad parts.
      this.#open = false;
      stats.rejectFrame(reason);
    }
  }
}
