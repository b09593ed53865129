import {
  BYTE,
  type Codec,
  DEGREES_AMOUNT,
  DWORD,
  type Field,
  type Fields,
  hex,
  record,
  WORD,
} from '../../common/codecs.js';
import { counted, derived, field, sequence, text, when } from '../../common/layout.js';

/**
 * Areas and routes as the set messages send them and the query brings them back: 2011 §8.28–8.35, 2013 §8.35–8.42,
 * 2019 §8.32–8.39. Times are BCD digits: a date of zeros means every day. What an attribute bit does not ask for is not
 * there; 2019 adds a night limit and a name. The 2011 draft differs (a second count, no point id) and is not in the field.
 */
const HAS_TIME = 1 << 0;
const HAS_SPEED = 1 << 1;
const AREA_SOUTH = 1 << 6;
const AREA_WEST = 1 << 7;
const SECTION_SOUTH = 1 << 2;
const SECTION_WEST = 1 << 3;

const has = (bit: number) => (fields: Fields) => ((fields.attr as number) & bit) !== 0;
const hasIn2019 =
  (bit: number) =>
  (fields: Fields, { edition }: { edition: string }) =>
    edition === '2019' && has(bit)(fields);

const times = when(has(HAS_TIME), field('startBcd', hex(6)), field('endBcd', hex(6)));
const speedLimit = when(has(HAS_SPEED), field('maxSpeedKmh', WORD), field('overspeedS', BYTE));
const nightLimit = when(hasIn2019(HAS_SPEED), field('nightMaxSpeedKmh', WORD));
const areaName = when((_, { edition }) => edition === '2019', text('name', WORD));

/** Gives the named amounts the sign that the attribute bit means. */
function hemispheres(south: number, west: number, lats: string[], lons: string[]): Field {
  return derived((out) => {
    for (const name of lats) if (has(south)(out)) out[name] = -(out[name] as number);
    for (const name of lons) if (has(west)(out)) out[name] = -(out[name] as number);
  });
}

export const CIRCLE = record(
  field('areaId', DWORD),
  field('attr', WORD),
  field('lat', DEGREES_AMOUNT),
  field('lon', DEGREES_AMOUNT),
  hemispheres(AREA_SOUTH, AREA_WEST, ['lat'], ['lon']),
  field('radiusM', DWORD),
  times,
  speedLimit,
  nightLimit,
  areaName,
);

export const RECTANGLE = record(
  field('areaId', DWORD),
  field('attr', WORD),
  field('topLeftLat', DEGREES_AMOUNT),
  field('topLeftLon', DEGREES_AMOUNT),
  field('bottomRightLat', DEGREES_AMOUNT),
  field('bottomRightLon', DEGREES_AMOUNT),
  hemispheres(AREA_SOUTH, AREA_WEST, ['topLeftLat', 'bottomRightLat'], ['topLeftLon', 'bottomRightLon']),
  times,
  speedLimit,
  nightLimit,
  areaName,
);

/** A corner: [lat, lon]. */
const CORNER: Codec = {
  read: (r) => [DEGREES_AMOUNT.read(r), DEGREES_AMOUNT.read(r)],
  write: (w, value, name) => {
    const [lat, lon] = value as [number, number];
    DEGREES_AMOUNT.write(w, lat, `${name} lat`);
    DEGREES_AMOUNT.write(w, lon, `${name} lon`);
  },
};

/** The night limit stands behind the points here. */
export const POLYGON_FIELDS: Field = sequence(
  field('areaId', DWORD),
  field('attr', WORD),
  times,
  speedLimit,
  counted(WORD, 'count', 'points', CORNER),
  derived((out) => {
    const lat = has(AREA_SOUTH)(out) ? -1 : 1;
    const lon = has(AREA_WEST)(out) ? -1 : 1;
    out.points = (out.points as [number, number][]).map((point) => [lat * point[0], lon * point[1]]);
  }),
  nightLimit,
  areaName,
);

/** A corner of a route (拐点); the section runs from here to the next one. */
const ROUTE_POINT = record(
  field('pointId', DWORD),
  field('sectionId', DWORD),
  field('lat', DEGREES_AMOUNT),
  field('lon', DEGREES_AMOUNT),
  field('widthM', BYTE),
  field('attr', BYTE),
  hemispheres(SECTION_SOUTH, SECTION_WEST, ['lat'], ['lon']),
  when(has(HAS_TIME), field('tooLongS', WORD), field('tooShortS', WORD)),
  speedLimit,
  nightLimit,
);

export const ROUTE_FIELDS: Field = sequence(
  field('routeId', DWORD),
  field('attr', WORD),
  times,
  counted(WORD, 'count', 'points', ROUTE_POINT),
  areaName,
);

/** Circles and rectangles come several at a time: action BYTE (0 update, 1 append, 2 modify) · count BYTE · areas. */
export function areaList(item: Codec): Field {
  return sequence(field('action', BYTE), counted(BYTE, 'count', 'areas', item));
}
