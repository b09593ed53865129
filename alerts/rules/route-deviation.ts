import { z } from 'zod';
import { segmentDistanceM } from '../../geo/distance.js';
import { over } from '../checks.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  /** Positions of the route, [longitude, latitude]. */
  line: [number, number][];
  /** Metres from edge to edge; one for all segments, or one for each. */
  width: number | number[];
}

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const width = z.number().min(5).max(20_000);

/** A vehicle is off its route: further from every segment than half the width that the segment has. */
export const routeDeviation = ruleKind<Params, undefined>({
  type: 'route-deviation',
  describe: 'a vehicle is outside the corridor around `line`, `width` metres wide, segment by segment',
  timing: { minDuration: 30 },
  params: z
    .strictObject({ line: z.array(position).min(2).max(5000), width: z.union([width, z.array(width)]) })
    .refine(({ line, width: wide }) => !Array.isArray(wide) || wide.length === line.length - 1, {
      path: ['width'],
      message: 'needs one width, or one for each segment: one less than positions in line',
    }),
  build({ line, width: wide }) {
    const half = (segment: number) => (Array.isArray(wide) ? wide[segment] : wide) / 2;
    return {
      judge({ facts }) {
        // How far beyond the edge of the corridor of the segment that allows the most.
        let beyond = Infinity;
        let at = 0;
        for (let i = 0; i < line.length - 1; i++) {
          const [[x1, y1], [x2, y2]] = [line[i], line[i + 1]];
          const distance = segmentDistanceM(facts.lon, facts.lat, x1, y1, x2, y2) - half(i);
          if (distance < beyond) {
            beyond = distance;
            at = i;
          }
        }
        return {
          memory: undefined,
          holds: beyond > 0,
          explain: () => ({ checks: [over('distance from the route', beyond + half(at), half(at), 'm')], segment: at }),
        };
      },
    };
  },
});
