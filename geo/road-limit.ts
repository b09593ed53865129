import { type ConditionalTag, conditionalTag, type LimitTag, type Road, type Whom } from '../model/road.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../model/vehicle.js';
import { conditionsHold, type Moment } from './conditional-limits.js';

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

/** Limits of their own that OpenStreetMap has for these kinds; what holds for all holds for them, too. */
const WHOM: Record<VehicleCategory, readonly Whom[]> = {
  truck: [':motor_vehicle', ':hgv'],
  'dangerous-goods': [':motor_vehicle', ':hgv', ':hazmat'],
  bus: [':motor_vehicle', ':psv', ':bus'],
  'school-bus': [':motor_vehicle', ':bus', ':coach'],
  coach: [':motor_vehicle', ':psv', ':bus', ':coach', ':tourist_bus'],
  taxi: [':motor_vehicle', ':motorcar', ':taxi'],
  'ride-hailing': [':motor_vehicle', ':motorcar'],
  vessel: [],
  other: [':motor_vehicle'],
};

/** The tags for somebody by the way driven, that of the direction before that of both. */
type Tags = Record<'forward' | 'backward', readonly LimitTag[]>;

/** Made once: a fix is asked about several roads. */
const TAGS = new Map(
  VEHICLE_CATEGORIES.map((category) => [category, (['', ...WHOM[category]] as const).map(tagsFor)] as const),
);

export interface RoadLimit {
  /** Infinity where it is stated that there is none; NaN where nothing is known. */
  kmh: number;
  /** True where it is stated, false where it is only what such a road usually has. */
  stated: boolean;
  /** The tag that says so. */
  from: LimitTag | ConditionalTag | 'highway' | null;
  /** The clause of a conditional tag. */
  condition?: string;
}

/** What the tags for somebody say; `open`: the highest of what may overrule that, for all that is known here. */
interface Stated {
  sure: RoadLimit | null;
  open: RoadLimit | null;
}

/**
 * The limit of a road for a kind of vehicle: the lowest of what is stated for all and for its kind. Of what is stated for one of these, a
 * condition that holds overrules what has none, the last of them in a tag those before it, and one for the direction one for both. `forward`:
 * whether it drives as the line runs; null where that is not known, and then the higher counts. So it does where a condition is not
 * understood: that lowers no limit, and nobody is accused who keeps to it.
 */
export function roadLimit(
  road: Pick<Road, 'limits' | 'conditional' | 'highway'>,
  forward: boolean | null,
  category: VehicleCategory,
  moment: Moment,
  usual: Readonly<Record<string, number>> = USUAL_LIMITS,
): RoadLimit {
  let lowest: RoadLimit | null = null;
  let open: RoadLimit | null = null;
  for (const tags of TAGS.get(category) ?? []) {
    const stated = statedFor(road, tags, forward, moment);
    const limit = stated.sure && higher(stated.sure, stated.open);
    if (limit && (lowest === null || limit.kmh < lowest.kmh)) lowest = limit;
    open = higher(open, stated.open);
  }
  if (lowest) return lowest;
  const kmh = road.highway === null ? undefined : usual[road.highway];
  if (kmh === undefined) return { kmh: NaN, stated: false, from: null };
  return higher({ kmh, stated: false, from: 'highway' }, open);
}

function statedFor(
  road: Pick<Road, 'limits' | 'conditional'>,
  tags: Tags,
  forward: boolean | null,
  moment: Moment,
): Stated {
  if (forward !== null) return statedBy(road, forward ? tags.forward : tags.backward, moment);
  const [there, back] = [statedBy(road, tags.forward, moment), statedBy(road, tags.backward, moment)];
  // Stated for one way only: of the other nobody knows.
  if (there.sure === null || back.sure === null) {
    return { sure: null, open: higher(higher(there.sure ?? back.sure, there.open), back.open) };
  }
  return { sure: higher(there.sure, back.sure), open: higher(there.open, back.open) };
}

function statedBy(
  { limits, conditional }: Pick<Road, 'limits' | 'conditional'>,
  tags: readonly LimitTag[],
  moment: Moment,
): Stated {
  let open: RoadLimit | null = null;
  if (conditional) {
    for (const tag of tags) {
      const clauses = conditional[tag] ?? [];
      for (let i = clauses.length - 1; i >= 0; i--) {
        const holds = conditionsHold(clauses[i], moment);
        if (holds === false) continue;
        const { kmh, text } = clauses[i];
        const limit = { kmh: kmh ?? Infinity, stated: true, from: conditionalTag(tag), condition: text };
        if (holds) return { sure: limit, open };
        open = higher(open, limit);
      }
    }
  }
  for (const tag of tags) {
    if (tag in limits) return { sure: { kmh: limits[tag] ?? Infinity, stated: true, from: tag }, open };
  }
  return { sure: null, open };
}

/** The first of two that are the same. */
function higher(a: RoadLimit, b: RoadLimit | null): RoadLimit;
function higher(a: RoadLimit | null, b: RoadLimit | null): RoadLimit | null;
function higher(a: RoadLimit | null, b: RoadLimit | null): RoadLimit | null {
  return a === null || (b !== null && b.kmh > a.kmh) ? b : a;
}

function tagsFor(whom: Whom): Tags {
  const both = `maxspeed${whom}` as const;
  return { forward: [`${both}:forward`, both], backward: [`${both}:backward`, both] };
}
