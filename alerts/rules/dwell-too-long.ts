import { z } from 'zod';
import { equal, over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind, type Verdict } from '../rule-kind.js';

interface Memory {
  since: FixFacts;
  /** It stays for as long as nothing is heard to the contrary. */
  due: number;
}

/** A vehicle has been in a fence for more than `seconds`; a vehicle that falls silent inside is still there. */
export const dwellTooLong = ruleKind<{ seconds: number }, Memory>({
  type: 'dwell-too-long',
  describe: 'a vehicle has been in a fence of the scope for more than `seconds`',
  fences: 'each',
  beginsInSilence: true,
  params: z.strictObject({ seconds: z.number().positive().max(2_592_000).describe('how long it may stay') }),
  build({ seconds }, [fence]) {
    const verdict = (memory: Memory, time: number): Verdict<Memory> => {
      const stayed = (time - memory.since.time) / 1000;
      return {
        memory,
        holds: stayed > seconds,
        onset: memory.since,
        explain: () => ({ checks: [over('time inside', stayed, seconds, 's')], fixes: { entered: memory.since } }),
      };
    };
    return {
      judge({ facts, inside }, memory) {
        if (inside) return verdict(memory ?? { since: facts, due: facts.time + seconds * 1000 + 1 }, facts.time);
        const stayed = memory ? (facts.time - memory.since.time) / 1000 : 0;
        return {
          memory: undefined,
          holds: false,
          explain: () => ({ checks: [over('time inside until now', stayed, seconds, 's')] }),
        };
      },
      due: ({ due }) => due,
      tick: (time, last, memory) =>
        fence.contains(last.lon, last.lat)
          ? verdict({ ...memory, due: Infinity }, time)
          : // The fence went, not the vehicle.
            { memory: undefined, holds: false, explain: () => ({ checks: [equal('inside', false, true)] }) },
    };
  },
});
