import { z } from 'zod';
import { hoursSchema } from '../../model/rule-when.js';
import { atLeast, equal } from '../checks.js';
import { drives } from '../driving/drives.js';
import { hoursHold } from '../rule.js';
import { ruleKind } from '../rule-kind.js';
import { readHours } from '../scope/rule-scope.js';

/** A vehicle drives in hours in which it must not: long-distance coaches from 02:00 to 05:00 (道路旅客运输企业安全管理规范 art. 38 (5)). */
export const nightBan = ruleKind<{ hours: { from: string; to: string }; minSpeed: number }, undefined>({
  type: 'night-ban',
  describe: 'a vehicle drives within `hours`',
  timing: { minDuration: 60, maxGap: 300, linger: 300 },
  params: z.strictObject({
    hours: hoursSchema.default({ from: '02:00', to: '05:00' }).describe('Beijing time, may run over midnight'),
    minSpeed: z.number().min(0).max(50).default(5).describe('km/h from which a vehicle drives'),
  }),
  build({ hours, minSpeed }) {
    const window = readHours(hours);
    return {
      judge({ fix, facts }) {
        const banned = hoursHold(window, facts.time);
        return {
          memory: undefined,
          holds: banned && drives(fix, facts, minSpeed),
          explain: () => ({
            checks: [
              equal(`within ${hours.from}–${hours.to}`, banned, true),
              atLeast('speed', facts.speed, minSpeed, 'km/h'),
            ],
          }),
        };
      },
    };
  },
});
