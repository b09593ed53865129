/** Bounds of media that terminals send in parts. Times in ms. */
export interface MediaLimits {
  /** Memory of all unfinished media together: parts on their way to the disk, and the tables of those that are there. */
  memoryBytes: number;
  /** Unfinished media on disk together. */
  incomingBytes: number;
  /** Unfinished media at once, in all and of one terminal. */
  uploads: number;
  perTerminal: number;
  /** Parts, and bytes, of one medium. */
  parts: number;
  bytes: number;
  /** Quiet for so long, missing parts are asked for, and again after each such time … */
  askAfterMs: number;
  /** … until nothing new has come for so long, or the whole takes longer than that: then what is there is kept. */
  timeoutMs: number;
  maxAgeMs: number;
}

export const MEDIA_LIMITS: MediaLimits = {
  memoryBytes: 64 * 1024 * 1024,
  incomingBytes: 2 * 1024 * 1024 * 1024,
  uploads: 10_000,
  perTerminal: 4,
  parts: 32_768,
  bytes: 32 * 1024 * 1024,
  askAfterMs: 3_000,
  timeoutMs: 60_000,
  maxAgeMs: 30 * 60_000,
};
