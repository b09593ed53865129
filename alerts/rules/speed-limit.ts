import { z } from 'zod';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { hoursHold } from '../rule.js';
import { ruleKind } from '../rule-kind.js';
import { hoursSchema } from '../rule-params.js';
import { readHours } from '../rule-scope.js';

/** 国发〔2012〕30号 2(5): coaches at night at most 80 % of the limit by day. */
const NIGHT_FACTOR = 0.8;

interface Memory {
  /** The fastest fix of the excess. */
  peak: FixFacts;
}

/**
 * Faster than the limit, by day or by night.
 *
 * More than 30 s, and what comes back within a minute is the same event: 交运发〔2016〕160号 annex 2 note 2. A vehicle that
 * falls silent while too fast has its event closed by the tick.
 */
export const speedLimit = ruleKind<
  { limit: number; night?: { from: string; to: string; factor: number } },
  Memory | undefined
>({
  type: 'speed-limit',
  describe: 'a vehicle is faster than `limit` km/h, at night faster than `night.factor` of it',
  fences: 'each',
  everywhere: true,
  timing: { minDuration: 30, maxGap: 60, linger: 60 },
  params: z.strictObject({
    limit: z.number().min(1).max(300),
    night: hoursSchema.extend({ factor: z.number().min(0.1).max(1).default(NIGHT_FACTOR) }).optional(),
  }),
  build({ limit, night }) {
    const nightHours = night && readHours(night);
    return {
      judge({ facts, inside }, memory) {
        const isNight = nightHours !== undefined && hoursHold(nightHours, facts.time);
        const kmh = isNight && night ? limit * night.factor : limit;
        const holds = inside && facts.speed > kmh;
        const peak = holds && (!memory || facts.speed > memory.peak.speed) ? facts : memory?.peak;
        const unknown = Number.isNaN(facts.speed) || (facts.quality & SUSPECT_MOTION) !== 0;
        return {
          memory: unknown ? memory : peak && { peak },
          holds: unknown ? null : holds,
          explain: () => ({
            checks: [over(isNight ? 'speed at night' : 'speed', facts.speed, kmh, 'km/h')],
            fixes: { peak: peak ?? null },
          }),
        };
      },
    };
  },
});
