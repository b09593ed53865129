import type { LimitTag, Road } from '../model/road.js';
import type { VehicleCategory } from '../model/vehicle.js';

/** What a road has where nobody says: km/h by the OpenStreetMap value of `highway`, 道路交通安全法实施条例 art. 45 and 78. */
export const USUAL_LIMITS: Readonly<Record<string, number>> = {
  motorway: 120,
  motorway_link: 60,
  trunk: 100,
  trunk_link: 60,
  primary: 70,
  primary_link: 60,
  secondary: 70,
  secondary_link: 60,
  tertiary: 60,
  tertiary_link: 40,
  unclassified: 40,
  residential: 40,
  living_street: 20,
  service: 30,
};

/** Limits of their own that OpenStreetMap has for these kinds. */
const WHOM: Partial<Record<VehicleCategory, readonly (':hgv' | ':bus' | ':coach' | ':hazmat')[]>> = {
  truck: [':hgv'],
  'dangerous-goods': [':hgv', ':hazmat'],
  bus: [':bus'],
  'school-bus': [':bus', ':coach'],
  coach: [':bus', ':coach'],
};

export interface RoadLimit {
  /** Infinity where it is stated that there is none; NaN where nothing is known. */
  kmh: number;
  /** True where it is stated, false where it is only what such a road usually has. */
  stated: boolean;
  /** The tag that says so. */
  from: LimitTag | 'highway' | null;
}

/**
 * The limit of a road for a kind of vehicle: the lowest of what is stated for all and for its kind; one for the direction
 * overrules one for both. `forward`: whether it drives as the line runs; null where that is not known, and then the higher counts.
 */
export function roadLimit(
  road: Pick<Road, 'limits' | 'highway'>,
  forward: boolean | null,
  category: VehicleCategory,
  usual: Readonly<Record<string, number>> = USUAL_LIMITS,
): RoadLimit {
  let lowest: RoadLimit | null = null;
  for (const whom of ['', ...(WHOM[category] ?? [])] as const) {
    const tag = tagFor(road.limits, `maxspeed${whom}`, forward);
    if (tag === null) continue;
    const kmh = road.limits[tag] ?? Infinity;
    if (lowest === null || kmh < lowest.kmh) lowest = { kmh, stated: true, from: tag };
  }
  if (lowest) return lowest;
  const kmh = road.highway === null ? undefined : usual[road.highway];
  return { kmh: kmh ?? NaN, stated: false, from: kmh === undefined ? null : 'highway' };
}

/** The tag that holds in the direction; null where none does. */
function tagFor(
  limits: Road['limits'],
  base: 'maxspeed' | 'maxspeed:hgv' | 'maxspeed:bus' | 'maxspeed:coach' | 'maxspeed:hazmat',
  forward: boolean | null,
): LimitTag | null {
  const both = base in limits ? base : null;
  const own = (way: 'forward' | 'backward') => (`${base}:${way}` in limits ? (`${base}:${way}` as const) : both);
  if (forward !== null) return own(forward ? 'forward' : 'backward');
  const [there, back] = [own('forward'), own('backward')];
  if (there === null || back === null) return both;
  return (limits[there] ?? Infinity) >= (limits[back] ?? Infinity) ? there : back;
}
