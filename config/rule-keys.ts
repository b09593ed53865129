import { z } from 'zod';
import { DEFAULT_RULE_SETTINGS } from '../model/change.js';
import { VEHICLE_CATEGORIES } from '../model/vehicle.js';
import { key, pairs } from './key.js';

/** Settings of the rules, by the names of `RuleSettings`. */
export const ruleKeys = {
  speedLimits: key(
    'CHEJI_SPEED_LIMITS',
    Object.entries(DEFAULT_RULE_SETTINGS.speedLimits)
      .map(([category, limit]) => `${category}=${limit}`)
      .join(','),
    `category=km/h,… with categories of ${VEHICLE_CATEGORIES.join(', ')}`,
    pairs.pipe(z.partialRecord(z.enum(VEHICLE_CATEGORIES), z.coerce.number().positive().max(300))),
  ),
  speedDurationS: key(
    'CHEJI_SPEED_DURATION',
    String(DEFAULT_RULE_SETTINGS.speedDurationS),
    'seconds, 0–3600',
    z.coerce.number().min(0).max(3600),
  ),
};
