import { distance } from '@turf/turf';
import type { PositionJson } from '../model/position.js';

/** Between two fixes further apart than this nobody knows the way. */
const GAP_MS = 5 * 60_000;

export interface TrackFix {
  /** Epoch ms. */
  time: number;
  lon: number;
  lat: number;
  speed: number | null;
}

/** Neighbouring fixes first … last, with a line between them; `gap` where the line is a guess. */
export interface Stretch {
  first: number;
  last: number;
  gap: boolean;
}

export interface Track {
  fixes: TrackFix[];
  stretches: Stretch[];
  km: number;
}

/** Fixes that have a time and a place, as a line with its gaps and its length. */
export function toTrack(positions: PositionJson[]): Track {
  const fixes: TrackFix[] = [];
  for (const { time, lon, lat, speed, quality } of positions) {
    if (time === null || lon === null || lat === null) continue;
    if (quality.includes('no-fix') || quality.includes('suspect-place')) continue;
    fixes.push({ time: Date.parse(time), lon, lat, speed });
  }
  const stretches: Stretch[] = [];
  let km = 0;
  for (let i = 1; i < fixes.length; i++) {
    const gap = fixes[i].time - fixes[i - 1].time > GAP_MS;
    const open = stretches.at(-1);
    if (open && open.gap === gap && !gap) open.last = i;
    else stretches.push({ first: i - 1, last: i, gap });
    km += distance([fixes[i - 1].lon, fixes[i - 1].lat], [fixes[i].lon, fixes[i].lat]);
  }
  return { fixes, stretches, km };
}

/** Place at `time`, on the straight line between the fixes before and after it. */
export function placeAt(fixes: TrackFix[], time: number): TrackFix {
  let low = 0;
  let high = fixes.length - 1;
  while (high - low > 1) {
    const middle = (low + high) >> 1;
    if (fixes[middle].time <= time) low = middle;
    else high = middle;
  }
  const before = fixes[low];
  const after = fixes[high];
  if (time >= after.time) return after;
  if (time <= before.time) return before;
  const share = (time - before.time) / (after.time - before.time);
  return {
    time,
    lon: before.lon + (after.lon - before.lon) * share,
    lat: before.lat + (after.lat - before.lat) * share,
    speed: before.speed,
  };
}
