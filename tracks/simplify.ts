import { METRES_PER_DEGREE, segmentDistanceM } from '../geo/distance.js';
import type { Position } from '../model/position.js';
import { SILENCE_MS } from './leg.js';
import { tripsAndStops } from './trips.js';

/** A speed counts as a peak where it rises, and falls again, by this much (km/h). */
const PEAK_KMH = 15;

/**
 * The fixes that tell a track to within `toleranceM`: every fix that is left out lies at most that far from the straight
 * line between its kept neighbours (Douglas–Peucker, with distances on the ground at the fix itself, so that the bound
 * holds on a track across many latitudes too). Where something happened the fix itself is kept, whatever the line says.
 *
 * @param fixes of one vehicle in order of time, all with a place
 */
export function simplifiedTrack(fixes: readonly Position[], toleranceM: number): Position[] {
  if (fixes.length < 3) return [...fixes];
  const keep = landmarks(fixes);
  let from = 0;
  for (let to = 1; to < fixes.length; to++) {
    if (keep[to] === 0) continue;
    keepFarthest(fixes, from, to, toleranceM, keep);
    from = to;
  }
  return fixes.filter((_, i) => keep[i] === 1);
}

/** 1 for every fix that is kept for itself: ends, edges of alarms, of gaps and of stops, peaks of speed. */
function landmarks(fixes: readonly Position[]): Uint8Array {
  const keep = new Uint8Array(fixes.length);
  keep[0] = keep[fixes.length - 1] = 1;
  for (let i = 1; i < fixes.length; i++) {
    const a = fixes[i - 1];
    const b = fixes[i];
    if (a.alarms !== b.alarms || b.fixTime - a.fixTime > SILENCE_MS) keep[i - 1] = keep[i] = 1;
  }
  markStops(fixes, keep);
  markPeaks(fixes, keep);
  return keep;
}

function markStops(fixes: readonly Position[], keep: Uint8Array): void {
  let i = 0;
  for (const { start, seenUntil } of tripsAndStops(fixes).stops) {
    for (const time of [start, seenUntil]) {
      while (fixes[i].fixTime < time) i++;
      keep[i] = 1;
    }
  }
}

function markPeaks(fixes: readonly Position[], keep: Uint8Array): void {
  let peak = -1;
  let lowest = Infinity; // since the last peak that was kept
  for (const [i, { speedKmh }] of fixes.entries()) {
    if (Number.isNaN(speedKmh)) continue;
    if (peak >= 0 && fixes[peak].speedKmh - speedKmh >= PEAK_KMH) {
      keep[peak] = 1;
      peak = -1;
      lowest = speedKmh;
    } else if (peak >= 0 ? speedKmh > fixes[peak].speedKmh : speedKmh - lowest >= PEAK_KMH) {
      peak = i;
    }
    lowest = Math.min(lowest, speedKmh);
  }
  if (peak >= 0) keep[peak] = 1;
}

/** Keeps the farthest fix between two, and goes on on both sides of it, while it is too far. */
function keepFarthest(
  fixes: readonly Position[],
  from: number,
  to: number,
  toleranceM: number,
  keep: Uint8Array,
): void {
  const spans = [[from, to]]; // instead of recursion: a spiral can be as deep as it is long
  for (let span = spans.pop(); span; span = spans.pop()) {
    const [first, last] = span;
    let farthest = -1;
    let most = toleranceM;
    for (let i = first + 1; i < last; i++) {
      const distance = offLineM(fixes[i], fixes[first], fixes[last]);
      if (distance > most) {
        most = distance;
        farthest = i;
      }
    }
    if (farthest < 0) continue;
    keep[farthest] = 1;
    spans.push([first, farthest], [farthest, last]);
  }
}

/** Metres from a fix to the straight line between two others; the short way round at 180°. */
export function offLineM(p: Position, a: Position, b: Position): number {
  const x1 = p.lon + eastward(a.lon - p.lon);
  const x2 = x1 + eastward(b.lon - a.lon);
  const lonScale = METRES_PER_DEGREE * Math.cos((p.lat * Math.PI) / 180);
  return segmentDistanceM(p.lon, p.lat, x1, a.lat, x2, b.lat, lonScale);
}

function eastward(degrees: number): number {
  return degrees > 180 ? degrees - 360 : degrees < -180 ? degrees + 360 : degrees;
}
