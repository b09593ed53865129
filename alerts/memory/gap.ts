import type { Position } from '../../model/position.js';
import { type FixFacts, factsOf, positionOf } from '../fix-facts.js';

/** A fix that is kept to be judged once more: what rules that judge late fixes read of it. */
export interface HeldFix {
  readonly facts: FixFacts;
  readonly headingDeg: number;
  readonly alarms: number;
  readonly flags: number;
  readonly fenceNos: readonly number[];
  /** Epoch ms by our clock. */
  readonly receivedTime: number;
}

/**
 * A gap in the fixes of a vehicle, for as long as late ones may fill it: what the rules knew before it, and all that came since. With
 * the late fixes in their places the time since is judged anew, and what it then shows is what counts.
 */
export interface Gap {
  /** The newest evaluated fix before it. */
  readonly from: FixFacts;
  /** Memories of then, by rule id; of rules that judge late fixes. */
  readonly rules: Map<string, unknown>;
  /** Alerts that were open then. */
  open: (readonly [ruleId: string, alertId: string])[];
  /** Time of the first fix after it, epoch ms. */
  readonly to: number;
  /** Fixes since, in the order of their times. */
  readonly after: HeldFix[];
  /** Late ones that belong into it, as they came. */
  readonly late: HeldFix[];
  /** Alerts raised since. */
  raised: (readonly [ruleId: string, alertId: string])[];
  /** Late fixes have come since the time was last judged anew. */
  unsettled: boolean;
}

/** A silence is a gap where it is this much longer than the interval before, and than this. */
const LONGER = 1.8;
const LEAST_MS = 15_000;
/** The pace that is expected grows by no more at a time. */
const FASTER = 1.5;
/** Longer ones are blind spots: their fixes are judged by themselves. */
const MOST_MS = 2 * 3_600_000;
/** A gap is forgotten after so many fixes, or so long: what comes later is judged by itself. */
const MAX_AFTER = 24;
const MAX_AFTER_MS = 600_000;
const MAX_LATE = 256;

/** `interval`: from the fix before to this one; `pace`: what was usual; ms, NaN where not known. */
export function isGap(interval: number, pace: number): boolean {
  return interval > LEAST_MS && interval <= MOST_MS && interval > pace * LONGER;
}

/** One long interval is a gap, some of them are another pace; two fixes of one second say nothing of it. */
export function paceAfter(interval: number, pace: number): number {
  if (interval === 0) return pace;
  return interval > pace ? Math.min(interval, pace * FASTER) : interval;
}

/**
 * The gap from `from` to the fix at `to`, epoch ms, with a copy of what the rules know before it. `openOf`: the id of the alert that a rule
 * has open then.
 */
export function gapBetween(
  from: FixFacts,
  to: number,
  known: readonly (readonly [ruleId: string, memory: unknown])[],
  openOf: (ruleId: string) => string | undefined,
): Gap {
  const open = known.flatMap(([id]) => {
    const alertId = openOf(id);
    return alertId === undefined ? [] : [[id, alertId] as const];
  });
  const rules = structuredClone(new Map(known));
  return { from, rules, open, to, after: [], late: [], raised: [], unsettled: false };
}

/** Whether a late fix belongs into it, and there is room. */
export function fills(gap: Gap, time: number): boolean {
  return time > gap.from.time && time < gap.to && gap.late.length < MAX_LATE;
}

export function isOver(gap: Gap, time: number): boolean {
  return gap.after.length >= MAX_AFTER || time - gap.to > MAX_AFTER_MS;
}

/** Rules that are no more, or are others now. */
export function forget(gap: Gap, ruleIds: ReadonlySet<string>): void {
  for (const id of ruleIds) gap.rules.delete(id);
  gap.open = gap.open.filter(([id]) => !ruleIds.has(id));
  gap.raised = gap.raised.filter(([id]) => !ruleIds.has(id));
}

export function hold(p: Position, facts: FixFacts = factsOf(p)): HeldFix {
  const { headingDeg, alarms, flags, receivedTime } = p;
  // The list is the index's own, and another one with its next question.
  return { facts, headingDeg, alarms, flags, fenceNos: [...p.fenceNos], receivedTime };
}

export function released({ facts, receivedTime, ...others }: HeldFix, vehicleNo: number): Position {
  return Object.assign(positionOf(facts, vehicleNo, receivedTime), others);
}

/** All fixes since `from`, the late ones in their places; of two with one time the first that came. */
export function inOrder({ from, late, after }: Gap): HeldFix[] {
  let newest = from.time;
  return [...late.toSorted((a, b) => a.facts.time - b.facts.time), ...after].filter(({ facts }) => {
    const isNext = facts.time > newest;
    if (isNext) newest = facts.time;
    return isNext;
  });
}
