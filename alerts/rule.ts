import type { Box } from '../geo/box.js';
import type { CorridorLine } from '../geo/corridor-line.js';
import type { RoadIndex } from '../geo/road-index.js';
import type { LonLat } from '../geo/shape.js';
import type { WeatherIndex } from '../geo/weather-index.js';
import type { Severity } from '../model/alert.js';
import { BEIJING_MS, DAY_MS } from '../model/beijing-time.js';
import type { DriverState } from '../model/driver.js';
import type { Position } from '../model/position.js';
import type { RuleClocks } from '../model/rule.js';
import type { Vehicle, VehicleCategory } from '../model/vehicle.js';
import type { FixFacts } from './fix-facts.js';

/** What lies where, whoever drives there. */
export interface Ground {
  readonly roads: RoadIndex;
  readonly weather: WeatherIndex;
}

/** What a rule is asked: one fix of one vehicle, and what it may know of others. */
export interface RuleInput {
  readonly vehicle: Vehicle;
  /** Who drives, where that is known: one name for one person in whatever vehicle. */
  readonly driver: string | null;
  readonly ground: Ground;
  /** What the terminal last said of the driver's card; null where it never said anything. */
  readonly card: DriverState | null;
  /** What it said lately, by its own time: for rules that hear of cards, each change. */
  readonly cards: readonly DriverState[];
  /** Numbers of other vehicles whose newest evaluated fix lies within so many metres of the place, ascending. */
  near(lon: number, lat: number, metres: number): readonly number[];
  /** Tells the number of each of them who was heard of at `since`, epoch ms, or later, in no order, until `isEnough` says so. */
  seek(lon: number, lat: number, metres: number, since: number, isEnough: (no: number) => boolean): void;
  /** The vehicle with this number; null where it is not known, or was never placed. */
  other(no: number): OtherVehicle | null;
  /** Memory that outlives a vehicle, such as a driver's; plain values, by a key of the rule's own. */
  readonly shared: { get(key: string): unknown; set(key: string, value: unknown): void };
  /** Reused for the next fix: a rule that remembers it keeps `facts`. */
  readonly fix: Position;
  readonly facts: FixFacts;
  /** The vehicle's evaluated fix before this one; null at its first. */
  readonly previous: FixFacts | null;
  /** The fix is in the rule's fence; true for a rule without one. */
  readonly inside: boolean;
  /** Whether the rule is in force at the time of the fix. */
  inForce(): boolean;
}

/** What a rule may know of a vehicle that is not its own. */
export interface OtherVehicle {
  vehicle: Vehicle;
  /** Its newest evaluated fix. */
  last: FixFacts;
  card: DriverState | null;
  cards: readonly DriverState[];
  /** What the condition of the rule in hand remembers of it. */
  own: unknown;
  /** The rule in hand concerns it … */
  meant: boolean;
  /** … and has an alert open for it. */
  raised: boolean;
}

/** One comparison that a rule made. */
export interface Check {
  what: string;
  value: unknown;
  is?: '>' | '=' | '<' | '>=';
  threshold?: unknown;
  unit?: string;
  result: boolean;
}

export interface Evidence {
  /** The fixes used, by the part they played. */
  fixes: Record<string, FixFacts | null>;
  checks: Check[];
  /** Nothing shows how the vehicle came into this state: it was so at the first fix that was judged. */
  firstFix?: boolean;
  /** RFC 3339: nothing came until then, and that decided. */
  decidedBySilenceUntil?: string;
  [more: string]: unknown;
}

/** Where a rule puts what it finds. At most one alert of a rule is open for a vehicle. */
export interface Say {
  /** The condition holds, since `onset`. */
  raise(onset: FixFacts, evidence: Evidence): void;
  /** The condition has ended with the fix in hand. `reason` where that was not its own end. */
  clear(evidence: Evidence, reason?: ClearReason): void;
  /** A fix that came late has changed what was with the vehicles of these numbers. */
  changed(vehicleNos: readonly number[]): void;
}

/** Why an alert was cleared where its condition did not end by itself. */
export type ClearReason =
  | 'fence-removed'
  | 'rule-removed'
  | 'rule-changed'
  | 'silent'
  | 'backfilled'
  | 'fence-moved'
  | 'out-of-hours'
  | 'vehicle-removed'
  | 'too-many-open'
  | 'late-fixes';

/**
 * One rule in force. Pure: what it knows beyond the fix is its own memory of the vehicle, plain JSON that goes into the
 * checkpoint; `undefined` while there is nothing to remember. No clock but the fix's time, no randomness.
 */
