import { distanceM } from '../geo/distance.js';

/** Silence after which we no longer take for granted what the vehicle did (assessment sheet §2.1, gapSeconds). */
export const SILENCE_MS = 600_000;
/** Moved less than this in silence, a vehicle stood: a terminal that wakes up needs some hundred metres for its first fix (§2.1, minMoveM). */
export const UNSEEN_MOVE_M = 500;
/** A straight line this long between two fixes says little of the way (§2.1, gapDistanceM). */
export const LONGEST_LEG_M = 2000;
/** Faster than any vehicle we watch: one of the two fixes is wrong (model/quality.ts, suspect-motion). */
export const IMPOSSIBLE_KMH = 220;

/** What a leg asks of a fix: where, and when (epoch ms). */
export interface PlaceInTime {
  lon: number;
  lat: number;
  fixTime: number;
}

/** The way between two neighbouring usable fixes of one vehicle. */
export interface Leg {
  metres: number;
  ms: number;
  /** `drift`: it cannot have been; `unseen`: how it went is not known; `still`: silent for long, and hardly moved. */
  kind: 'seen' | 'still' | 'unseen' | 'drift';
}

/** Rule of the assessment sheet §2.1: which mileage counts as complete, and so which way counts as known. */
export function legBetween(a: PlaceInTime, b: PlaceInTime): Leg {
  const metres = distanceM(a.lon, a.lat, b.lon, b.lat);
  const ms = b.fixTime - a.fixTime;
  // Below some metres two fixes of one second tell of noise, not of speed.
  if (metres > 50 && metres * 3600 > IMPOSSIBLE_KMH * ms) return { metres, ms, kind: 'drift' };
  if (ms > SILENCE_MS) return { metres, ms, kind: metres > UNSEEN_MOVE_M ? 'unseen' : 'still' };
  return { metres, ms, kind: metres > LONGEST_LEG_M ? 'unseen' : 'seen' };
}
