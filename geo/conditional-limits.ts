import type { ConditionalLimit, LimitCondition } from '../model/road.js';
import type { Weather, WeatherKind } from '../model/weather.js';
import { maxSpeedKmh } from './max-speed.js';
import { openingHoursHold, readOpeningHours } from './opening-hours.js';

/** No tag of OpenStreetMap is longer. */
export const MAX_TAG_LENGTH = 255;

/** Conditions that declared weather meets (model/weather.ts). */
const WEATHER: Record<string, readonly WeatherKind[]> = {
  wet: ['rain', 'hail'],
  snow: ['snow'],
  ice: ['ice'],
  fog: ['fog'],
};

/** What a condition is held against. */
export interface Moment {
  /** Epoch ms. */
  time: number;
  /** Declared for the place at this time. */
  weather: readonly Weather[];
}

/**
 * A tag such as `maxspeed:conditional`: `60 @ (22:00-06:00); 80 @ wet`, limits with conditions, with `AND` between those that must all hold.
 *
 * Times (opening-hours.ts) and weather are understood. Other conditions, such as a weight, are kept as `unknown`. `unread`: clauses
 * that name no limit that can be read, and are left out.
 */
export function readConditionalLimits(tag: string): { limits: ConditionalLimit[]; unread: string[] } {
  const limits: ConditionalLimit[] = [];
  const unread: string[] = [];
  for (const text of clausesOf(tag)) {
    const [, limit, condition] = /^([^@]+)@(.+)$/.exec(text) ?? [];
    const kmh = limit === undefined ? undefined : maxSpeedKmh(limit);
    if (condition === undefined || kmh === undefined) unread.push(text);
    else limits.push({ text, kmh: Number.isFinite(kmh) ? kmh : null, when: readConditions(condition.trim()) });
  }
  return { limits, unread };
}

/** Whether a condition of the clause is beyond us. */
export function isUnknown({ when }: ConditionalLimit): boolean {
  return when.some((condition) => 'unknown' in condition);
}

/** null: what is not understood would decide. */
export function conditionsHold({ when }: ConditionalLimit, moment: Moment): boolean | null {
  let sure = true;
  for (const condition of when) {
    const holds = conditionHolds(condition, moment);
    if (holds === false) return false;
    if (holds === null) sure = false;
  }
  return sure ? true : null;
}

function conditionHolds(condition: LimitCondition, { time, weather }: Moment): boolean | null {
  if ('hours' in condition) return openingHoursHold(condition.hours, time);
  if ('weather' in condition) return weather.some(({ kind }) => condition.weather.includes(kind));
  return null;
}

/** At each `;` outside of brackets; a piece without a limit goes on with the one before it: `40 @ Mo-Fr 08:00-09:00; PH off`. */
function clausesOf(tag: string): string[] {
  const clauses: string[] = [];
  let depth = 0;
  let piece = '';
  for (const char of `${tag};`) {
    if (char === '(') depth++;
    else if (char === ')') depth--;
    if (char !== ';' || depth > 0) {
      piece += char;
      continue;
    }
    const text = piece.trim();
    piece = '';
    if (text === '') continue;
    if (text.includes('@') || clauses.length === 0) clauses.push(text);
    else clauses[clauses.length - 1] += `; ${text}`;
  }
  // A bracket that nothing closes.
  if (piece !== '') clauses.push(piece.replace(/;$/, '').trim());
  return clauses;
}

function readConditions(text: string): LimitCondition[] {
  const [, inner] = /^\(([^()]*)\)$/.exec(text) ?? [];
  return (inner ?? text).split(/\sAND\s/i).map((part) => readCondition(part.trim()));
}

function readCondition(text: string): LimitCondition {
  const word = text.toLowerCase();
  if (Object.hasOwn(WEATHER, word)) return { weather: WEATHER[word] };
  const hours = readOpeningHours(text);
  return hours ? { hours } : { unknown: text };
}
