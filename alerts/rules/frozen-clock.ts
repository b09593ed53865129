import { z } from 'zod';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind } from '../rule-kind.js';

interface Memory {
  since: FixFacts;
  /** Reports with the very same time, the first one included; none of them is another one sent again. */
  reports: number;
}

/**
 * A terminal reports new things with the time of old ones: its clock stands. Counted in reports, because there is no other time to
 * measure it by; more of them than the fixes that a quick terminal makes in one second.
 */
export const frozenClock = ruleKind<{ reports: number }, Memory>({
  type: 'frozen-clock',
  describe: '`reports` different reports of a terminal in a row have the same time',
  severity: 'info',
  judgesLate: false,
  hearsReports: true,
  params: z.strictObject({
    reports: z.int().min(3).max(1000).default(10).describe('with one time, of which none is another sent again'),
  }),
  build: ({ reports }) => ({
    judge({ facts }, before) {
      const stands = before !== undefined && before.since.time === facts.time;
      const memory: Memory = stands ? { ...before, reports: before.reports + 1 } : { since: facts, reports: 1 };
      const holds = memory.reports >= reports;
      return {
        memory,
        holds,
        onset: memory.since,
        explain: () => ({
          checks: [{ what: 'reports of one time', value: memory.reports, is: '>=', threshold: reports, result: holds }],
        }),
      };
    },
  }),
});
