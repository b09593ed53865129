import { z } from 'zod';
import { type Road, RoadIndex } from '../../geo/road-index.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import { over } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

/** What a road has where nobody says: km/h by the OpenStreetMap value of `highway`, 道路交通安全法实施条例 art. 45 and 78. */
const USUAL: Record<string, number> = {
  motorway: 120,
  motorway_link: 60,
  trunk: 100,
  trunk_link: 60,
  primary: 70,
  secondary: 70,
  tertiary: 60,
  unclassified: 40,
  residential: 40,
  living_street: 20,
  service: 30,
};
const MPH = 1.609344;
/** Below this nobody is accused: the road may be another one. */
const MIN_CONFIDENCE = 0.3;

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]).rest(z.number());
const line = z.array(position).min(2).max(10_000);
const feature = z.object({
  type: z.literal('Feature'),
  id: z.union([z.string(), z.number()]).optional(),
  geometry: z.discriminatedUnion('type', [
    z.object({ type: z.literal('LineString'), coordinates: line }),
    z.object({ type: z.literal('MultiLineString'), coordinates: z.array(line).min(1).max(1000) }),
  ]),
  properties: z.record(z.string(), z.unknown()).nullable(),
});

type Feature = z.output<typeof feature>;

/**
 * Faster than the road allows. Roads come as GeoJSON lines with the tags of OpenStreetMap (`maxspeed`, `highway`, `oneway`); a vehicle is
 * on the nearest one that leads where it goes, and stays on it until another is clearly nearer. The fix itself is left where it is.
 */
export const roadSpeed = ruleKind<{ roads: { features: Feature[] }; tolerance: number }, { road: string }>({
  type: 'road-speed',
  describe: 'a vehicle is faster than the road that it is on allows, by more than `tolerance` km/h',
  timing: { minDuration: 30, maxGap: 60, linger: 60 },
  params: z.strictObject({
    roads: z.object({ type: z.literal('FeatureCollection'), features: z.array(feature).min(1).max(50_000) }),
    tolerance: z.number().min(0).max(50).default(0),
  }),
  build({ roads, tolerance }) {
    const index = new RoadIndex(roads.features.flatMap(roadsOf));
    return {
      judge({ fix, facts }, memory) {
        const unknown = Number.isNaN(facts.speed) || (facts.quality & SUSPECT_MOTION) !== 0;
        const found = index.match(facts.lon, facts.lat, fix.headingDeg, facts.speed, memory?.road ?? null);
        const sure = found !== null && found.confidence >= MIN_CONFIDENCE;
        const limit = found?.road.limit ?? NaN;
        return {
          memory: found ? { road: found.road.id } : undefined,
          holds: unknown || (found && !sure) ? null : found !== null && facts.speed > limit + tolerance,
          explain: () => ({
            checks: [over('speed', facts.speed, limit + tolerance, 'km/h')],
            road: found && { id: found.road.id, limit, stated: found.road.stated, confidence: round(found.confidence) },
          }),
        };
      },
    };
  },
});

/** Roads without any known limit are left out. */
function roadsOf({ id, geometry, properties }: Feature, i: number): Road[] {
  const tags = properties ?? {};
  const stated = maxSpeed(tags.maxspeed);
  const limit = stated ?? USUAL[String(tags.highway)];
  if (limit === undefined) return [];
  const lines = geometry.type === 'LineString' ? [geometry.coordinates] : geometry.coordinates;
  return lines.map((coordinates) => ({
    id: String(id ?? tags.id ?? i),
    line: coordinates.map(([lon, lat]) => [lon, lat] as const),
    limit,
    stated: stated !== undefined,
    oneWay: tags.oneway === 'yes' || tags.oneway === true || tags.highway === 'motorway',
  }));
}

/** `60`, `60 km/h`, `40 mph`; undefined for words such as `none`. */
function maxSpeed(tag: unknown): number | undefined {
  const match = /^(\d{1,3})(?:\s*(km\/h|mph))?$/.exec(String(tag ?? '').trim());
  if (!match) return undefined;
  return match[2] === 'mph' ? Math.round(Number(match[1]) * MPH) : Number(match[1]);
}

function round(value: number): number {
  return Math.round(value * 100) / 100;
}
