import { z } from 'zod';
import { equal, over } from '../checks.js';
import { fenceConcerns } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

/** A vehicle is out of all the fences in one of which it must be. */
export const requiredInside = ruleKind<Record<string, never>, undefined>({
  type: 'required-inside',
  describe: 'a vehicle is in none of the fences of the scope',
  fences: 'all',
  params: z.strictObject({}),
  build: (_, fences) => ({
    judge({ fix, facts, vehicle }) {
      const there = fences.filter((fence) => fenceConcerns(fence, vehicle, facts.time));
      const inside = there.filter((fence) => fix.fenceNos.includes(fence.no)).map((fence) => fence.id);
      return {
        memory: undefined,
        // At an hour at which no fence is in force, there is none to be in.
        holds: there.length > 0 && inside.length === 0,
        explain: () => ({
          checks: [
            over('fences in force', there.length, 0, ''),
            equal('fences of the scope around the vehicle', inside.length, 0),
          ],
          inside,
        }),
      };
    },
  }),
});
