import { z } from 'zod';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../../model/vehicle.js';
import type { FixFacts } from '../fix-facts.js';
import type { RuleInput } from '../rule.js';
import { ruleKind, type Verdict } from '../rule-kind.js';

interface Params {
  count: number;
  radius: number;
  freshSeconds: number;
  categories?: VehicleCategory[];
}

/**
 * At least `count` vehicles within `radius` metres of one of them (聚集), for as long as `timing.minDuration` says. One of them
 * stands for all: while it has the alert, none of the others near it gets one. The alert ends with the gathering around it.
 */
export const gathering = ruleKind<Params, undefined>({
  type: 'gathering',
  describe: 'at least `count` vehicles within `radius` metres of each other',
  timing: { minDuration: 300 },
  judgesLate: false,
  params: z.strictObject({
    count: z.int().min(2).max(10_000),
    radius: z.number().min(10).max(5000),
    /** A vehicle that was heard of longer ago than this is not counted. */
    freshSeconds: z.number().min(10).max(86_400).default(300),
    categories: z.array(z.enum(VEHICLE_CATEGORIES)).min(1).optional(),
  }),
  build({ count, radius, freshSeconds, categories }) {
    /** Who drove when last heard of has left the circle by the time that the way across it takes. */
    const isStillThere = ({ time, speed }: FixFacts, now: number) => {
      const seconds = (now - time) / 1000;
      return seconds <= freshSeconds && !((speed / 3.6) * seconds > radius);
    };
    return { judge };

    function judge({ facts, vehicle, near, other }: RuleInput): Verdict<undefined> {
      const meant = (category: VehicleCategory) => !categories || categories.includes(category);
      const members: string[] = [];
      let stoodFor = false;
      for (const no of near(facts.lon, facts.lat, radius)) {
        const found = other(no);
        if (!found?.meant || !meant(found.vehicle.category) || !isStillThere(found.last, facts.time)) continue;
        if (found.raised) stoodFor = true;
        members.push(found.vehicle.id);
      }
      const present = members.length + 1;
      return {
        memory: undefined,
        holds: meant(vehicle.category) && present >= count && !stoodFor,
        explain: () => ({
          checks: [{ what: 'vehicles', value: present, is: '>=', threshold: count, result: present >= count }],
          members: members.slice(0, 50),
        }),
      };
    }
  },
});
