import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind, type Verdict } from '../rule-kind.js';

interface Memory {
  anchor: FixFacts;
  due: number;
}

/**
 * A vehicle has not been further than `radius` metres from one place for more than `seconds`. By displacement: a receiver that
 * stands shows some speed now and then, and one in a jam shows none.
 */
export const stayStill = ruleKind<{ seconds: number; radius: number }, Memory>({
  type: 'stay-still',
  describe: 'a vehicle stays within `radius` metres of a place for more than `seconds`',
  params: z.strictObject({
    seconds: z.number().positive().max(2_592_000).describe('how long it may stay'),
    radius: z.number().min(10).max(10_000).default(50).describe('metres around the place'),
  }),
  build({ seconds, radius }) {
    const verdict = (memory: Memory, time: number): Verdict<Memory> => {
      const still = (time - memory.anchor.time) / 1000;
      return {
        memory,
        holds: still > seconds,
        onset: memory.anchor,
        explain: () => ({ checks: [over('time still', still, seconds, 's')], fixes: { anchor: memory.anchor } }),
      };
    };
    return {
      judge({ facts }, memory) {
        const moved = memory ? distanceM(facts.lon, facts.lat, memory.anchor.lon, memory.anchor.lat) : Infinity;
        if (memory && moved <= radius) return verdict(memory, facts.time);
        // A jump away: where it is, the next fix says.
        if (memory && facts.quality & SUSPECT_MOTION) return { ...verdict(memory, facts.time), holds: null };
        const began = verdict({ anchor: facts, due: facts.time + seconds * 1000 + 1 }, facts.time);
        return memory ? { ...began, explain: () => ({ checks: [over('displacement', moved, radius, 'm')] }) } : began;
      },
      due: ({ due }) => due,
      tick(time, last, memory) {
        // Who was moving when last heard of may be anywhere.
        const { lon, lat } = memory.anchor;
        const seen = last.time > memory.anchor.time && distanceM(last.lon, last.lat, lon, lat) <= radius;
        return { ...verdict({ ...memory, due: Infinity }, time), ...(seen ? {} : { holds: false }) };
      },
    };
  },
});
