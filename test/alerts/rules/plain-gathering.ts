import type { FixFacts } from '../../../alerts/fix-facts.js';
import type { RuleInput } from '../../../alerts/rule.js';
import { ruleKind } from '../../../alerts/rule-kind.js';
import { gathering } from '../../../alerts/rules/gathering.js';
import { distanceM } from '../../../geo/distance.js';

interface Place {
  lon: number;
  lat: number;
}

/** Gathering the plain way: everybody near is counted with every fix, and whoever meets the condition is remembered and asked. */
export const plainGathering = ruleKind<
  { count: number; radius: number; freshSeconds: number },
  Place & { due: number }
>({
  type: 'gathering',
  describe: gathering.describe,
  timing: gathering.timing,
  judgesLate: false,
  params: gathering.params as never,
  build: ({ count, radius, freshSeconds }) => ({
    judge(input, before) {
      const { facts, vehicle, shared } = input;
      const place = before && input.other(vehicle.no)?.raised ? before : { lon: facts.lon, lat: facts.lat };
      const others = membersAt(place, input);
      const isThere = distanceM(facts.lon, facts.lat, place.lon, place.lat) <= radius;
      const present = others.length + (isThere ? 1 : 0);
      const places = (shared.get('places') as Map<number, Place> | undefined) ?? new Map<number, Place>();
      const isStoodFor = [...places].some(
        ([no, there]) =>
          no !== vehicle.no &&
          distanceM(place.lon, place.lat, there.lon, there.lat) <= 2 * radius &&
          input.other(no)?.raised,
      );
      const holds = present >= count && !isStoodFor;
      if (holds) shared.set('places', places.set(vehicle.no, { lon: place.lon, lat: place.lat }));
      else places.delete(vehicle.no);
      return {
        memory: holds ? { lon: place.lon, lat: place.lat, due: facts.time + freshSeconds * 1000 + 1 } : undefined,
        holds,
        explain: () => ({
          checks: [{ what: 'vehicles', value: present, is: '>=', threshold: count, result: present >= count }],
          place: [place.lon, place.lat],
          members: others.slice(0, 50),
        }),
      };

      function membersAt({ lon, lat }: Place, { near, other }: RuleInput): string[] {
        const isStillThere = ({ time, speed }: FixFacts) => {
          const seconds = (facts.time - time) / 1000;
          return seconds <= freshSeconds && !((speed / 3.6) * seconds > radius);
        };
        return near(lon, lat, radius).flatMap((no) => {
          const found = other(no);
          return found?.meant && isStillThere(found.last) ? [found.vehicle.id] : [];
        });
      }
    },
    due: ({ due }) => due,
    tick: () => ({ memory: undefined, holds: false, explain: () => ({ checks: [] }) }),
  }),
});
