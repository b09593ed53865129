import { z } from 'zod';
import { CorridorLine } from '../../geo/corridor-line.js';
import { equal, over } from '../checks.js';
import { fenceConcerns, type RuleFence } from '../rule.js';
import { ruleKind } from '../rule-kind.js';

interface Params {
  /** Positions of the route, [longitude, latitude]; absent where fences are the route. */
  line?: [number, number][];
  /** Metres from edge to edge; one for all segments, or one for each. */
  width?: number | number[];
}

const position = z.tuple([z.number().min(-180).max(180), z.number().min(-90).max(90)]);
const width = z.number().min(5).max(20_000);

/** A vehicle is off its route: further from every segment than half the width that the segment has, and in no fence of the route. */
export const routeDeviation = ruleKind<Params, undefined>({
  type: 'route-deviation',
  describe:
    'a vehicle is outside its route: the corridor around `line`, `width` metres wide, segment by segment, and the fences of the scope together',
  fences: 'all',
  everywhere: ({ line }) => line !== undefined,
  timing: { minDuration: 30 },
  params: z
    .strictObject({
      line: z.array(position).min(2).max(5000).optional().describe('[longitude, latitude] of each corner'),
      width: z
        .union([width, z.array(width)])
        .optional()
        .describe('metres from edge to edge, of all segments or one for each; with a line'),
    })
    .refine(({ line, width: wide }) => (line === undefined) === (wide === undefined), {
      path: ['width'],
      message: 'belongs to a line, and a line needs one',
    })
    .refine(({ line, width: wide }) => !line || !Array.isArray(wide) || wide.length === line.length - 1, {
      path: ['width'],
      message: 'needs one width, or one for each segment: one less than positions in line',
    }),
  build({ line, width: wide = 0 }, fences) {
    const routes: { fence: RuleFence | null; corridor: CorridorLine }[] = [];
    if (line) {
      const halves = line.slice(1).map((_, i) => (typeof wide === 'number' ? wide : wide[i]) / 2);
      routes.push({ fence: null, corridor: new CorridorLine(line, halves) });
    }
    for (const fence of fences) if (fence.corridor) routes.push({ fence, corridor: fence.corridor });
    const areas = fences.filter(({ corridor }) => corridor === null);
    return {
      judge({ facts: { lon, lat, time }, vehicle }) {
        const isThere = (of: RuleFence | null) => of === null || fenceConcerns(of, vehicle, time);
        const around = areas.filter(isThere);
        const ways = routes.filter((route) => isThere(route.fence));
        // At an hour at which no fence is in force, there is no route to leave.
        if (around.some((area) => area.contains(lon, lat)) || (ways.length === 0 && around.length === 0)) {
          return { memory: undefined, holds: false, explain: () => ({ checks: [equal('on the route', true, false)] }) };
        }
        let [fence, near] = [null as RuleFence | null, null as ReturnType<CorridorLine['nearest']> | null];
        for (const route of ways) {
          const found = route.corridor.nearest(lon, lat);
          if (near === null || found.beyondM < near.beyondM) [fence, near] = [route.fence, found];
        }
        return {
          memory: undefined,
          holds: near === null || near.beyondM > 0,
          explain: () =>
            near === null
              ? { checks: [equal('on the route', false, false)] }
              : {
                  checks: [over('distance from the route', near.metres, near.halfWidthM, 'm')],
                  segment: near.segment,
                  ...(fence && { route: fence.id }),
                },
        };
      },
    };
  },
});
