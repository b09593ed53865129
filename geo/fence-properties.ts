import type { z } from 'zod';
import { SEVERITIES, type Severity } from '../model/alert.js';
import type { FenceProperties, FenceRule, OverspeedRule } from '../model/fence.js';
import { scheduleSchema, TIME_OF_DAY, timingSchema } from '../model/rule-when.js';
import { shaped } from '../model/shape-problems.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../model/vehicle.js';
import { readOnTerminal } from './on-terminal.js';
import type { Problems } from './problems.js';

const MAX_NAME = 200;
const MAX_RULES = 20;
const MAX_SPEED_KMH = 300;
const MAX_DURATION_S = 3600;

/**
 * The properties of a fence. Unknown ones are kept as they came.
 *
 * - `rules`: objects (`{type: 'overspeed', limit: 60, duration: 10, severity: 'critical'}`) or just their names
 *   (`"enter"`, `["enter", "exit"]`). Enter and exit where neither `rules` nor `speedLimit` is given; `[]` for none. Each may have
 *   the `timing` and the `schedule` of rules of their own.
 * - `speedLimit` (km/h) and `speedDuration` (s): short for an overspeed rule, and turned into one. The limit of a corridor may be
 *   one for each segment, or for each corner (see segment-values.ts); null where a segment has none.
 * - `severity`: for the rules that name none of their own. `categories`: only vehicles of these kinds.
 * - `hours`: `{from: '22:00', to: '06:00'}`, Beijing time, every day.
 * - `onTerminal`: terminals hold it too (on-terminal.ts).
 */
export function readFenceProperties(
  given: Record<string, unknown>,
  fallbackName: string,
  problems: Problems,
): FenceProperties {
  const { name, rules, speedLimit, speedDuration, severity, categories, hours, onTerminal, ...others } = given;
  const properties: FenceProperties = { ...others, name: readName(name, fallbackName, problems), rules: [] };
  properties.rules = readRules(rules, speedLimit, speedDuration, problems);
  if (isGiven(severity)) {
    const read = readSeverity(severity, 'properties.severity', problems);
    if (read) properties.severity = read;
  }
  if (isGiven(categories)) properties.categories = readCategories(categories, problems);
  if (isGiven(hours)) {
    const read = readHours(hours, problems);
    if (read) properties.hours = read;
  }
  const held = readOnTerminal(onTerminal, problems);
  if (held !== undefined) properties.onTerminal = held;
  return properties;
}

function readName(name: unknown, fallback: string, problems: Problems): string {
  if (!isGiven(name)) return fallback.slice(0, MAX_NAME);
  if (typeof name === 'string' && name.trim().length > 0 && name.length <= MAX_NAME) return name;
  problems.add('properties.name', `must be text of 1 to ${MAX_NAME} characters`);
  return fallback;
}

function readRules(rules: unknown, speedLimit: unknown, speedDuration: unknown, problems: Problems): FenceRule[] {
  const read: FenceRule[] = [];
  const add = (rule: FenceRule | null) => {
    if (rule && !read.some((other) => JSON.stringify(other) === JSON.stringify(rule))) read.push(rule);
  };
  if (!isGiven(rules)) {
    if (!isGiven(speedLimit)) read.push({ type: 'enter' }, { type: 'exit' });
  } else {
    const list = Array.isArray(rules) ? rules : [rules];
    if (list.length > MAX_RULES) problems.add('properties.rules', `has ${list.length} rules; at most ${MAX_RULES}`);
    else for (const [i, rule] of list.entries()) add(readRule(rule, `properties.rules[${i}]`, problems));
  }
  if (isGiven(speedLimit)) {
    const limit = readLimit(speedLimit, 'properties.speedLimit', problems);
    const duration = isGiven(speedDuration)
      ? readNumber(speedDuration, 0, MAX_DURATION_S, 'properties.speedDuration', 'seconds', problems)
      : undefined;
    add({ type: 'overspeed', limit, ...(duration === undefined ? {} : { duration }) });
  } else if (isGiven(speedDuration)) {
    problems.add('properties.speedDuration', 'belongs to a speedLimit, and there is none');
  }
  return read;
}

