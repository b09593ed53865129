import type { RuleDefinition, RuleSchedule, RuleScope } from '../model/rule.js';
import type { Vehicle } from '../model/vehicle.js';
import { isDayOff, weekday } from './calendar.js';
import { type Hours, hoursHold } from './rule.js';

/** Whether the vehicle is a concern of rules with this scope; fences are not asked for. */
export function scopeHolds(scope: RuleScope, vehicle: Vehicle): boolean {
  const { categories, companies, regions, vehicles } = scope;
  if (categories && !categories.includes(vehicle.category)) return false;
  if (companies && !(vehicle.company !== null && companies.includes(vehicle.company))) return false;
  if (regions && !regions.some((region) => vehicle.region?.startsWith(region))) return false;
  return !vehicles || vehicles.includes(vehicle.id);
}

/** Whether the rule is in force at `time`, epoch ms: its dates, its days and its hours. */
export function inForceAt(
  rule: Pick<RuleDefinition, 'effectiveFrom' | 'effectiveTo' | 'schedule'>,
  time: number,
): boolean {
  if (rule.effectiveFrom !== null && time < rule.effectiveFrom) return false;
  if (rule.effectiveTo !== null && time >= rule.effectiveTo) return false;
  return scheduleHolds(rule.schedule, time);
}

function scheduleHolds({ hours, weekdays, days, calendar }: RuleSchedule, time: number): boolean {
  if (weekdays && !weekdays.includes(weekday(time))) return false;
  if (days && isDayOff(time, calendar) !== (days === 'days-off')) return false;
  return !hours || hours.some((window) => hoursHold(readHours(window), time));
}

/** `HH:MM` to minutes after midnight. */
export function readHours({ from, to }: { from: string; to: string }): Hours {
  return { from: minutes(from), to: minutes(to) };
}

function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
