import { z } from 'zod';
import { equal } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

/**
 * A vehicle has come into a fence, until it is out again: what `enter` in the properties of a fence says (fence-enter.ts), with scope,
 * schedule and timing of its own. One that was inside already when it was first seen counts as having come in.
 */
export const entering = ruleKind<Record<string, never>, undefined>({
  type: 'fence-enter',
  describe: 'a vehicle enters a fence of the scope',
  fences: 'each',
  params: z.strictObject({}),
  build: (_, [fence]) => ({
    judge({ inside, previous }) {
      const wasInside = previous === null ? null : fence.contains(previous.lon, previous.lat);
      return {
        memory: undefined,
        holds: inside,
        explain: () => ({
          checks: [equal('inside', inside, true)],
          fixes: { previous },
          ...(wasInside === false ? {} : { firstFix: true }),
        }),
      };
    },
  }),
});
