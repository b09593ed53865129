import type { CommandProblem } from '../../../model/command.js';
import type { Fields } from '../../common/codecs.js';
import { circleAreaDelete, polygonAreaDelete, rectangleAreaDelete, routeDelete } from '../messages/areas-delete.js';
import { areasQuery, areasResponse } from '../messages/areas-query.js';
import { circleAreaSet, polygonAreaSet, rectangleAreaSet, routeSet } from '../messages/areas-set.js';
import { command } from './command-type.js';
import { choice, decimal, flag, int, list, object, optional, pattern, text, where } from './params.js';
import { timeBcd } from './times.js';

/** Bits of the area attribute (2013 §8.35 table 54, 2019 §8.32 table 43). */
const HAS_TIME = 1 << 0;
const HAS_SPEED = 1 << 1;
const AREA_SOUTH = 1 << 6;
const AREA_WEST = 1 << 7;
const FLAGS = {
  'enter-driver': 1 << 2,
  'enter-platform': 1 << 3,
  'exit-driver': 1 << 4,
  'exit-platform': 1 << 5,
} as const;
const DOORS_FORBIDDEN = 1 << 8;
const RADIO_OFF = 1 << 14;
const COLLECT_DETAIL = 1 << 15;
/** Bits of a route's sections: the first two are the same. */
const SECTION_SOUTH = 1 << 2;
const SECTION_WEST = 1 << 3;

const MAX_AREAS = 125;
const MAX_POINTS = 1000;

const id = int(1, 0xffff_ffff, 'number of the area; the same kind and number replaces what is there');
const lon = decimal(-180, 180, 'degrees east');
const lat = decimal(-90, 90, 'degrees north');
const CLOCK = /^([01]\d|2[0-3]):[0-5]\d(:[0-5]\d)?$/;

/** When it is in force: of every day, or once. */
const period = optional(
  object({
    from: pattern(/^.{5,40}$/, 'a time of day such as 08:30, or an RFC 3339 time'),
    to: pattern(/^.{5,40}$/, 'of the same form'),
  }),
);
type Period = { from: string; to: string };

const speedLimit = {
  speedLimit: optional(int(1, 0xffff, 'km/h')),
  overspeedSeconds: optional(int(0, 255, 'how long the limit must be exceeded'), 10),
  nightSpeedLimit: optional(int(1, 0xffff, 'km/h at night; 2019; where absent, that of the day')),
};
type SpeedLimit = { speedLimit?: number; overspeedSeconds: number; nightSpeedLimit?: number };

const name = optional(text(0, 255, '2019'), '');
type Alerts = (keyof typeof FLAGS)[];
const alerts = optional<Alerts>(list(choice(FLAGS), 0, 4, 'who is told when the vehicle enters or leaves'), [
  'enter-platform',
  'exit-platform',
]);

const area = {
  id,
  name,
  period,
  alerts,
  ...speedLimit,
  doorsForbidden: optional(flag('doors must stay shut inside; 2013 and 2019'), false),
  radioOff: optional(flag('the terminal sends nothing from inside; 2013 and 2019'), false),
  collectDetail: optional(flag('the terminal keeps detailed fixes inside; 2013 and 2019'), false),
};
type Area = { id: number; name: string; period?: Period; alerts: Alerts } & SpeedLimit & {
    doorsForbidden: boolean;
    radioOff: boolean;
    collectDetail: boolean;
  };

/** What all kinds of area say of themselves; `lowest`: the least latitude and longitude in it, which tell the hemispheres. */
function areaFields(a: Area, lowest: readonly [lat: number, lon: number]): Fields {
  const attr =
    (a.period ? HAS_TIME : 0) |
    (a.speedLimit !== undefined ? HAS_SPEED : 0) |
    a.alerts.reduce((bits, alert) => bits | FLAGS[alert], 0) |
    (lowest[0] < 0 ? AREA_SOUTH : 0) |
    (lowest[1] < 0 ? AREA_WEST : 0) |
    (a.doorsForbidden ? DOORS_FORBIDDEN : 0) |
    (a.radioOff ? RADIO_OFF : 0) |
    (a.collectDetail ? COLLECT_DETAIL : 0);
  return { areaId: a.id, attr, name: a.name, ...periodFields(a.period), ...speedFields(a) };
}

function speedFields({ speedLimit, overspeedSeconds, nightSpeedLimit }: SpeedLimit): Fields {
  if (speedLimit === undefined) return {};
  return {
    maxSpeedKmh: speedLimit,
    overspeedS: overspeedSeconds,
    nightMaxSpeedKmh: nightSpeedLimit ?? speedLimit,
  };
}

/** A time of day goes out with a date of zeros. */
function periodFields(given: Period | undefined): Fields {
  if (given === undefined) return {};
  const bcd = (at: string) => (CLOCK.test(at) ? `000000${at.replaceAll(':', '').padEnd(6, '0')}` : timeBcd(at));
  return { startBcd: bcd(given.from), endBcd: bcd(given.to) };
}

function periodIsWrong(given: Period | undefined): CommandProblem | null {
  if (given === undefined) return null;
  const { from, to } = given;
  if (CLOCK.test(from) && CLOCK.test(to)) return null;
  if (!CLOCK.test(from) && !CLOCK.test(to) && Date.parse(from) < Date.parse(to)) return null;
  const message = 'from and to must both be times of day such as 08:30, or both RFC 3339 times, the first one earlier';
  return { path: 'period', message };
}

/** A hemisphere is told once for the whole area. */
function crosses(points: readonly { lat: number; lon: number }[], path: string): CommandProblem | null {
  const both = (values: number[]) => values.some((v) => v < 0) && values.some((v) => v > 0);
  if (both(points.map((p) => p.lat))) return { path, message: 'an area cannot cross the equator' };
  if (both(points.map((p) => p.lon))) return { path, message: 'an area cannot cross the meridians of 0° and 180°' };
  return null;
}

