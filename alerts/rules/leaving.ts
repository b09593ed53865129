import { z } from 'zod';
import { equal } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

interface Memory {
  /** Revision of the fence by which the vehicle was last found inside. */
  revision: number;
  /** It has left since. */
  left: boolean;
}

/**
 * A vehicle has left a fence, until it is back: what `exit` in the properties of a fence says (fence-exit.ts), with scope, schedule and
 * timing of its own. Both fixes lie in the rule's hours; a fence that was drawn anew so that it no longer holds the vehicle's
 * last place was left by nobody.
 */
export const leaving = ruleKind<Record<string, never>, Memory>({
  type: 'fence-exit',
  describe: 'a vehicle leaves a fence of the scope, in which it was seen',
  fences: 'each',
  params: z.strictObject({}),
  build: (_, [fence]) => ({
    judge({ inside, previous, inForce }, before) {
      const explain = () => ({
        checks: [equal('inside before', before !== undefined, true), equal('inside', inside, false)],
        fixes: { previous },
      });
      if (!inForce()) return { memory: undefined, holds: false, explain };
      if (inside) return { memory: { revision: fence.revision, left: false }, holds: false, explain };
      if (before === undefined || before.left) return { memory: before, holds: before !== undefined, explain };
      const isLeft =
        before.revision === fence.revision || (previous !== null && fence.contains(previous.lon, previous.lat));
      return { memory: isLeft ? { ...before, left: true } : undefined, holds: isLeft, explain };
    },
  }),
});
