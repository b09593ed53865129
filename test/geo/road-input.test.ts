import { expect, test } from 'vitest';
import { maxSpeedKmh } from '../../geo/max-speed.js';
import { parseRoad } from '../../geo/road-input.js';
import { roadLimit } from '../../geo/road-limit.js';
import type { Road } from '../../model/road.js';

const line = [
  [120, 31],
  [120.01, 31.5, 7],
];
const feature = (properties: object | null = {}, others: object = {}) => ({
  type: 'Feature',
  geometry: { type: 'LineString', coordinates: line },
  properties,
  ...others,
});
const problemsOf = (input: unknown) => {
  const parsed = parseRoad(input);
  return 'problems' in parsed ? parsed.problems.map(({ path }) => path) : [];
};
const read = (input: unknown, id?: string) => {
  const parsed = parseRoad(input, id);
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  return parsed.road;
};

test.each([
  ['60', 60],
  [60, 60],
  ['60 km/h', 60],
  ['40 mph', 64],
  ['25mph', 40],
  ['CN:urban', 50],
  ['CN:rural', 70],
  ['none', Infinity],
  ['walk', 7],
  ['signals', NaN],
  ['DE:urban', undefined],
  ['fast', undefined],
  ['0', undefined],
  ['999', undefined],
  ['60;80', undefined],
  ['', undefined],
  ['constructor', undefined],
])('maxspeed %s', (tag, kmh) => {
  expect(maxSpeedKmh(tag)).toBe(kmh);
});

test('a road as it is sent', () => {
  const tags = {
    name: ' 太湖大道 ',
    highway: 'primary',
    maxspeed: '60',
    'maxspeed:hgv': 'none',
    oneway: '-1',
    surface: 'a',
  };
  expect(read(feature(tags, { id: 'way/1' }))).toEqual({
    id: 'way/1',
    name: '太湖大道',
    highway: 'primary',
    oneWay: 'backward',
    limits: { maxspeed: 60, 'maxspeed:hgv': null },
    lines: [[120, 31, 120.01, 31.5]],
  });
  const across = {
    type: 'MultiLineString',
    coordinates: [
      line,
      [
        [179.9, 10],
        [-179.9, 10],
      ],
    ],
  };
  const both = read(feature(null, { geometry: across }), '7');
  expect(both).toMatchObject({ id: '7', name: null, highway: null, oneWay: null, limits: {} });
  expect(both.lines[1]).toEqual([179.9, 10, 180.1, 10]);
});

test('an id is looked for where programs put it, and made of the places where there is none', () => {
  expect(read(feature({ '@id': 'way/5' })).id).toBe('way/5');
  expect(read(feature({ osm_id: 12 })).id).toBe('12');
  const made = read(feature({ maxspeed: 60 })).id;
  expect(made).toMatch(/^road-[0-9a-f]{16}$/);
  expect(read(feature({ maxspeed: 80 })).id).toBe(made);
});

test('motorways are one-way unless they say otherwise', () => {
  expect(read(feature({ highway: 'motorway' })).oneWay).toBe('forward');
  expect(read(feature({ highway: 'motorway', oneway: 'no' })).oneWay).toBe(null);
  expect(read(feature({ highway: 'primary', oneway: 'reversible' })).oneWay).toBe(null);
});

test('a limit that the signs of the moment show is not known, and no problem', () => {
  expect(read(feature({ maxspeed: 'signals' })).limits).toEqual({});
});

test('everything that is wrong is named', () => {
  expect(problemsOf(null)).toEqual(['type']);
  expect(problemsOf(feature({}, { properties: 7 }))).toEqual(['properties']);
  expect(problemsOf(feature({}, { geometry: { type: 'Point', coordinates: [1, 2] } }))).toEqual(['geometry.type']);
  expect(problemsOf(feature({ maxspeed: 'fast', oneway: 'up', highway: 'A 1' }, { id: 'a b' }))).toEqual([
    'properties.highway',
    'id',
    'properties.oneway',
    'properties.maxspeed',
  ]);
  const swapped = {
    type: 'LineString',
    coordinates: [
      [31, 120],
      [31, 121],
    ],
  };
  expect(problemsOf(feature({}, { geometry: swapped }))).toEqual(['geometry.coordinates[0]']);
  expect(problemsOf(feature({}, { geometry: { type: 'LineString', coordinates: [[1, 2]] } }))).toEqual([
    'geometry.coordinates',
  ]);
});

test('the limit of a road for a kind of vehicle in a direction', () => {
  const limits: Road['limits'] = { maxspeed: 80, 'maxspeed:backward': 60, 'maxspeed:hgv': 70, 'maxspeed:bus': 100 };
  const of = (forward: boolean | null, category: Parameters<typeof roadLimit>[2]) =>
    roadLimit({ limits, highway: 'primary' }, forward, category);
  expect(of(true, 'taxi')).toEqual({ kmh: 80, stated: true, from: 'maxspeed' });
  expect(of(false, 'taxi')).toEqual({ kmh: 60, stated: true, from: 'maxspeed:backward' });
  expect(of(null, 'taxi').kmh).toBe(80); // nobody is accused by the stricter side
  expect(of(true, 'truck')).toEqual({ kmh: 70, stated: true, from: 'maxspeed:hgv' });
  expect(of(true, 'coach').kmh).toBe(80); // a higher one for its kind does not lift what holds for all
  expect(roadLimit({ limits: {}, highway: 'primary' }, true, 'taxi')).toEqual({
    kmh: 70,
    stated: false,
    from: 'highway',
  });
  expect(roadLimit({ limits: {}, highway: 'primary' }, true, 'taxi', { primary: 50 }).kmh).toBe(50);
  expect(roadLimit({ limits: {}, highway: 'track' }, true, 'taxi')).toEqual({ kmh: NaN, stated: false, from: null });
  expect(roadLimit({ limits: { maxspeed: null }, highway: null }, true, 'taxi').kmh).toBe(Infinity);
  expect(roadLimit({ limits: { 'maxspeed:forward': 50 }, highway: 'primary' }, null, 'taxi').from).toBe('highway');
});
