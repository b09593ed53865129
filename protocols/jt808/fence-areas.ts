import { type Fence, type FenceRule, segmentWidths } from '../../model/fence.js';
import { areaKindOf } from '../../model/terminal-area.js';
import type { Fields } from '../common/codecs.js';
import type { FenceSet } from '../protocol.js';
import { TYPES_BY_NAME } from './commands/index.js';
import { STANDARD } from './habits.js';

/** Characters of a name: its length is told in a byte's range, and one of GBK may take four (GB 18030). */
const NAME_CHARS = 63;
/** Coordinates go out in millionths of a degree, rounded. */
const SAME_DEGREES = 1.5e-6;

/** Fences of ours as areas and routes of a terminal: 0x8600–0x8608 (2013 §8.35–8.42, 2019 §8.32–8.41). */
export const fenceSet: FenceSet = {
  put(fence, present) {
    const { geometry, properties, no } = fence;
    const area = { id: no, name: nameOf(properties.name), ...periodOf(properties.hours), alerts: alertsOf(fence) };
    const limit = limitOf(properties.rules);
    const action = present ? 'modify' : 'append';
    switch (geometry.type) {
      case 'Point': {
        const [lon, lat] = geometry.coordinates;
        const radius = Math.max(1, Math.round(properties.radius ?? 0));
        return { type: 'set-circles', params: { action, areas: [{ ...area, ...limit, lon, lat, radius }] } };
      }
      case 'LineString': {
        const widths = segmentWidths(geometry.coordinates.length - 1, properties);
        const points = geometry.coordinates.map(([lon, lat], i) => {
          // The section behind the last corner is none; it says what the one before says.
          const segment = Math.min(i, widths.length - 1);
          const width = Math.max(1, Math.round(widths[segment]));
          return { lon, lat, width, ...limitOf(properties.rules, segment) };
        });
        return { type: 'set-route', params: { ...area, points } };
      }
      case 'Polygon': {
        const corners = geometry.coordinates[0].slice(0, -1).map(([lon, lat]) => ({ lon, lat }));
        if (areaKindOf(fence) === 'polygon') {
          return { type: 'set-polygon', params: { ...area, ...limit, points: corners } };
        }
        const lons = corners.map(({ lon }) => lon);
        const lats = corners.map(({ lat }) => lat);
        const sides = {
          west: Math.min(...lons),
          south: Math.min(...lats),
          east: Math.max(...lons),
          north: Math.max(...lats),
        };
        return { type: 'set-rectangles', params: { action, areas: [{ ...area, ...limit, ...sides }] } };
      }
      case 'MultiPolygon':
        throw new RangeError('several polygons are no area of a terminal'); // geo/on-terminal.ts lets none through
    }
  },
  remove: (kind, no) => ({ type: 'delete-areas', params: { kind, ids: [no] } }),
  query: (kind, nos) => ({ type: 'get-areas', params: { kind, ids: [...nos] } }),
  read(answer) {
    const areas = Array.isArray(answer.areas) ? (answer.areas as Fields[]) : [];
    // Some bring each area with the head of its set message (see messages/areas-query.ts).
    const flat = areas.flatMap((area) => (Array.isArray(area.areas) ? (area.areas as Fields[]) : [area]));
    return new Map(flat.map((area) => [(area.areaId ?? area.routeId) as number, area]));
  },
  same(fence, reported) {
    const { type, params } = fenceSet.put(fence, false);
    const problems: { path: string; message: string }[] = [];
    const known = TYPES_BY_NAME.get(type);
    const { fields } = known?.encode(known.params.read(params, '', problems), '2019', STANDARD) ?? {};
    const wanted = Array.isArray(fields?.areas) ? (fields.areas[0] as Fields) : fields;
    return wanted !== undefined && alike(wanted, reported);
  },
};

function nameOf(name: string): string {
  return [...name].slice(0, NAME_CHARS).join('');
}

function periodOf(hours: Fence['properties']['hours']): { period?: { from: string; to: string } } {
  return hours ? { period: { from: hours.from, to: hours.to } } : {};
}

/** The platform is told of what our own rules ask for; the driver of nothing. */
function alertsOf({ properties }: Fence): string[] {
  const told = { enter: 'enter-platform', exit: 'exit-platform' } as const;
  const types = new Set(properties.rules.map(({ type }) => type));
  return (['enter', 'exit'] as const).filter((type) => types.has(type)).map((type) => told[type]);
}

/** Whole km/h, rounded down: a terminal must not be laxer than the rule. `segment`: of a corridor. */
function limitOf(rules: readonly FenceRule[], segment = 0): { speedLimit?: number; overspeedSeconds?: number } {
  const rule = rules.find((r) => r.type === 'overspeed');
  if (rule?.type !== 'overspeed') return {};
  const limit = Array.isArray(rule.limit) ? rule.limit[segment] : rule.limit;
  if (limit === null) return {};
  return { speedLimit: Math.floor(limit), overspeedSeconds: Math.round(rule.duration ?? 0) };
}

/** Everything that `wanted` names is the same in `got`; what it leaves open may be anything. */
function alike(wanted: unknown, got: unknown): boolean {
  if (typeof wanted === 'number') return typeof got === 'number' && Math.abs(wanted - got) <= SAME_DEGREES;
  if (typeof wanted !== 'object' || wanted === null) return wanted === undefined || wanted === got;
  if (typeof got !== 'object' || got === null) return false;
  if (Array.isArray(wanted) && wanted.length !== (got as unknown[]).length) return false;
  return Object.entries(wanted).every(([name, value]) => alike(value, (got as Fields)[name]));
}
