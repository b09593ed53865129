import { z } from 'zod';
import { hoursSchema } from '../../model/rule-when.js';
import { equal } from '../checks.js';
import { hoursHold } from '../rule.js';
import { ruleKind } from '../rule-kind.js';
import { readHours } from '../scope/rule-scope.js';

/** A vehicle with dangerous goods is in an area closed to it: always, or in some hours (local rules on areas and times). */
export const goodsBan = ruleKind<{ hours?: { from: string; to: string } }, undefined>({
  type: 'dangerous-goods-ban',
  describe: 'a vehicle with dangerous goods is in a fence of the scope, within `hours` where these are given',
  fences: 'each',
  severity: 'critical',
  params: z.strictObject({
    hours: hoursSchema.optional().describe('Beijing time, may run over midnight; all day where absent'),
  }),
  build({ hours }) {
    const window = hours ? readHours(hours) : null;
    return {
      judge({ facts, inside, vehicle }) {
        const dangerous = vehicle.category === 'dangerous-goods';
        const closed = hoursHold(window, facts.time);
        return {
          memory: undefined,
          holds: dangerous && closed && inside,
          explain: () => ({
            checks: [
              equal('category', vehicle.category, 'dangerous-goods'),
              equal('inside', inside, true),
              equal(hours ? `closed ${hours.from}–${hours.to}` : 'closed', closed, true),
            ],
          }),
        };
      },
    };
  },
});
