import { expect, test } from 'vitest';
import { maxSpeedKmh } from '../../geo/max-speed.js';
import { parseRoad } from '../../geo/road-input.js';
import { LIMIT_TAGS } from '../../model/road.js';

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

test('conditional tags are read once, and what is not understood is told', () => {
  const tags = {
    maxspeed: 80,
    'maxspeed:conditional': '60 @ (22:00-06:00); 50 @ flashing; fast @ wet',
    'maxspeed:hgv:forward:conditional': '40 @ (weight>7.5)',
  };
  const parsed = parseRoad(feature(tags));
  expect(parsed).toMatchObject({
    road: {
      limits: { maxspeed: 80 },
      conditional: {
        maxspeed: [
          { text: '60 @ (22:00-06:00)', kmh: 60, when: [{ hours: [{ hours: [[1320, 1800]] }] }] },
          { text: '50 @ flashing', kmh: 50, when: [{ unknown: 'flashing' }] },
        ],
        'maxspeed:hgv:forward': [{ kmh: 40, when: [{ unknown: 'weight>7.5' }] }],
      },
    },
    notUnderstood: [
      'maxspeed:conditional=fast @ wet',
      'maxspeed:conditional=50 @ flashing',
      'maxspeed:hgv:forward:conditional=40 @ (weight>7.5)',
    ],
  });
  expect(read(feature({ maxspeed: 80 }))).not.toHaveProperty('conditional');
  expect(problemsOf(feature({ 'maxspeed:conditional': `60 @ ${'wet '.repeat(70)}` }))).toEqual([
    'properties.maxspeed:conditional',
  ]);
  const many = Array.from({ length: 20 }, () => '60 @ wet').join(';');
  const [, way, back] = LIMIT_TAGS;
  const tags3 = { 'maxspeed:conditional': many, [`${way}:conditional`]: many, [`${back}:conditional`]: many };
  expect(problemsOf(feature(tags3))).toEqual(['properties']);
});
