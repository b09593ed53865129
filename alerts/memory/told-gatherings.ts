import { distanceM } from '../../geo/distance.js';
import type { FixFacts } from '../fix-facts.js';
import type { RuleInput } from '../rule.js';
import type { Place } from './stood-for.js';

/** One who was counted when an alert was told, or was there before and might have been. */
export interface Member {
  no: number;
  /** Of the newest of its fixes until then that are known, epoch ms. */
  time: number;
  /** It was counted when the alert was told. */
  readonly wasThere: boolean;
  /** By the newest of its fixes. */
  isThere: boolean;
}

/** A gathering as of the moment when an alert of it was told. */
export interface ToldGathering extends Place {
  /** Of the vehicle that has the alert. */
  readonly no: number;
  /** Epoch ms. */
  readonly at: number;
  /** Others, as many as are kept. */
  readonly members: Member[];
  /** Further ones, with the vehicle itself, of whom nothing more is asked. */
  readonly further: number;
}

const KEY = 'told';
const MAX_TOLD = 64;
/** Of a larger crowd the others are taken for being there. */
const MAX_MEMBERS = 256;
/** Longer ago nothing is changed any more. */
const LATE_MS = 2 * 3_600_000;

/** Keeps who was there, for fixes that may come late. `others`: those that were counted, and those that no longer were. */
export function keepTold(
  { shared, vehicle, facts }: RuleInput,
  { lon, lat }: Place,
  isThere: boolean,
  others: readonly Member[],
): void {
  const members = others.slice(0, MAX_MEMBERS);
  const further = others.slice(MAX_MEMBERS).filter((other) => other.isThere).length + (isThere ? 1 : 0);
  const told: ToldGathering = { lon, lat, no: vehicle.no, at: facts.time, members, further };
  const before = toldIn(shared).filter(({ at }) => at > facts.time - LATE_MS);
  shared.set(KEY, [...before, told].slice(-MAX_TOLD));
}

/**
 * A fix of before an alert that was told says where one of them was: it came late, or was under way meanwhile. Returns whose alerts that changes. `isThere`: whether a vehicle with this newest fix is at
 * the place at the time.
 */
export function correctTold(
  { shared, vehicle, facts }: RuleInput,
  isThere: (fix: FixFacts, place: ToldGathering) => boolean,
): number[] {
  return toldIn(shared).flatMap((told) => {
    if (facts.time > told.at) return []; // nearly every fix
    const member = told.members.find(({ no }) => no === vehicle.no);
    if (!member || facts.time <= member.time) return [];
    const was = member.isThere;
    member.time = facts.time;
    member.isThere = isThere(facts, told);
    return was === member.isThere ? [] : [told.no];
  });
}

/** What is known now of the gathering that was told of the vehicle at `at`, epoch ms; null where it was too long ago. */
export function toldAt({ shared, vehicle }: RuleInput, at: number): ToldGathering | null {
  return toldIn(shared).find((told) => told.no === vehicle.no && told.at === at) ?? null;
}

export function isWithin({ lon, lat }: FixFacts, place: Place, metres: number): boolean {
  return distanceM(lon, lat, place.lon, place.lat) <= metres;
}

function toldIn(shared: RuleInput['shared']): readonly ToldGathering[] {
  return (shared.get(KEY) as readonly ToldGathering[] | undefined) ?? [];
}
