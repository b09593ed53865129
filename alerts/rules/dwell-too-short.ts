import { z } from 'zod';
import { edgeBetween } from '../../geo/edge-between.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import type { FixFacts } from '../fix-facts.js';
import type { RuleFence } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Memory {
  /** The first fix inside. */
  entered: FixFacts;
  /** When it crossed the edge, epoch ms; null where nobody can say. */
  at: number | null;
}

/** Between fixes further apart than this, or than half the time asked for, nobody knows when a vehicle crossed the edge. */
const KNOWN_MS = 60_000;

/**
 * A vehicle has left a fence where it was for less than `seconds`, such as a stop that it had to make. It crosses the edge where the
 * straight way between two fixes does, at an even speed: so a tunnel behind the exit does not count as time inside. Where it is not
 * known when it came or went, nobody is accused; late fixes may tell.
 */
export const dwellTooShort = ruleKind<{ seconds: number }, Memory>({
  type: 'dwell-too-short',
  describe: 'a vehicle leaves a fence of the scope after less than `seconds`',
  fences: 'each',
  params: z.strictObject({ seconds: z.number().positive().max(2_592_000).describe('how long it must stay') }),
  build({ seconds }, [fence]) {
    const known = Math.max(KNOWN_MS, seconds * 500);
    return {
      judge({ facts, previous, inside }, before) {
        if (inside) {
          const memory = before ?? { entered: facts, at: crossedAt(fence, previous, facts, known) };
          return { memory, holds: false, explain: () => ({ checks: [stay(NaN, seconds)] }) };
        }
        // A jump away: where it is, the next fix says.
        if (before && facts.quality & SUSPECT_MOTION) {
          return { memory: before, holds: null, explain: () => ({ checks: [stay(NaN, seconds)] }) };
        }
        const left = before ? crossedAt(fence, previous, facts, known) : null;
        const stayed = before && before.at !== null && left !== null ? (left - before.at) / 1000 : NaN;
        return {
          memory: undefined,
          holds: stayed < seconds,
          explain: () => ({ checks: [stay(stayed, seconds)], fixes: { entered: before?.entered ?? null, previous } }),
        };
      },
    };
  },
});

/** Epoch ms; null where the two fixes do not say. */
function crossedAt(fence: RuleFence, a: FixFacts | null, b: FixFacts, known: number): number | null {
  if (a === null || (a.quality | b.quality) & SUSPECT_MOTION || b.time - a.time > known) return null;
  if (fence.contains(a.lon, a.lat) === fence.contains(b.lon, b.lat)) return null;
  return a.time + (b.time - a.time) * edgeBetween(fence.contains, a, b);
}

function stay(stayed: number, seconds: number) {
  const value = Number.isNaN(stayed) ? null : Math.round(stayed * 10) / 10;
  return { what: 'time inside', value, is: '<' as const, threshold: seconds, unit: 's', result: stayed < seconds };
}
