import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { over } from '../checks.js';
import { type FixFacts, isLate } from '../fix-facts.js';
import { heard, newSilenceLog, type SilenceLog } from '../memory/silence-log.js';
import { ruleKind } from '../rule-kind.js';

/**
 * 离线位移: a vehicle comes back from a silence of more than `seconds` more than `metres` away from where it fell silent. Fixes that come
 * late show how it went there: what was told of a silence that was none is withdrawn.
 */
export const offlineDisplacement = ruleKind<{ seconds: number; metres: number }, SilenceLog>({
  type: 'offline-displacement',
  describe: 'a vehicle moved more than `metres` while it was silent for more than `seconds`',
  judgesLate: false,
  retells: true,
  params: z.strictObject({
    seconds: z.number().min(60).max(2_592_000).default(600).describe('of silence'),
    metres: z.number().min(50).max(1_000_000).default(2000).describe('from the last fix before to the first one after'),
  }),
  build({ seconds, metres }) {
    const ms = seconds * 1000;
    return {
      judge({ facts, fix, vehicle, previous }, before) {
        // Nothing is remembered of a vehicle whose newest fix is the one before, and that was not silent lately.
        const known = before ?? (previous ? newSilenceLog(previous) : null);
        const log = known ? heard(known, facts, ms) : newSilenceLog(facts);
        if (isLate(fix)) {
          const changes = log.silences !== known?.silences;
          return { memory: log, holds: null, past: changes ? [vehicle.no] : [], explain: () => ({ checks: [] }) };
        }
        return { memory: log.silences ? log : undefined, ...compared(known?.last ?? null, facts) };
      },
      past(_, memory) {
        const { floor = -Infinity, silences = [] } = memory;
        const returns = new Set(silences.map(({ to }) => to.time));
        const moments = silences.flatMap(({ from, to, next }) => [
          { fix: to, time: to.time, verdict: { memory, ...compared(from, to) } },
          // Over with the next fix, where that does not come back from another silence.
          ...(next === null || returns.has(next)
            ? []
            : [{ fix: to, time: next, verdict: { memory, ...compared(to, { ...to, time: next }), holds: false } }]),
        ]);
        return { floor, memory, moments };
      },
    };

    function compared(from: FixFacts | null, to: FixFacts) {
      const silence = from ? (to.time - from.time) / 1000 : 0;
      const moved = from ? distanceM(from.lon, from.lat, to.lon, to.lat) : 0;
      return {
        holds: silence > seconds && moved > metres,
        onset: to,
        explain: () => ({
          checks: [over('silence', silence, seconds, 's'), over('displacement', moved, metres, 'm')],
          fixes: { previous: from },
        }),
      };
    }
  },
});
