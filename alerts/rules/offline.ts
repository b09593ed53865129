import { z } from 'zod';
import { over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind } from '../rule-kind.js';

interface Memory {
  last: FixFacts;
  due: number;
}

/** Nothing that counts has come from a vehicle for more than `seconds`. Found by the tick, over with the next fix. */
export const offline = ruleKind<{ seconds: number }, Memory>({
  type: 'offline',
  describe: 'no fix of a vehicle for more than `seconds`',
  severity: 'info',
  judgesLate: false,
  beginsInSilence: true,
  params: z.strictObject({ seconds: z.number().min(60).max(2_592_000).default(600) }),
  build: ({ seconds }) => ({
    judge: ({ facts, previous }) => ({
      memory: { last: facts, due: facts.time + seconds * 1000 + 1 },
      holds: false,
      explain: () => ({
        checks: [over('silence', previous ? (facts.time - previous.time) / 1000 : 0, seconds, 's')],
      }),
    }),
    due: ({ due }) => due,
    tick: (time, last, memory) => ({
      memory: { ...memory, due: Infinity },
      holds: time - memory.last.time > seconds * 1000,
      onset: last,
      explain: () => ({ checks: [over('silence', (time - memory.last.time) / 1000, seconds, 's')] }),
    }),
  }),
});
