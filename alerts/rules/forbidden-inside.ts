import { z } from 'zod';
import { equal } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

/** A vehicle is in a fence where it must not be. */
export const forbiddenInside = ruleKind<Record<string, never>, undefined>({
  type: 'forbidden-inside',
  describe: 'a vehicle is in a fence of the scope',
  fences: 'each',
  params: z.strictObject({}),
  build: () => ({
    judge: ({ inside }) => ({
      memory: undefined,
      holds: inside,
      explain: () => ({ checks: [equal('inside', inside, true)] }),
    }),
  }),
});
