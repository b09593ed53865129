import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { ALARM_EMERGENCY } from '../../model/alarm.js';
import { equal } from '../checks.js';
import type { RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  helpers: number;
  radius: number;
  freshSeconds: number;
}

/** Faster than this nobody comes to help in a town; who stands may start. km/h. */
const HELP_KMH = 40;

/** A terminal calls for help; the evidence ranks the vehicles that could be there first. */
export const sos = ruleKind<Params, undefined>({
  type: 'sos',
  describe: 'a terminal calls for help; the evidence names the `helpers` nearest vehicles',
  severity: 'critical',
  params: z.strictObject({
    helpers: z.int().min(0).max(20).default(5).describe('vehicles that the evidence names, the nearest first'),
    radius: z.number().min(100).max(50_000).default(5000).describe('metres in which they are looked for'),
    freshSeconds: z.number().min(10).max(86_400).default(300).describe('who was heard of longer ago is none of them'),
  }),
  build: (params) => ({
    judge(input) {
      const calls = ((input.fix.alarms >>> ALARM_EMERGENCY) & 1) === 1;
      return {
        memory: undefined,
        holds: calls,
        explain: () => ({
          checks: [equal('alarm emergency', calls, true)],
          ...(calls ? { helpers: helpersFor(input, params) } : {}),
        }),
      };
    },
  }),
});

/** The nearest first; those of which nothing was heard for a while, or who call themselves, are no help. */
function helpersFor({ facts, near, other }: RuleInput, { helpers, radius, freshSeconds }: Params): object[] {
  return near(facts.lon, facts.lat, radius)
    .flatMap((no) => {
      const found = other(no);
      if (!found || found.raised || facts.time - found.last.time > freshSeconds * 1000) return [];
      const metres = Math.round(distanceM(facts.lon, facts.lat, found.last.lon, found.last.lat));
      const { id, plate, category } = found.vehicle;
      return [{ vehicleId: id, plate, category, metres, minutes: Math.ceil((metres / 1000 / HELP_KMH) * 60) }];
    })
    .sort((a, b) => a.metres - b.metres || (a.vehicleId < b.vehicleId ? -1 : 1))
    .slice(0, helpers);
}
