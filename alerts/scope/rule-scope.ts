import { BEIJING_MS, DAY_MS, weekday } from '../../model/beijing-time.js';
import type { RuleDefinition, RuleSchedule, RuleScope } from '../../model/rule.js';
import type { Vehicle } from '../../model/vehicle.js';
import { equal } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { type Evidence, type Hours, hoursHold, type RuleFence } from '../rule.js';
import { isDayOff } from './calendar.js';

type VehicleTest = (vehicle: Vehicle) => boolean;

/** Made once for all the rules of a definition, which may be a thousand. */
const tests = new WeakMap<RuleScope, VehicleTest>();

/** Tells which vehicles are a concern of rules with this scope; fences are not asked for. Lists may be long, and each fix asks. */
export function scopeTest(scope: RuleScope): VehicleTest {
  let test = tests.get(scope);
  if (!test) tests.set(scope, (test = testOf(scope)));
  return test;
}

function testOf({ except = {}, ...scope }: RuleScope): VehicleTest {
  const meant = listTests(scope);
  const exempt = listTests(except);
  return (vehicle) => meant.every((holds) => holds(vehicle)) && !exempt.some((holds) => holds(vehicle));
}

/** A test for each list that is there. */
function listTests({ categories, companies, regions, vehicles }: RuleScope): VehicleTest[] {
  const lists: VehicleTest[] = [];
  if (categories) lists.push(({ category }) => categories.includes(category));
  if (companies) lists.push(inSet(companies, ({ company }) => company));
  if (regions) lists.push(({ region }) => regions.some((division) => region?.startsWith(division)));
  if (vehicles) lists.push(inSet(vehicles, ({ id }) => id));
  return lists;
}

function inSet(names: readonly string[], nameOf: (vehicle: Vehicle) => string | null): VehicleTest {
  const set: ReadonlySet<string | null> = new Set(names);
  return (vehicle) => set.has(nameOf(vehicle));
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

function scheduleHolds(schedule: RuleSchedule, time: number): boolean {
  if (!schedule.hours) return dayHolds(schedule, time);
  return schedule.hours.some((text) => {
    const window = readHours(text);
    return hoursHold(window, time) && dayHolds(schedule, isAfterMidnight(window, time) ? time - DAY_MS : time);
  });
}

function dayHolds({ weekdays, days, calendar }: RuleSchedule, time: number): boolean {
  if (weekdays && !weekdays.includes(weekday(time))) return false;
  return !days || isDayOff(time, calendar) === (days === 'days-off');
}

/** Of a window that runs over midnight `time` is in the second part: it is of the day on which it began. */
function isAfterMidnight({ from, to }: Hours, time: number): boolean {
  return from >= to && Math.floor(((time + BEIJING_MS) % DAY_MS) / 60_000) < to;
}

/**
 * The first moment after `time`, epoch ms, at which the rule may be in force no more; null where there is none. `ofFence`: the hours of its
 * fence.
 */
export function nextEnd(
  { effectiveTo, schedule }: Pick<RuleDefinition, 'effectiveTo' | 'schedule'>,
  ofFence: Hours | null,
  time: number,
): number | null {
  const { hours = [], weekdays, days } = schedule;
  const lasts = [...hours.map((window) => readHours(window).to), ...(ofFence ? [ofFence.to] : [])];
  if (weekdays || days) lasts.push(0);
  const ends = lasts.map((to) => nextAt(to, time));
  if (effectiveTo !== null && effectiveTo > time) ends.push(effectiveTo);
  return ends.length === 0 ? null : Math.min(...ends);
}

/** The first moment after `time`, epoch ms, at which the hours of a fence end; null where it has none. */
export function fenceHoursEnd({ hours }: Pick<RuleFence, 'hours'>, time: number): number | null {
  return hours && nextAt(hours.to, time);
}

/** Evidence of a rule of a fence whose hours had ended at `time`, epoch ms, with nothing heard since `last`. */
export function outOfHours(last: FixFacts, time: number): Evidence {
  return {
    fixes: { deciding: last },
    checks: [equal('within the hours of the fence', false, true)],
    decidedBySilenceUntil: new Date(time).toISOString(),
  };
}

/**
 * The first moment after `time`, epoch ms, at which the rule, which is not in force then, may come into force; null where there is none. `ofFence`:
 * the hours of its fence.
 */
export function nextBegin(
  { effectiveFrom, effectiveTo, schedule }: Pick<RuleDefinition, 'effectiveFrom' | 'effectiveTo' | 'schedule'>,
  ofFence: Hours | null,
  time: number,
): number | null {
  if (effectiveFrom !== null && effectiveFrom > time) return effectiveFrom;
  const { hours = [], weekdays, days } = schedule;
  const begins = [...hours.map((window) => readHours(window).from), ...(ofFence ? [ofFence.from] : [])];
  if (weekdays || days) begins.push(0);
  const next = Math.min(...begins.map((from) => nextAt(from, time)));
  return next < (effectiveTo ?? Infinity) ? next : null;
}

/** The next moment after `time`, epoch ms, at which it is so many minutes after midnight. */
function nextAt(minutes: number, time: number): number {
  const at = Math.floor((time + BEIJING_MS) / DAY_MS) * DAY_MS - BEIJING_MS + minutes * 60_000;
  return at > time ? at : at + DAY_MS;
}

/** `HH:MM` to minutes after midnight. */
export function readHours({ from, to }: { from: string; to: string }): Hours {
  return { from: minutes(from), to: minutes(to) };
}

function minutes(text: string): number {
  return Number(text.slice(0, 2)) * 60 + Number(text.slice(3));
}
