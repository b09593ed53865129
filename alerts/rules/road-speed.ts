import { z } from 'zod';
import { type RoadLimit, roadLimit, USUAL_LIMITS } from '../../geo/road-limit.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import type { Road } from '../../model/road.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { over } from '../checks.js';
import { ruleKind } from '../rule-kind.js';
import { lowestBound, type Night, nightBounds, nightSchema, weatherBound } from '../speed/speed-bounds.js';
import { peakAfter, type SpeedPeak } from '../speed/speed-peak.js';

/** Below this nobody is accused: the road may be another one. */
const MIN_CONFIDENCE = 0.3;
/** What a road usually has, counts for less than what is stated of it. */
const USUAL_COUNTS = 0.7;

interface Params {
  /** km/h that are let pass. */
  tolerance: number;
  /** km/h by class of road, in place of what is usual. */
  usual?: Record<string, number>;
  /** km/h that a kind of vehicle may drive at most on any road, such as 80 for dangerous goods. */
  atMost?: Partial<Record<(typeof VEHICLE_CATEGORIES)[number], number>>;
  night?: Night;
}

interface Memory {
  /** Id of the road that the vehicle is on. */
  road: string;
  /** By the newest fix it is on this one instead, or on none (null). */
  next?: string | null;
  /** Of an excess, while it lasts. */
  fastest?: SpeedPeak;
}

const kmh = z.number().min(1).max(300);

/**
 * Faster than the road allows. Roads are those of the catalog (model/road.ts); a vehicle is on the nearest one that leads where it
 * goes, stays on it until another is clearly nearer, and has left it when two fixes in a row say so. The fix itself is
 * left where it is.
 */
export const roadSpeed = ruleKind<Params, Memory>({
  type: 'road-speed',
  describe: 'a vehicle is faster than the road that it is on allows, by more than `tolerance` km/h',
  timing: { minDuration: 30, maxGap: 60, linger: 60 },
  params: z.strictObject({
    tolerance: z.number().min(0).max(50).default(0).describe('km/h that are let pass'),
    usual: z
      .record(z.string().regex(/^[a-z_]{1,40}$/), kmh)
      .optional()
      .describe('km/h by class of road, in place of what is usual (docs/roads.md)'),
    atMost: z
      .partialRecord(z.enum(VEHICLE_CATEGORIES), kmh)
      .optional()
      .describe('km/h by kind of vehicle, on any road'),
    night: nightSchema.optional().describe('Beijing time, and the part of the limit that holds then'),
  }),
  build({ tolerance, usual, atMost, night }) {
    const usually = { ...USUAL_LIMITS, ...usual };
    const atNight = nightBounds(night);
    return {
      judge({ vehicle: { category }, fix, facts, ground }, memory) {
        const weather = ground.weather.at(facts.lon, facts.lat, facts.time);
        const moment = { time: facts.time, weather };
        const limitOf = (road: Road, forward: boolean | null): RoadLimit =>
          roadLimit(road, forward, category, moment, usually);
        const seeker = {
          lon: facts.lon,
          lat: facts.lat,
          headingDeg: fix.headingDeg,
          speedKmh: facts.speed,
          held: memory?.road ?? null,
        };
        const found = ground.roads.match(seeker, (road, forward) => limitOf(road, forward).kmh);
        const there = found?.road.id ?? null;
        if (memory && there !== memory.road && there !== memory.next) {
          const unsure = { memory: { ...memory, next: there }, holds: null };
          return { ...unsure, explain: () => ({ checks: [], road: { id: memory.road, next: there } }) };
        }
        const before = memory?.fastest;
        if (!found) {
          const fixes = { peak: before?.peak ?? null };
          return { memory: undefined, holds: false, explain: () => ({ checks: [], fixes, road: null }) };
        }

        const limit = limitOf(found.road, found.forward);
        const confidence = found.confidence * (limit.stated ? 1 : USUAL_COUNTS);
        const onRoad = { kmh: limit.kmh, what: 'speed' };
        const most = { kmh: atMost?.[category] ?? Infinity, what: `speed of ${category}` };
        const motorway = found.road.highway === 'motorway';
        const bad = weatherBound(weather, motorway);
        // A limit that is not known is none: what holds on all roads holds here too.
        const known = Number.isNaN(onRoad.kmh) ? most : lowestBound(onRoad, most);
        const bound = lowestBound(known, atNight(known, facts.time), bad);
        const sure = confidence >= MIN_CONFIDENCE;
        const unknown = Number.isNaN(facts.speed) || (facts.quality & SUSPECT_MOTION) !== 0;
        const holds = unknown || !sure ? null : facts.speed > bound.kmh + tolerance;
        const fastest = holds === null ? before : peakAfter(before, facts, holds);
        return {
          memory: { road: found.road.id, ...(fastest && { fastest }) },
          holds,
          explain: () => ({
            checks: [over(bound.what, facts.speed, bound.kmh + tolerance, 'km/h')],
            fixes: { peak: (fastest ?? before)?.peak ?? null },
            road: {
              id: found.road.id,
              revision: found.road.revision,
              name: found.road.name,
              limit: Number.isFinite(limit.kmh) ? limit.kmh : null,
              from: limit.from,
              ...(limit.condition === undefined ? {} : { condition: limit.condition }),
              metres: round(found.metres),
              confidence: round(confidence),
            },
            ...(bound.weather && { weather: bound.weather }),
          }),
        };
      },
    };
  },
});

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