const ACTIONS = { update: 0, append: 1, modify: 2 } as const;
const action = optional(choice(ACTIONS, 'update: these are all there are of the kind'), 'append');

const lowestOf = (points: readonly { lat: number; lon: number }[]): readonly [number, number] => [
  Math.min(...points.map((p) => p.lat)),
  Math.min(...points.map((p) => p.lon)),
];

const circle = where(object({ ...area, lon, lat, radius: int(1, 0xffff_ffff, 'metres') }), (a) =>
  periodIsWrong(a.period),
);

export const setCircles = command({
  type: 'set-circles',
  summary: 'put circular areas into it',
  messages: [circleAreaSet],
  params: object({ action, areas: list(circle, 1, MAX_AREAS) }),
  encode: (p) => ({
    message: circleAreaSet,
    fields: {
      action: ACTIONS[p.action],
      areas: p.areas.map((a) => ({
        ...areaFields(a, [a.lat, a.lon]),
        lat: a.lat,
        lon: a.lon,
        radiusM: a.radius,
      })),
    },
  }),
});

const rectangle = where(object({ ...area, west: lon, south: lat, east: lon, north: lat }), (a) => {
  if (a.south >= a.north) return { path: 'north', message: 'must be greater than south' };
  if (a.west >= a.east) return { path: 'east', message: 'must be greater than west' };
  const corners = [
    { lat: a.south, lon: a.west },
    { lat: a.north, lon: a.east },
  ];
  return periodIsWrong(a.period) ?? crosses(corners, '');
});

export const setRectangles = command({
  type: 'set-rectangles',
  summary: 'put rectangular areas into it',
  messages: [rectangleAreaSet],
  params: object({ action, areas: list(rectangle, 1, MAX_AREAS) }),
  encode: (p) => ({
    message: rectangleAreaSet,
    fields: {
      action: ACTIONS[p.action],
      areas: p.areas.map((a) => ({
        ...areaFields(a, [a.south, a.west]),
        topLeftLat: a.north,
        topLeftLon: a.west,
        bottomRightLat: a.south,
        bottomRightLon: a.east,
      })),
    },
  }),
});

const polygonParams = where(
  object({
    ...area,
    points: list(object({ lon, lat }), 3, MAX_POINTS, 'corners in order, the first one not repeated'),
  }),
  (a) => periodIsWrong(a.period) ?? crosses(a.points, 'points'),
);

export const setPolygon = command({
  type: 'set-polygon',
  summary: 'put a polygonal area into it',
  messages: [polygonAreaSet],
  params: polygonParams,
  encode: (a) => ({
    message: polygonAreaSet,
    fields: { ...areaFields(a, lowestOf(a.points)), points: a.points.map((p) => [p.lat, p.lon]) },
  }),
});

const routePoint = object({
  id: optional(int(1, 0xffff_ffff, 'number of the corner; where absent, its place in the list')),
  section: optional(int(1, 0xffff_ffff, 'number of the section from here to the next corner; likewise')),
  lon,
  lat,
  width: int(1, 255, 'metres, of the section'),
  travel: optional(
    object(
      { longest: int(0, 0xffff, 'seconds'), shortest: int(0, 0xffff, 'seconds') },
      'time that the section may take',
    ),
  ),
  ...speedLimit,
});

export const setRoute = command({
  type: 'set-route',
  summary: 'put a route into it',
  messages: [routeSet],
  params: where(object({ id, name, period, alerts, points: list(routePoint, 2, MAX_POINTS) }), (route) =>
    periodIsWrong(route.period),
  ),
  encode: (route) => ({
    message: routeSet,
    fields: {
      routeId: route.id,
      attr: (route.period ? HAS_TIME : 0) | route.alerts.reduce((bits, alert) => bits | FLAGS[alert], 0),
      name: route.name,
      ...periodFields(route.period),
      points: route.points.map((p, i) => ({
        pointId: p.id ?? i + 1,
        sectionId: p.section ?? i + 1,
        lat: p.lat,
        lon: p.lon,
        widthM: p.width,
        attr:
          (p.travel ? HAS_TIME : 0) |
          (p.speedLimit !== undefined ? HAS_SPEED : 0) |
          (p.lat < 0 ? SECTION_SOUTH : 0) |
          (p.lon < 0 ? SECTION_WEST : 0),
        ...(p.travel && { tooLongS: p.travel.longest, tooShortS: p.travel.shortest }),
        ...speedFields(p),
      })),
    },
  }),
});

const DELETES = {
  circle: circleAreaDelete,
  rectangle: rectangleAreaDelete,
  polygon: polygonAreaDelete,
  route: routeDelete,
} as const;

export const deleteAreas = command({
  type: 'delete-areas',
  summary: 'take areas or routes out of it',
  messages: Object.values(DELETES),
  params: object({ kind: choice(DELETES), ids: optional(list(id, 0, 125, 'none: all of the kind'), []) }),
  encode: ({ kind, ids }) => ({ message: DELETES[kind], fields: { ids } }),
});

const KINDS = { circle: 1, rectangle: 2, polygon: 3, route: 4 } as const;

export const getAreas = command({
  type: 'get-areas',
  summary: 'ask which areas or routes it has; 2019',
  messages: [areasQuery],
  answers: [areasResponse],
  params: object({ kind: choice(KINDS), ids: optional(list(id, 0, 250, 'none: all of the kind'), []) }),
  encode: ({ kind, ids }) => ({ message: areasQuery, fields: { kind: KINDS[kind], ids } }),
});