function readRule(input: unknown, path: string, problems: Problems): FenceRule | null {
  const rule = typeof input === 'string' ? { type: input } : input;
  if (typeof rule !== 'object' || rule === null || Array.isArray(rule)) {
    problems.add(path, "must be 'enter', 'exit' or an object with a type");
    return null;
  }
  const { type, limit, duration, severity, timing, schedule } = rule as Record<string, unknown>;
  if (type !== 'enter' && type !== 'exit' && type !== 'overspeed') {
    problems.add(`${path}.type`, "must be 'enter', 'exit' or 'overspeed'");
    return null;
  }
  const level = isGiven(severity) ? readSeverity(severity, `${path}.severity`, problems) : null;
  const when = {
    ...(level ? { severity: level } : {}),
    ...readPart('timing', timingSchema, timing, path, problems),
    ...readPart('schedule', scheduleSchema, schedule, path, problems),
  };
  if (type !== 'overspeed') return { type, ...when };
  const kmh = readLimit(limit, `${path}.limit`, problems);
  const seconds = isGiven(duration)
    ? { duration: readNumber(duration, 0, MAX_DURATION_S, `${path}.duration`, 'seconds', problems) }
    : {};
  return durationOnce({ type, limit: kmh, ...seconds, ...when }, path, problems);
}

/** `{[name]: value}` as the schema reads it; nothing where nothing is given, or nothing is said in it. */
function readPart<K extends string, T extends object>(
  name: K,
  schema: z.ZodType<T>,
  value: unknown,
  path: string,
  problems: Problems,
): { [name in K]?: T } {
  if (!isGiven(value)) return {};
  const read = shaped(schema, value, `${path}.${name}`);
  if ('value' in read)
    return Object.keys(read.value).length === 0 ? {} : ({ [name]: read.value } as { [name in K]: T });
  for (const problem of read.problems) problems.add(problem.path, problem.message);
  return {};
}

/** How long a limit must be exceeded has a name of its own, from which terminals and forms know it: `minDuration` is turned into that. */
function durationOnce(rule: OverspeedRule, path: string, problems: Problems): OverspeedRule {
  const { minDuration, ...timing } = rule.timing ?? {};
  if (minDuration === undefined) return rule;
  const at = `${path}.timing.minDuration`;
  if (rule.duration !== undefined) problems.add(at, 'is what duration says; give one of them');
  const { timing: _, ...others } = rule;
  return {
    ...others,
    duration: readNumber(minDuration, 0, MAX_DURATION_S, at, 'seconds', problems),
    ...(Object.keys(timing).length === 0 ? {} : { timing }),
  };
}

/** One for all, or a list of them, which is as long as it should be or not: that is seen where the geometry is known. */
function readLimit(value: unknown, path: string, problems: Problems): number | (number | null)[] {
  if (!Array.isArray(value)) return readNumber(value, 1, MAX_SPEED_KMH, path, 'km/h', problems);
  if (value.every((item) => item === null)) problems.add(path, 'has no limit at all');
  return value.map((item, i) =>
    item === null ? null : readNumber(item, 1, MAX_SPEED_KMH, `${path}[${i}]`, 'km/h', problems),
  );
}

function readNumber(value: unknown, low: number, high: number, path: string, unit: string, problems: Problems): number {
  if (typeof value === 'number' && value >= low && value <= high) return value;
  problems.add(path, `must be a number of ${unit}, ${low} to ${high}`);
  return low;
}

function readSeverity(value: unknown, path: string, problems: Problems): Severity | null {
  const found = SEVERITIES.find((severity) => severity === value);
  if (!found) problems.add(path, `must be one of ${SEVERITIES.join(', ')}`);
  return found ?? null;
}

function readCategories(value: unknown, problems: Problems): VehicleCategory[] {
  const list = Array.isArray(value) ? (value as unknown[]) : [value];
  const found = VEHICLE_CATEGORIES.filter((category) => list.includes(category));
  if (found.length === 0 || list.some((item) => !found.some((category) => category === item))) {
    problems.add('properties.categories', `must be one or more of ${VEHICLE_CATEGORIES.join(', ')}`);
  }
  return found;
}

function readHours(value: unknown, problems: Problems): { from: string; to: string } | null {
  const { from, to } = typeof value === 'object' && value !== null ? (value as Record<string, unknown>) : {};
  if (typeof from === 'string' && typeof to === 'string' && TIME_OF_DAY.test(from) && TIME_OF_DAY.test(to)) {
    if (from !== to) return { from, to };
    problems.add('properties.hours', 'from and to are the same; leave hours out for all day');
    return null;
  }
  problems.add('properties.hours', "must be {from: 'HH:MM', to: 'HH:MM'}, Beijing time, 00:00 to 23:59");
  return null;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null;
}
