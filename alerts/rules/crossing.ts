import { z } from 'zod';
import type { Box } from '../../geo/box.js';
import { distanceM, lonMetresPerDegree, METRES_PER_DEGREE } from '../../geo/distance.js';
import type { LonLat } from '../../geo/shape.js';
import { SUSPECT_MOTION } from '../../model/quality.js';
import type { FixFacts } from '../fix-facts.js';
import { fenceConcerns, type RuleFence } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  /** A vehicle is taken to be able to drive so fast between its fixes, km/h. */
  topSpeed: number;
  minProbability: number;
}

/** Nineteen ways that a vehicle may have taken, from far left to far right of the straight one. */
const BOWS = Array.from({ length: 19 }, (_, i) => i / 9 - 1);
/** Straight pieces of each way that bows. */
const PIECES = 32;
/** As good as certain. */
const CERTAIN = 0.95;
/** Longer than this between fixes, and a vehicle may have been anywhere. */
const MAX_GAP_MS = 3_600_000;

/**
 * A vehicle went through a fence between two fixes that are both outside: `crossed`, or `possibly crossed` with a probability.
 *
 * The ways that it may have taken bow to either side of the straight one, as far as its top speed allows in the time; the probability
 * is the share of them, the middle ones counting more, that touch the fence.
 */
export const crossing = ruleKind<Params, undefined>({
  type: 'crossing',
  describe: 'a vehicle went through a fence of the scope between two fixes outside, certainly or possibly',
  fences: 'all',
  params: z.strictObject({
    topSpeed: z
      .number()
      .min(20)
      .max(200)
      .default(100)
      .describe('km/h that a vehicle can drive at most between its fixes'),
    minProbability: z
      .number()
      .min(0.05)
      .max(1)
      .default(0.3)
      .describe('of having crossed, from which on it is told; 1 is certain'),
  }),
  build: ({ topSpeed, minProbability }, fences) => ({
    judge({ fix, facts, previous, vehicle }) {
      let best: { fence: RuleFence; probability: number } | null = null;
      // Nobody drove to or from a place that a vehicle cannot have been at.
      const isDriven = previous !== null && ((previous.quality | facts.quality) & SUSPECT_MOTION) === 0;
      if (isDriven && facts.time - previous.time <= MAX_GAP_MS) {
        const ways = waysBetween(previous, facts, topSpeed);
        for (const fence of fences) {
          // The box first: nearly all fences are elsewhere.
          if (!mayTouch(fence, ways) || !fenceConcerns(fence, vehicle, facts.time)) continue;
          if (fix.fenceNos.includes(fence.no) || fence.contains(previous.lon, previous.lat)) continue;
          const probability = crossed(fence, ways);
          if (probability > (best?.probability ?? 0)) best = { fence, probability };
        }
      }
      const probability = best?.probability ?? 0;
      return {
        memory: undefined,
        holds: best !== null && probability >= minProbability,
        explain: () => ({
          checks: [
            {
              what: 'probability',
              value: probability,
              is: '>=',
              threshold: minProbability,
              result: probability >= minProbability,
            },
          ],
          fixes: { previous },
          crossed:
            best === null
              ? null
              : { fence: best.fence.id, how: probability >= CERTAIN ? 'crossed' : 'possibly crossed' },
        }),
      };
    },
  }),
});

/** All ways that a vehicle may have taken between two places. */
interface Ways {
  a: LonLat;
  /** Across 180° it is beyond ±180: the short way round. */
  b: LonLat;
  /** Half the short axis of the ellipse of all places that lie on a way of the greatest length, metres. */
  aside: number;
  /** The ways lie in it; beyond ±180 where `b` is. */
  box: Box;
}

function waysBetween(a: FixFacts, arrived: FixFacts, topSpeed: number): Ways {
  const turn = arrived.lon - a.lon > 180 ? -360 : arrived.lon - a.lon < -180 ? 360 : 0;
  const b = { lon: arrived.lon + turn, lat: arrived.lat };
  const direct = distanceM(a.lon, a.lat, b.lon, b.lat);
  const reach = Math.max(direct, (topSpeed / 3.6) * ((arrived.time - a.time) / 1000));
  const aside = Math.sqrt(reach * reach - direct * direct) / 2;
  const dLat = aside / METRES_PER_DEGREE;
  const dLon = aside / lonMetresPerDegree(Math.max(Math.abs(a.lat), Math.abs(b.lat)));
  const box = {
    minX: Math.min(a.lon, b.lon) - dLon,
    minY: Math.min(a.lat, b.lat) - dLat,
    maxX: Math.max(a.lon, b.lon) + dLon,
    maxY: Math.max(a.lat, b.lat) + dLat,
  };
  return { a, b, aside, box };
}

/** 0 … 1: the share of the ways that meet the fence. */
function crossed(fence: RuleFence, { a, b, aside }: Ways): number {
  const perLon = lonMetresPerDegree((a.lat + b.lat) / 2);
  const [dx, dy] = [(b.lon - a.lon) * perLon, (b.lat - a.lat) * METRES_PER_DEGREE];
  const length = Math.hypot(dx, dy) || 1;
  let hit = 0;
  let all = 0;
  for (const bow of BOWS) {
    // Drivers take the short way: a bow as wide as the time allows counts little.
    const weight = Math.exp(-4.5 * bow * bow);
    all += weight;
    const pieces = bow === 0 || aside === 0 ? 1 : PIECES;
    const placeAt = (i: number) => {
      const along = i / pieces;
      const off = bow * aside * 4 * along * (1 - along);
      return {
        lon: a.lon + (dx * along - (dy / length) * off) / perLon,
        lat: a.lat + (dy * along + (dx / length) * off) / METRES_PER_DEGREE,
      };
    };
    for (let i = 0; i < pieces; i++) {
      if (!fence.meets(placeAt(i), placeAt(i + 1))) continue;
      hit += weight;
      break;
    }
  }
  return hit / all;
}

function mayTouch({ box: { minX, minY, maxX, maxY } }: RuleFence, { box }: Ways): boolean {
  if (box.minY > maxY || box.maxY < minY) return false;
  return (
    (box.minX <= maxX && box.maxX >= minX) ||
    (box.minX - 360 <= maxX && box.maxX - 360 >= minX) ||
    (box.minX + 360 <= maxX && box.maxX + 360 >= minX)
  );
}
