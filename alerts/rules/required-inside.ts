import { z } from 'zod';
import { equal } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

/** A vehicle is out of all the fences in one of which it must be. */
export const requiredInside = ruleKind<Record<string, never>, undefined>({
  type: 'required-inside',
  describe: 'a vehicle is in none of the fences of the scope',
  fences: 'all',
  params: z.strictObject({}),
  build: (_, fences) => ({
    judge({ fix }) {
      const inside = fences.filter((fence) => fix.fenceNos.includes(fence.no)).map((fence) => fence.id);
      return {
        memory: undefined,
        holds: inside.length === 0,
        explain: () => ({ checks: [equal('fences of the scope around the vehicle', inside.length, 0)], inside }),
      };
    },
  }),
});
