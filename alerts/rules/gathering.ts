import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../../model/vehicle.js';
import type { FixFacts } from '../fix-facts.js';
import type { RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  count: number;
  radius: number;
  freshSeconds: number;
  categories?: VehicleCategory[];
}

const PLACES = 'places';
/** Of those who are there, in the evidence. */
const MOST_NAMED = 50;

interface Memory {
  /** Where it was when the alert was raised: it is there, whoever comes and goes. */
  lon: number;
  lat: number;
  /** When whoever stands for it has been silent for so long that somebody else must, epoch ms. */
  due: number;
}

/** Where gatherings are that somebody stands for, by vehicle number. */
type Places = Map<number, { lon: number; lat: number }>;

/**
 * At least `count` vehicles within `radius` metres of one of them (聚集), for as long as `timing.minDuration` says. One of them stands for
 * all, and goes on to when it drives away: the gathering is where it was. The alert ends when it has dispersed, which is when
 * fewer than `count` are left there; its `end` says how many, and who.
 */
export const gathering = ruleKind<Params, Memory>({
  type: 'gathering',
  describe: 'at least `count` vehicles within `radius` metres of each other',
  timing: { minDuration: 300 },
  judgesLate: false,
  params: z.strictObject({
    count: z.int().min(2).max(10_000),
    radius: z.number().min(10).max(5000),
    /** A vehicle that was heard of longer ago than this is not counted. */
    freshSeconds: z.number().min(10).max(86_400).default(300),
    categories: z.array(z.enum(VEHICLE_CATEGORIES)).min(1).optional(),
  }),
  build({ count, radius, freshSeconds, categories }) {
    /** Who drove when last heard of has left the circle by the time that the way across it takes. */
    const isStillThere = ({ time, speed }: FixFacts, now: number) => {
      const seconds = (now - time) / 1000;
      return seconds <= freshSeconds && !((speed / 3.6) * seconds > radius);
    };
    const meant = (category: VehicleCategory) => !categories || categories.includes(category);
    return {
      judge(input, before) {
        const { facts, vehicle, shared } = input;
        // Until it has the alert, a vehicle is the middle of what gathers around it.
        const place = before && input.other(vehicle.no)?.raised ? before : { lon: facts.lon, lat: facts.lat };
        const others = membersAt(place, input);
        const isThere = distanceM(facts.lon, facts.lat, place.lon, place.lat) <= radius;
        const present = others.length + (isThere ? 1 : 0);
        const places = (shared.get(PLACES) as Places | undefined) ?? new Map();
        const holds = meant(vehicle.category) && present >= count && !isStoodFor(place, places, input);
        if (holds) shared.set(PLACES, places.set(vehicle.no, { lon: place.lon, lat: place.lat }));
        else places.delete(vehicle.no);
        return {
          memory: holds ? { lon: place.lon, lat: place.lat, due: facts.time + freshSeconds * 1000 + 1 } : undefined,
          holds,
          explain: () => ({
            checks: [{ what: 'vehicles', value: present, is: '>=', threshold: count, result: present >= count }],
            place: [place.lon, place.lat],
            members: others.slice(0, MOST_NAMED),
          }),
        };
      },
      due: ({ due }) => due,
      tick: () => ({ memory: undefined, holds: false, explain: () => ({ checks: [] }) }),
    };

    /** Ids of the others that are there. */
    function membersAt({ lon, lat }: { lon: number; lat: number }, { facts, near, other }: RuleInput): string[] {
      return near(lon, lat, radius).flatMap((no) => {
        const found = other(no);
        const counts = found?.meant && meant(found.vehicle.category) && isStillThere(found.last, facts.time);
        return counts ? [found.vehicle.id] : [];
      });
    }

    /** Another vehicle has the alert of the gathering at this place. */
    function isStoodFor(
      { lon, lat }: { lon: number; lat: number },
      places: Places,
      { vehicle, other }: RuleInput,
    ): boolean {
      for (const [no, there] of places) {
        if (no !== vehicle.no && distanceM(lon, lat, there.lon, there.lat) <= 2 * radius && other(no)?.raised)
          return true;
      }
      return false;
    }
  },
});
