import { z } from 'zod';
import { hoursSchema } from '../../model/rule-when.js';
import type { Weather, WeatherKind } from '../../model/weather.js';
import { hoursHold, type RuleFence } from '../rule.js';
import { readHours } from '../scope/rule-scope.js';

/** One of the limits that hold for a fix; the lowest counts. */
export interface SpeedBound {
  /** km/h. */
  kmh: number;
  /** What is limited, as evidence says it. */
  what: string;
  /** The declared weather that it is for. */
  weather?: { id: string; revision: number; kind: WeatherKind; visibility: number | null; clause: string | null };
}

export interface FenceBound extends SpeedBound {
  /** Of a corridor whose segments have limits of their own. */
  segment?: number;
}

/** km/h: one for all of a fence, or one for each segment of a corridor, null for a segment without one. */
export type PlaceLimit = number | readonly (number | null)[];

/** The limit of a fence by place, and of which segment it is; Infinity where there is none. */
export function fenceBounds(limit: PlaceLimit, fence: RuleFence | null): (lon: number, lat: number) => FenceBound {
  if (typeof limit === 'number') {
    const all = { kmh: limit, what: 'speed' };
    return () => all;
  }
  return (lon, lat) => {
    const segment = fence?.corridor?.nearest(lon, lat).segment;
    return { kmh: limit[segment ?? 0] ?? Infinity, what: 'speed', ...(segment === undefined ? {} : { segment }) };
  };
}

/** 国发〔2012〕30号 2(5): coaches at night at most 80 % of the limit by day. */
const NIGHT_FACTOR = 0.8;

export const nightSchema = hoursSchema.extend({ factor: z.number().min(0.1).max(1).default(NIGHT_FACTOR) });

export type Night = z.output<typeof nightSchema>;

/** The limit by night, from the one by day; null by day. */
export function nightBounds(night: Night | undefined): (day: SpeedBound, time: number) => SpeedBound | null {
  if (!night) return () => null;
  const hours = readHours(night);
  return (day, time) => (hoursHold(hours, time) ? { kmh: day.kmh * night.factor, what: `${day.what} at night` } : null);
}

/** 道路交通安全法实施条例 art. 81: on motorways, by visibility; the first that holds is the lowest. */
const ON_MOTORWAYS = [
  { below: 50, kmh: 20 },
  { below: 100, kmh: 40 },
  { below: 200, kmh: 60 },
];
const ARTICLE_81 = '道路交通安全法实施条例第八十一条';
/** Art. 46 (3) and (4): on all roads, with visibility of 50 m or less, and where ice, snow or mud lies. */
const BAD_ROAD = { upTo: 50, kmh: 30 };
const ARTICLE_46 = '道路交通安全法实施条例第四十六条';

/** The lowest limit that the weather sets; null where it sets none. `motorway`: false where that is not known. */
export function weatherBound(declared: readonly Weather[], motorway: boolean): SpeedBound | null {
  let lowest: SpeedBound | null = null;
  for (const { id, revision, kind, visibility, limit } of declared) {
    const limits = [
      { kmh: limit, clause: null },
      {
        kmh: (motorway && ON_MOTORWAYS.find(({ below }) => (visibility ?? Infinity) < below)?.kmh) || null,
        clause: ARTICLE_81,
      },
      { kmh: kind === 'ice' || (visibility ?? Infinity) <= BAD_ROAD.upTo ? BAD_ROAD.kmh : null, clause: ARTICLE_46 },
    ];
    for (const { kmh, clause } of limits) {
      if (kmh === null || kmh >= (lowest?.kmh ?? Infinity)) continue;
      lowest = { kmh, what: `speed in ${kind}`, weather: { id, revision, kind, visibility, clause } };
    }
  }
  return lowest;
}

/** The lowest of those that hold. */
export function lowestBound(first: SpeedBound, ...others: (SpeedBound | null)[]): SpeedBound {
  return others.reduce<SpeedBound>((low, other) => (other && other.kmh < low.kmh ? other : low), first);
}
