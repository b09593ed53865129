import type { Severity } from '../model/alert.js';
import type { Position } from '../model/position.js';
import type { VehicleCategory } from '../model/vehicle.js';
import type { FixFacts } from './fix-facts.js';

/** What a rule is asked: one fix of one vehicle. */
export interface RuleInput {
  /** Reused for the next fix: a rule that remembers it keeps `facts`. */
  readonly fix: Position;
  readonly facts: FixFacts;
  /** The vehicle's evaluated fix before this one; null at its first. */
  readonly previous: FixFacts | null;
  /** The fix is in the rule's fence; true for a rule without one. */
  readonly inside: boolean;
  /** The rule's hours of force hold the fix's time. */
  readonly inForce: boolean;
}

/** One comparison that a rule made. */
export interface Check {
  what: string;
  value: unknown;
  is?: '>' | '=';
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
  [more: string]: unknown;
}

/** Where a rule puts what it finds. At most one alert of a rule is open for a vehicle. */
export interface Say {
  /** The condition holds, since `onset`. */
  raise(onset: FixFacts, evidence: Evidence): void;
  /** The condition has ended with the fix in hand. `reason` where that was not its own end. */
  clear(evidence: Evidence, reason?: ClearReason): void;
}

/** Why an alert was cleared where its condition did not end by itself. */
export type ClearReason =
  | 'fence-removed'
  | 'rule-removed'
  | 'fence-moved'
  | 'out-of-hours'
  | 'vehicle-removed'
  | 'too-many-open';

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
  /** Whether vehicles of this kind are its concern. */
  appliesTo(category: VehicleCategory): boolean;
  /** Asked for every evaluated fix inside its fence, and for every one while it has a memory of the vehicle. */
  judge(input: RuleInput, memory: Memory | undefined, say: Say): Memory | undefined;
}

/** The fence of a rule, as rules need it. */
export interface RuleFence {
  readonly no: number;
  readonly id: string;
  readonly name: string;
  readonly revision: number;
  readonly hours: Hours | null;
  readonly categories: readonly VehicleCategory[] | null;
  contains(lon: number, lat: number): boolean;
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
