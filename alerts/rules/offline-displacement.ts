import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { over } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

/** 离线位移: a vehicle comes back from a silence of more than `seconds` more than `metres` away from where it fell silent. */
export const offlineDisplacement = ruleKind<{ seconds: number; metres: number }, undefined>({
  type: 'offline-displacement',
  describe: 'a vehicle moved more than `metres` while it was silent for more than `seconds`',
  judgesLate: false,
  params: z.strictObject({
    seconds: z.number().min(60).max(2_592_000).default(600),
    metres: z.number().min(50).max(1_000_000).default(2000),
  }),
  build: ({ seconds, metres }) => ({
    judge({ facts, previous }) {
      const silence = previous ? (facts.time - previous.time) / 1000 : 0;
      const moved = previous ? distanceM(previous.lon, previous.lat, facts.lon, facts.lat) : 0;
      return {
        memory: undefined,
        holds: silence > seconds && moved > metres,
        explain: () => ({
          checks: [over('silence', silence, seconds, 's'), over('displacement', moved, metres, 'm')],
          fixes: { previous },
        }),
      };
    },
  }),
});
