import type { FixFacts } from '../fix-facts.js';

/** Reports within one minute are one event (交运发〔2016〕160号 annex 2 note 2). */
export const SAME_EVENT_MS = 60_000;

/** The fastest fix of an excess of speed, while that lasts. */
export interface SpeedPeak {
  peak: FixFacts;
  /** Time of the newest fix of the excess, epoch ms; absent in what was remembered before it was kept. */
  heldAt?: number;
}

/** The peak after a fix that is one of an excess or not; undefined where the excess is over. */
export function peakAfter(before: SpeedPeak | undefined, facts: FixFacts, exceeds: boolean): SpeedPeak | undefined {
  const lasts = before !== undefined && facts.time - (before.heldAt ?? before.peak.time) <= SAME_EVENT_MS;
  const event = lasts ? before : undefined;
  if (!exceeds) return event;
  return { peak: event && facts.speed <= event.peak.speed ? event.peak : facts, heldAt: facts.time };
}
