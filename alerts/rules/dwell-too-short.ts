import { z } from 'zod';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind } from '../rule-kind.js';

/** A vehicle has left a fence where it was for less than `seconds`, such as a stop that it had to make. */
export const dwellTooShort = ruleKind<{ seconds: number }, FixFacts>({
  type: 'dwell-too-short',
  describe: 'a vehicle leaves a fence of the scope after less than `seconds`',
  fences: 'each',
  params: z.strictObject({ seconds: z.number().positive().max(2_592_000) }),
  build: ({ seconds }) => ({
    judge({ facts, inside }, entered) {
      const stayed = entered ? (facts.time - entered.time) / 1000 : Infinity;
      const holds = !inside && stayed < seconds;
      return {
        memory: inside ? (entered ?? facts) : undefined,
        holds,
        explain: () => ({
          checks: [{ what: 'time inside', value: stayed, is: '<', threshold: seconds, unit: 's', result: holds }],
          fixes: { entered: entered ?? null },
        }),
      };
    },
  }),
});
