import { distanceM, EARTH_RADIUS_M } from '../../geo/distance.js';
import type { Fleet } from '../../model/fleet.js';
import type { Bbox } from '../parameters.js';
import type { PlaceIndex } from './place-index.js';

export interface Near {
  no: number;
  /** Along the great circle. */
  metres: number;
}

const RADIANS = Math.PI / 180;
/** Rounding, coarsest on the far side of the earth, must not lose one that is just as far; degrees. */
const SLACK = 1e-6;

/** Half the side of the first box that is looked into, and of the last before everybody is looked at; degrees of latitude. */
const FIRST_BOX = 1 / 32;
const LAST_BOX = 1;

export interface NearWish {
  k: number;
  /** Numbers below this one. */
  end: number;
  wanted: (no: number) => boolean;
  /** Metres. */
  within?: number;
  /** Who is where, so that not everybody has to be looked at. */
  places?: Pick<PlaceIndex, 'inside'>;
}

type Columns = Pick<Fleet, 'lon' | 'lat'>;
type Place = readonly [lon: number, lat: number];

/**
 * The `k` vehicles nearest to a place among those that are `wanted`, nearest first, on the sphere: also over the poles and
 * across 180°. With `places`, in boxes that grow: of a million vehicles a few hundred are looked at then, and all of them only
 * where those that are wanted are few or far.
 */
export function nearestVehicles(fleet: Columns, place: Place, wish: NearWish): Near[] {
  const { k, end, within = Infinity, places } = wish;
  for (let half = FIRST_BOX; places && half <= LAST_BOX; half *= 2) {
    const box = boxAround(place, half);
    if (box === null) break;
    // Whoever is nearer than this is in the box.
    const metres = half * RADIANS * EARTH_RADIUS_M;
    const inside = [...places.inside(box)].filter((no) => no < end);
    const found = nearestOf(fleet, place, { ...wish, within: Math.min(within, metres) }, inside);
    if (found.length === k || metres >= within) return found;
  }
  return nearestOf(fleet, place, wish, null);
}

/** null where it goes over a pole or across 180°. */
function boxAround([lon, lat]: Place, half: number): Bbox | null {
  if (Math.abs(lat) + half + SLACK >= 90) return null;
  const side = Math.asin(Math.sin(half * RADIANS) / Math.cos(lat * RADIANS)) / RADIANS + SLACK;
  const box: Bbox = [lon - side, lat - half - SLACK, lon + side, lat + half + SLACK];
  return box[0] < -180 || box[2] > 180 ? null : box;
}

/** Of these numbers, ascending; null: of all below `end`. */
function nearestOf(
  { lon: lons, lat: lats }: Columns,
  [lon, lat]: Place,
  { k, end, wanted, within = Infinity }: NearWish,
  nos: readonly number[] | null,
): Near[] {
  // Kept sorted, nearest first; k is small and nearly every vehicle is farther than the last.
  const nearest: Near[] = [];
  let farthest = within;
  let degrees = degreesOf(farthest);
  const count = nos ? nos.length : end - 1;
  for (let i = 0; i < count; i++) {
    const no = nos ? nos[i] : i + 1;
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
