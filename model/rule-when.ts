import { z } from 'zod';

/** Days in one list of a calendar. */
const MAX_DAYS = 400;
const YEAR_S = 31_536_000;

export const TIME_OF_DAY = /^(?:[01]\d|2[0-3]):[0-5]\d$/;

const timeOfDay = z.string().regex(TIME_OF_DAY, 'must be HH:MM, 00:00 to 23:59');
const seconds = z.number().min(0).max(YEAR_S);
const someDays = z.array(z.iso.date()).max(MAX_DAYS);

/** A daily window in Beijing time; may run over midnight. */
export const hoursSchema = z.strictObject({ from: timeOfDay, to: timeOfDay });

/** `RuleSchedule`, as every rule may have it: one of its own, and one in the properties of a fence. */
export const scheduleSchema = z.strictObject({
  hours: z.array(hoursSchema).min(1).max(10).optional(),
  weekdays: z.array(z.int().min(1).max(7)).min(1).max(7).optional(),
  days: z.enum(['workdays', 'days-off']).optional(),
  calendar: z.strictObject({ off: someDays.optional(), work: someDays.optional() }).optional(),
});

/** `RuleTiming`, likewise. */
export const timingSchema = z.strictObject({
  minDuration: seconds.optional(),
  minPrevious: seconds.optional(),
  coolDown: seconds.optional(),
  maxTriggers: z.int().min(1).max(1_000_000).optional(),
  maxGap: seconds.optional(),
  linger: seconds.optional(),
});
