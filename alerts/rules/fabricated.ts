import { z } from 'zod';
import { over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import type { RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  frozenFixes: number;
  loopFixes: number;
  cloneFixes: number;
  minSpeed: number;
}

interface Memory {
  /** Fixes in a row at the very same place, each of them with speed. */
  frozen: number;
  /** The newest places, `lon,lat` in steps of 1e-7°. */
  ring: string[];
  /** Fixes at the place of an earlier one, `period` fixes before; one less with each new place. */
  looped: number;
  period: number;
  /** Fixes at the very places where another vehicle was; one less with each that is not. */
  cloned: number;
  twin: number;
  /** The first fix of those that count; null while none does. */
  since: FixFacts | null;
}

/** Places remembered: a loop that is longer than this is not seen. */
const RING = 120;
/** A loop is no shorter: vehicles do come back to where they were. */
const MIN_PERIOD = 3;
/** A receiver never gives the same place twice in a row to the last digit while it moves, nor that of another one. */
const SAME_METRES = 0.05;

/**
 * Data that no receiver in a moving vehicle makes: a place that stays the same to the last digit while there is speed (frozen), a
 * run of places that comes again and again (looped, and so data that was sent before), or the places of another vehicle (cloned).
 */
export const fabricated = ruleKind<Params, Memory>({
  type: 'fabricated-data',
  describe: 'places that are frozen, looped or copied from another vehicle',
  timing: { linger: 300 },
  judgesLate: false,
  params: z.strictObject({
    frozenFixes: z.int().min(3).max(1000).default(10),
    loopFixes: z.int().min(5).max(1000).default(20),
    cloneFixes: z.int().min(3).max(1000).default(10),
    minSpeed: z.number().min(1).max(100).default(10),
  }),
  build: (params) => ({
    judge(input, before) {
      const { facts } = input;
      const place = `${Math.round(facts.lon * 1e7)},${Math.round(facts.lat * 1e7)}`;
      const moving = facts.speed >= params.minSpeed;
      const memory: Memory = before
        ? { ...before, ring: [...before.ring, place].slice(-RING) }
        : { frozen: 0, ring: [place], looped: 0, period: 0, cloned: 0, twin: 0, since: null };
      if (before && moving) {
        memory.frozen = before.ring.at(-1) === place ? before.frozen + 1 : 0;
        followLoop(memory, before);
        followTwin(memory, before, input);
      } else if (!moving) {
        memory.frozen = 0;
        memory.cloned = 0;
      }
      const { frozen, looped, cloned } = memory;
      memory.since = frozen + looped + cloned > 0 ? (memory.since ?? facts) : null;
      return {
        memory,
        holds: frozen >= params.frozenFixes || looped >= params.loopFixes || cloned >= params.cloneFixes,
        onset: memory.since ?? facts,
        explain: () => ({
          checks: [
            over('fixes frozen', frozen, params.frozenFixes - 1, ''),
            over('fixes looped', looped, params.loopFixes - 1, ''),
            over('fixes cloned', cloned, params.cloneFixes - 1, ''),
          ],
          period: looped > 0 ? memory.period : null,
          twin: cloned > 0 ? (input.other(memory.twin)?.vehicle.id ?? null) : null,
        }),
      };
    },
  }),
});

function followLoop(memory: Memory, { ring, looped }: Memory): void {
  const place = memory.ring[memory.ring.length - 1];
  const back = ring.lastIndexOf(place);
  const period = back < 0 ? 0 : ring.length - back;
  // A fix on the way may be missing here and there, so the count goes down, and not to nothing.
  memory.looped = period >= MIN_PERIOD ? looped + 1 : Math.max(0, looped - 1);
  if (period >= MIN_PERIOD) memory.period = period;
}

/** A twin goes a little ahead or at the same time: it was the last to be at this very place. */
function followTwin(memory: Memory, { twin, cloned }: Memory, { facts, near, other }: RuleInput): void {
  const here = near(facts.lon, facts.lat, SAME_METRES).filter((no) => other(no) !== null);
  if (here.length === 0) {
    // Of two at the same time, either may come first: half of the fixes do not show it.
    memory.cloned = Math.max(0, cloned - 0.25);
    return;
  }
  memory.twin = here.includes(twin) ? twin : here[0];
  memory.cloned = memory.twin === twin ? cloned + 1 : 1;
}
