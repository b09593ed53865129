import { z } from 'zod';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { equal, over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind, type Verdict } from '../rule-kind.js';

interface Memory {
  since: FixFacts;
  /** When silence changes something, epoch ms: it stays for as long as nothing is heard to the contrary, and is away once it is for long enough. */
  due: number;
  /** The first fix outside since the last one inside, epoch ms; absent while it is inside. */
  outAt?: number;
}

interface Params {
  seconds: number;
  /** Absent in rules of before there was any. */
  absence?: number;
}

/**
 * A vehicle has been in a fence for more than `seconds`; one that falls silent inside is still there. Receivers of vehicles that stand at its edge
 * show them outside now and then: who is back within `absence` seconds has not left.
 */
export const dwellTooLong = ruleKind<Params, Memory>({
  type: 'dwell-too-long',
  describe: 'a vehicle has been in a fence of the scope for more than `seconds`',
  fences: 'each',
  beginsInSilence: true,
  params: z.strictObject({
    seconds: z.number().positive().max(2_592_000).describe('how long it may stay'),
    absence: z.number().min(0).max(86_400).default(0).describe('who is back within so many seconds has not left'),
  }),
  build({ seconds, absence = 0 }, [fence]) {
    const verdict = (memory: Memory, time: number): Verdict<Memory> => {
      const stayed = (time - memory.since.time) / 1000;
      return {
        memory,
        holds: stayed > seconds,
        onset: memory.since,
        explain: () => ({ checks: [over('time inside', stayed, seconds, 's')], fixes: { entered: memory.since } }),
      };
    };
    const isAway = (time: number, outAt: number) => time - outAt >= absence * 1000;
    const insideAt = (facts: FixFacts, before: Memory | undefined): Memory => {
      if (before && before.outAt === undefined) return before;
      const since = before?.outAt === undefined || isAway(facts.time, before.outAt) ? facts : before.since;
      const due = since.time + seconds * 1000 + 1;
      return { since, due: due > facts.time ? due : Infinity };
    };
    return {
      judge({ facts, inside }, before) {
        if (inside) return verdict(insideAt(facts, before), facts.time);
        // A jump away: where it is, the next fix says.
        if (before && facts.quality & SUSPECT_MOTION) return { ...verdict(before, facts.time), holds: null };
        const outAt = before?.outAt ?? facts.time;
        const isBriefly = before !== undefined && !isAway(facts.time, outAt);
        const stayed = before ? (facts.time - before.since.time) / 1000 : 0;
        return {
          memory: isBriefly ? { since: before.since, due: outAt + absence * 1000, outAt } : undefined,
          holds: isBriefly ? null : false,
          explain: () => ({ checks: [over('time inside until now', stayed, seconds, 's')] }),
        };
      },
      due: ({ due }) => due,
      tick: (time, last, memory) =>
        memory.outAt === undefined && fence.contains(last.lon, last.lat)
          ? verdict({ ...memory, due: Infinity }, time)
          : // It is away by now, or the fence went.
            { memory: undefined, holds: false, explain: () => ({ checks: [equal('inside', false, true)] }) },
    };
  },
});