export interface Rule<Memory = unknown> {
  /** Unique; part of every alert's identity. */
  readonly id: string;
  /** Catalog revision at which this form came into force. */
  readonly revision: number;
  /** The type of its alerts. */
  readonly type: string;
  readonly severity: Severity;
  readonly fence: RuleFence | null;
  /** Deadlines of its alerts, and who else is told; without them, what goes with the severity. */
  readonly clocks?: RuleClocks;
  /** Whether the vehicle is its concern. */
  appliesTo(vehicle: Vehicle): boolean;
  /** Whether its dates, days and hours hold `time`, epoch ms. */
  inForceAt(time: number): boolean;
  /** Asked for every evaluated fix inside its fence, and for every one while it has a memory of the vehicle. */
  judge(input: RuleInput, memory: Memory | undefined, say: Say): Memory | undefined;
  /** Asked, too, for reports that are no news of a place: without a fix, or by a clock that stands (reports-step.ts). */
  readonly hearsReports?: boolean;
  /** False where a run of late fixes cannot be judged by itself, after the event. */
  readonly judgesLate?: boolean;
  /** Fixes that come late are asked about like any other; what they change is told again. */
  readonly retells?: boolean;
  /** What is known now of an alert that was told of the vehicle at `at`, epoch ms; null where nothing is. Instead of `retell`. */
  review?(input: RuleInput, at: number): Review | null;
  /** The memory where the alert that was told was none. */
  untold?(memory: Memory): Memory;
  /** What terminals said of cards is kept by its time; what comes late is told again. */
  readonly hearsCards?: boolean;
  /** Numbers of the vehicles whose past a card of the time `at` (epoch ms) changes, now that it is heard of. */
  changedByCard?(input: RuleInput, memory: Memory | undefined, at: number): readonly number[];
  /** Says all of the vehicle's past that late fixes may change, from its begin; null where it says nothing. */
  retell?(input: RuleInput, memory: Memory, retelling: Retelling): Retold<Memory> | null;
  /** When silence alone changes something, epoch ms; null: never. */
  due?(memory: Memory): number | null;
  /** The vehicle has sent nothing since `last`, and it is `time` now (epoch ms), not before `due`. */
  tick?(time: number, last: FixFacts, memory: Memory, say: Say): Memory | undefined;
  /** Every threshold that the next fix of the vehicle meets, beyond scope and schedule; says nothing and remembers nothing. */
  explain(input: RuleInput, memory: Memory | undefined): Explained;
  /** The same of a silence since `last` that lasts until `time` (epoch ms); null where silence says nothing. */
  explainSilence?(time: number, last: FixFacts, memory: Memory | undefined): Explained | null;
}

export interface Retelling {
  readonly say: Say;
  /** The past ends here, epoch ms. */
  readonly until: number;
  /** Alerts told since `floor`, epoch ms. */
  toldSince(floor: number): number;
  /** What is said next is of this fix. `time`: epoch ms. */
  at(fix: FixFacts, time: number): void;
}

export interface Retold<Memory> {
  memory: Memory;
  /** Epoch ms: what was told before stays as it is. */
  floor: number;
  /** An alert that ended at another time is amended, too. */
  endsCount: boolean;
  /** Begins no further apart than this are one, ms: the past knows no better. */
  slackMs: number;
}

/** What late fixes leave of an alert. */
export interface Review {
  /** It was right. */
  stands: boolean;
  /** What is amended of it. */
  amended: Record<string, unknown>;
}

export interface Explained {
  /** null: the fix says nothing, and everything stays as it was. */
  holds: boolean | null;
  checks: Check[];
}

/** Whether the fence is there for the vehicle at `time`, epoch ms: its kinds of vehicles, and its hours. */
export function fenceConcerns({ categories, hours }: RuleFence, { category }: Vehicle, time: number): boolean {
  return (categories === null || categories.includes(category)) && hoursHold(hours, time);
}

/** The fence of a rule, as rules need it. */
export interface RuleFence {
  readonly no: number;
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly hours: Hours | null;
  readonly categories: readonly VehicleCategory[] | null;
  /** Of all its shapes, in their frames. */
  readonly box: Box;
  contains(lon: number, lat: number): boolean;
  /** Whether a straight way, which may go on past ±180, has a place in it. */
  meets(from: LonLat, to: LonLat): boolean;
  /** Null where it is no corridor. */
  readonly corridor: CorridorLine | null;
}

/** Minutes after midnight, Beijing time; `from` > `to` runs over midnight. `to` itself is outside. */
export interface Hours {
  readonly from: number;
  readonly to: number;
}

/** `time` in epoch ms. */
export function hoursHold(hours: Hours | null, time: number): boolean {
  if (hours === null) return true;
  const minute = Math.floor(time / 60_000 + 8 * 60) % (24 * 60);
  return hours.from < hours.to ? minute >= hours.from && minute < hours.to : minute >= hours.from || minute < hours.to;
}

/** How much of the time from … until …, epoch ms, lies in the hours, ms. */
export function msWithin(hours: Hours, from: number, to: number): number {
  const midnight = Math.floor((from + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS;
  const lasts = (hours.to > hours.from ? hours.to - hours.from : hours.to - hours.from + 24 * 60) * 60_000;
  let ms = 0;
  // The window of the day before may have begun in the evening.
  for (let day = midnight - DAY_MS; day < to; day += DAY_MS) {
    const begin = day + hours.from * 60_000;
    ms += Math.max(0, Math.min(to, begin + lasts) - Math.max(from, begin));
  }
  return ms;
}
