import { RULE_PACKS } from '../../alerts/packs/rule-packs.js';
import { parseRule } from '../../alerts/rule-book/rule-input.js';
import { RULE_KINDS } from '../../alerts/rules/rule-kinds.js';
import type { Change } from '../../model/change.js';
import type { VehicleCategory } from '../../model/vehicle.js';
import { FLEET_START } from './city-fleet.js';
import { placeInTown, town } from './town.js';

/** A change without what its place in the log gives it. */
type Told = Change extends infer C ? (C extends Change ? Omit<C, 'revision' | 'at'> : never) : never;

/** Zones of a city, in a square of so many a side, each a circle; metres. */
const ZONES_A_SIDE = 10;
const ZONE_EVERY_M = 3600;
const ZONE_RADIUS_M = 800;
const ROADS = 10_000;
/** The kinds of vehicles that the law speaks of. */
const CATEGORIES: readonly VehicleCategory[] = ['coach', 'dangerous-goods'];

const ZONES = Array.from({ length: ZONES_A_SIDE ** 2 }, (_, i) => {
  const [x, y] = [i % ZONES_A_SIDE, Math.floor(i / ZONES_A_SIDE)];
  const coordinates = placeInTown((x + 0.5) * ZONE_EVERY_M, (y + 0.5) * ZONE_EVERY_M);
  return { no: i + 1, id: `zone-${i + 1}`, coordinates };
});

/** What kinds need that have no default for it; the others are as they are where nobody says. */
const PARAMS: Record<string, object> = {
  'dwell-too-long': { seconds: 600 },
  'dwell-too-short': { seconds: 60 },
  gathering: { count: 20, radius: 200 },
  'plate-watch': { plates: ['苏B0000?', '沪A*', '*警'] },
  'route-deviation': { line: [placeInTown(0, 18_000), placeInTown(36_000, 18_000)], width: 2000 },
  'speed-limit': { limit: 50 },
  'stay-still': { seconds: 900 },
};

/** The registry and the fences of a city. */
export function* cityFacts(vehicles: number): Generator<Told> {
  yield { type: 'settings-put', settings: { speedLimits: {}, speedDurationS: 10 } };
  for (let no = 1; no <= vehicles; no++) {
    const category = CATEGORIES[no % CATEGORIES.length];
    const names = { no, id: `139${String(no).padStart(8, '0')}`, plate: `苏B${String(no).padStart(5, '0')}` };
    const others = { plateColor: 2, company: null, region: '320200', terminals: [], createdAt: FLEET_START };
    yield { type: 'vehicle-put', vehicle: { ...names, category, ...others } };
  }
  for (const { no, id, coordinates } of ZONES) {
    const times = { revision: 1, createdAt: FLEET_START, updatedAt: FLEET_START };
    const properties = { name: id, radius: ZONE_RADIUS_M, rules: [] };
    yield { type: 'fence-put', fence: { no, id, geometry: { type: 'Point', coordinates }, properties, ...times } };
  }
}

/** Rules that are in force together, and behind them what is there for them alone. */
export interface RuleSet {
  what: string;
  rules: readonly Told[];
}

/** None; each kind alone, for the whole fleet; each pack of the law, and all of them; every kind at once. */
export function ruleSets(): RuleSet[] {
  const roads: Told = { type: 'roads-put', roads: town(ROADS) };
  const kinds = RULE_KINDS.map(({ type, fences, everywhere }) => {
    const scope = fences === 'none' || everywhere ? {} : { fences: ZONES.map(({ id }) => id) };
    const rule = rulePut(type, { type, params: PARAMS[type], scope });
    return { what: type, rules: type === 'road-speed' ? [rule, roads] : [rule] };
  });
  const packs = RULE_PACKS.map(({ id, rules }) => ({ what: `pack ${id}`, rules: rules.map((r) => rulePut(r.id, r)) }));
  return [
    { what: 'no rules', rules: [] },
    ...kinds,
    ...packs,
    { what: 'all packs', rules: packs.flatMap(({ rules }) => rules) },
    { what: 'all kinds', rules: kinds.flatMap(({ rules }) => rules) },
  ];
}

function rulePut(id: string, given: object): Told {
  const parsed = parseRule(given, () => true);
  if ('problems' in parsed) throw new Error(`${id}: ${JSON.stringify(parsed.problems)}`);
  const facts = { id, revision: 1, createdAt: FLEET_START, updatedAt: FLEET_START };
  return { type: 'rule-put', rule: { ...parsed.rule, ...facts } };
}
