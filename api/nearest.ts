import { distanceM, EARTH_RADIUS_M } from '../geo/distance.js';
import type { Fleet } from '../model/fleet.js';

export interface Near {
  no: number;
  /** Along the great circle. */
  metres: number;
}

const RADIANS = Math.PI / 180;
/** Rounding, coarsest on the far side of the earth, must not lose one that is just as far; degrees. */
const SLACK = 1e-6;

/**
 * The `k` vehicles nearest to a place among those that are `wanted`, nearest first, on the sphere: also over the poles and
 * across 180°. Numbers below `end`.
 */
export function nearestVehicles(
  { lon: lons, lat: lats }: Pick<Fleet, 'lon' | 'lat'>,
  [lon, lat]: readonly [number, number],
  { k, end, wanted, within = Infinity }: { k: number; end: number; wanted: (no: number) => boolean; within?: number },
): Near[] {
  // Kept sorted, nearest first; k is small and nearly every vehicle is farther than the last.
  const nearest: Near[] = [];
  let farthest = within;
  let degrees = degreesOf(farthest);
  for (let no = 1; no < end; no++) {
    // Nobody is nearer than the difference in latitude: most need no more than that. NaN, before the first fix, is not within.
    if (!(Math.abs(lats[no] - lat) <= degrees)) continue;
    const metres = distanceM(lon, lat, lons[no], lats[no]);
    if (!(metres <= farthest) || (nearest.length === k && metres === farthest) || !wanted(no)) continue;
    let place = nearest.length;
    while (place > 0 && nearest[place - 1].metres > metres) place--;
    nearest.splice(place, 0, { no, metres });
    if (nearest.length > k) nearest.pop();
    if (nearest.length < k) continue;
    farthest = nearest[k - 1].metres;
    degrees = degreesOf(farthest);
  }
  return nearest;
}

function degreesOf(metres: number): number {
  return metres / EARTH_RADIUS_M / RADIANS + SLACK;
}
