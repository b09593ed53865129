import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { VEHICLE_CATEGORIES, type VehicleCategory } from '../../model/vehicle.js';
import { type FixFacts, isLate } from '../fix-facts.js';
import { type Place, StoodFor } from '../memory/stood-for.js';
import { correctTold, isWithin, keepTold, type Member, toldAt } from '../memory/told-gatherings.js';
import type { RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  count: number;
  radius: number;
  freshSeconds: number;
  categories?: VehicleCategory[];
}

/** Of those who are there, in the evidence. */
const MOST_NAMED = 50;

/** Where it was when the alert was raised: it is there, whoever comes and goes. */
interface Memory extends Place {
  /** When whoever stands for it has been silent for so long that somebody else must, epoch ms. */
  due: number;
}

/**
 * At least `count` vehicles within `radius` metres of one of them (聚集), for as long as `timing.minDuration` says. One of them stands for
 * all, and goes on to when it drives away: the gathering is where it was. The alert ends when it has dispersed, which is when
 * fewer than `count` are left there; its `end` says how many, and who.
 *
 * Late fixes may show that some of those who were counted when it was told were elsewhere: that is amended, and where too few are left, the
 * alert is withdrawn; and that others who had come before were there still. Who came in a silence is not known to have.
 */
export const gathering = ruleKind<Params, Memory>({
  type: 'gathering',
  describe: 'at least `count` vehicles within `radius` metres of each other',
  timing: { minDuration: 300 },
  judgesLate: false,
  retells: true,
  params: z.strictObject({
    count: z.int().min(2).max(10_000).describe('vehicles, at least'),
    radius: z.number().min(10).max(5000).describe('metres around one of them'),
    freshSeconds: z.number().min(10).max(86_400).default(300).describe('who was heard of longer ago is not counted'),
    categories: z
      .array(z.enum(VEHICLE_CATEGORIES))
      .min(1)
      .optional()
      .describe('of the vehicles that are counted; all where absent'),
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
        const { facts, fix, vehicle } = input;
        const past = correctTold(input, (then, told) => isWithin(then, told, radius) && isStillThere(then, told.at));
        if (isLate(fix)) return { memory: before, holds: null, past, explain: () => ({ checks: [] }) };
        // Until it has the alert, a vehicle is the middle of what gathers around it.
        const place = before && input.other(vehicle.no)?.raised ? before : { lon: facts.lon, lat: facts.lat };
        const isThere = distanceM(facts.lon, facts.lat, place.lon, place.lat) <= radius;
        const stoodFor = new StoodFor(input);
        const isCrowd = meant(vehicle.category) && haveGathered(place, count - (isThere ? 1 : 0), input);
        const holds = isCrowd && !stoodFor.has(place, 2 * radius);
        if (holds) stoodFor.put(place);
        else stoodFor.drop();
        return {
          memory: holds ? { lon: place.lon, lat: place.lat, due: facts.time + freshSeconds * 1000 + 1 } : undefined,
          holds,
          ...(past.length > 0 && { past }),
          told: () => keepTold(input, place, isThere, seenAt(place, input)),
          explain: () => {
            const others = membersAt(place, input);
            const present = others.length + (isThere ? 1 : 0);
            return {
              checks: [{ what: 'vehicles', value: present, is: '>=', threshold: count, result: present >= count }],
              place: [place.lon, place.lat],
              members: others.slice(0, MOST_NAMED),
            };
          },
        };
      },
      due: ({ due }) => due,
      tick: () => ({ memory: undefined, holds: false, explain: () => ({ checks: [] }) }),
      review(input, at) {
        const told = toldAt(input, at);
        if (!told) return null;
        const left = told.members.filter(({ isThere }) => isThere);
        const vehicles = left.length + told.further;
        const away = told.members.filter(({ isThere, wasThere }) => wasThere && !isThere);
        const elsewhere = away.slice(0, MOST_NAMED).flatMap(({ no }) => input.other(no)?.vehicle.id ?? []);
        return { stands: vehicles >= count, amended: away.length === 0 ? {} : { vehicles, elsewhere } };
      },
    };

    /** Whether so many others are there, or more: in a depot nobody counts them all, fix by fix. */
    function haveGathered({ lon, lat }: Place, least: number, input: RuleInput): boolean {
      let found = 0;
      const since = input.facts.time - freshSeconds * 1000;
      input.seek(lon, lat, radius, since, (no) => memberId(no, input) !== null && ++found >= least);
      return found >= least;
    }

    /** The others that were there last, whether they count or not. */
    function seenAt({ lon, lat }: Place, input: RuleInput): Member[] {
      return input.near(lon, lat, radius).flatMap((no) => {
        const other = input.other(no);
        if (!other?.meant || !meant(other.vehicle.category)) return [];
        const wasThere = isStillThere(other.last, input.facts.time);
        return { no, time: other.last.time, wasThere, isThere: wasThere };
      });
    }

    /** Ids of the others that are there. */
    function membersAt({ lon, lat }: Place, input: RuleInput): string[] {
      return input.near(lon, lat, radius).flatMap((no) => memberId(no, input) ?? []);
    }

    /** Null where the vehicle does not count. */
    function memberId(no: number, { facts, other }: RuleInput): string | null {
      const found = other(no);
      const counts = found?.meant && meant(found.vehicle.category) && isStillThere(found.last, facts.time);
      return counts ? found.vehicle.id : null;
    }
  },
});
