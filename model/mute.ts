/** Which alerts a mute concerns: those that have one of the values in every list that is given; at least one list is. */
export interface MuteScope {
  types?: readonly string[];
  /** Vehicle ids. */
  vehicles?: readonly string[];
  /** Fence ids. */
  fences?: readonly string[];
  companies?: readonly string[];
  /** Administrative divisions, GB/T 2260 digits: `32` holds `3202` and `320211`. */
  regions?: readonly string[];
}

/** For a while, alerts of a kind are kept and are no news: a roadworks, a test of terminals. */
export interface Mute {
  id: string;
  scope: MuteScope;
  /** Epoch ms: from ≤ time < to. */
  from: number;
  to: number;
  reason: string;
  by: string;
  createdAt: number;
}

/** Mutes that have ended are listed for so long; the database keeps them. */
export const ENDED_MUTES_KEPT_MS = 30 * 86_400_000;
