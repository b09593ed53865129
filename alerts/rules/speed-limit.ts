import { z } from 'zod';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { over } from '../checks.js';
import { ruleKind } from '../rule-kind.js';
import { lowestBound, type Night, nightBounds, nightSchema, weatherBound } from '../speed-bounds.js';
import { peakAfter, type SpeedPeak } from '../speed-peak.js';

/**
 * Faster than the limit, by day or by night; in weather that somebody declared, faster than that allows.
 *
 * More than 30 s, and what comes back within a minute is the same event: 交运发〔2016〕160号 annex 2 note 2. A vehicle that
 * falls silent while too fast has its event closed by the tick.
 */
export const speedLimit = ruleKind<{ limit: number; night?: Night; motorway: boolean }, SpeedPeak>({
  type: 'speed-limit',
  describe:
    'a vehicle is faster than `limit` km/h, at night faster than `night.factor` of it, in declared weather faster than that allows (on a `motorway`, by visibility)',
  fences: 'each',
  everywhere: true,
  timing: { minDuration: 30, maxGap: 60, linger: 60 },
  params: z.strictObject({
    limit: z.number().min(1).max(300),
    night: nightSchema.optional(),
    motorway: z.boolean().default(false),
  }),
  build({ limit, night, motorway }) {
    const day = { kmh: limit, what: 'speed' };
    const atNight = nightBounds(night);
    return {
      judge({ facts, inside, ground }, memory) {
        const bad = weatherBound(ground.weather.at(facts.lon, facts.lat, facts.time), motorway);
        const bound = lowestBound(day, atNight(day, facts.time), bad);
        const holds = inside && facts.speed > bound.kmh;
        const unknown = Number.isNaN(facts.speed) || (facts.quality & SUSPECT_MOTION) !== 0;
        const after = unknown ? memory : peakAfter(memory, facts, holds);
        return {
          memory: after,
          holds: unknown ? null : holds,
          explain: () => ({
            checks: [over(bound.what, facts.speed, bound.kmh, 'km/h')],
            // Told at the end, too, when nothing of it is remembered any more.
            fixes: { peak: (after ?? memory)?.peak ?? null },
            ...(bound.weather && { weather: bound.weather }),
          }),
        };
      },
    };
  },
});
