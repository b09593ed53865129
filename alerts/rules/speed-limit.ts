import { z } from 'zod';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { equal, over } from '../checks.js';
import { ruleKind } from '../rule-kind.js';
import {
  fenceBounds,
  lowestBound,
  type Night,
  nightBounds,
  nightSchema,
  type PlaceLimit,
  weatherBound,
} from '../speed/speed-bounds.js';
import { peakAfter, type SpeedPeak } from '../speed/speed-peak.js';

interface Params {
  /** A rule of its own has one; that of a corridor (timed-fence-rule.ts) may have one for each segment. */
  limit: PlaceLimit;
  night?: Night;
  motorway: boolean;
}

/**
 * Faster than the limit, by day or by night; in weather that somebody declared, faster than that allows.
 *
 * More than 30 s, and what comes back within a minute is the same event: 交运发〔2016〕160号 annex 2 note 2. A vehicle that
 * falls silent while too fast has its event closed by the tick.
 */
export const speedLimit = ruleKind<Params, SpeedPeak>({
  type: 'speed-limit',
  describe:
    'a vehicle is faster than `limit` km/h, at night faster than `night.factor` of it, in declared weather faster than that allows (on a `motorway`, by visibility)',
  fences: 'each',
  everywhere: true,
  timing: { minDuration: 30, maxGap: 60, linger: 60 },
  params: z.strictObject({
    limit: z.number().min(1).max(300).describe('km/h'),
    night: nightSchema.optional().describe('Beijing time, and the part of the limit that holds then'),
    motorway: z.boolean().default(false).describe('the limits of motorways by visibility hold (docs/roads.md)'),
  }),
  build({ limit, night, motorway }, [fence]) {
    const byDay = fenceBounds(limit, fence ?? null);
    const atNight = nightBounds(night);
    return {
      judge({ facts, inside, ground }, memory) {
        const day = byDay(facts.lon, facts.lat);
        const bad = weatherBound(ground.weather.at(facts.lon, facts.lat, facts.time), motorway);
        const bound = lowestBound(day, atNight(day, facts.time), bad);
        const holds = inside && facts.speed > bound.kmh;
        const unknown = Number.isNaN(facts.speed) || (facts.quality & SUSPECT_MOTION) !== 0;
        const after = unknown ? memory : peakAfter(memory, facts, holds);
        return {
          memory: after,
          holds: unknown ? null : holds,
          explain: () => ({
            checks: [
              ...(inside ? [] : [equal('inside the fence', inside, true)]),
              over(bound.what, facts.speed, bound.kmh, 'km/h'),
            ],
            // Told at the end, too, when nothing of it is remembered any more.
            fixes: { peak: (after ?? memory)?.peak ?? null },
            ...(day.segment === undefined ? {} : { segment: day.segment }),
            ...(bound.weather && { weather: bound.weather }),
          }),
        };
      },
    };
  },
});
