import { kinks } from '@turf/turf';
import { describe, expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { fenceContains, prepareFence } from '../../geo/fence.js';
import { type parseFence as Parse, parseFence } from '../../geo/fence-input.js';
import { starRing } from './support.js';

const ring = [
  [116, 39],
  [117, 39],
  [117, 40],
  [116, 40],
  [116, 39],
];
const polygon = { type: 'Polygon', coordinates: [ring] };

function feature(geometry: unknown, properties: unknown = {}): unknown {
  return { type: 'Feature', geometry, properties };
}

function good(result: ReturnType<typeof Parse>) {
  if ('problems' in result) throw new Error(JSON.stringify(result.problems));
  return result;
}

function problems(input: unknown): string[] {
  const result = parseFence(input);
  return 'problems' in result ? result.problems.map(({ path, message }) => `${path}: ${message}`) : [];
}

describe('what people send', () => {
  test('a bare polygon gets a name and the rules enter and exit', () => {
    expect(good(parseFence(feature(polygon), 'depot'))).toEqual({
      geometry: polygon,
      properties: { name: 'depot', rules: [{ type: 'enter' }, { type: 'exit' }] },
    });
    expect(good(parseFence({ ...(feature(polygon) as object), id: 7 })).properties.name).toBe('7');
  });

  test('an open ring is closed, altitudes are left out', () => {
    const open = ring.slice(0, 4).map((place) => [...place, 50]);
    expect(good(parseFence(feature({ type: 'Polygon', coordinates: [open] }))).geometry).toEqual(polygon);
  });

  test('circle, corridor, multipolygon', () => {
    const circle = good(parseFence(feature({ type: 'Point', coordinates: [116, 39] }, { radius: 500, width: 3 })));
    expect(circle.properties).toMatchObject({ radius: 500 });
    expect(circle.properties).not.toHaveProperty('width');
    const line = { type: 'LineString', coordinates: ring };
    expect(good(parseFence(feature(line, { width: 40 }))).properties).toMatchObject({ width: 40 });
    const multi = { type: 'MultiPolygon', coordinates: [[ring], [ring]] };
    expect(good(parseFence(feature(multi))).geometry).toEqual(multi);
  });

  test.each([
    ['one name', 'enter', [{ type: 'enter' }]],
    ['names', ['exit', 'enter', 'exit'], [{ type: 'exit' }, { type: 'enter' }]],
    ['none', [], []],
    [
      'an object',
      [{ type: 'overspeed', limit: 60, duration: 5, severity: 'critical', note: 'x' }],
      [{ type: 'overspeed', limit: 60, duration: 5, severity: 'critical' }],
    ],
  ])('rules as %s', (_form, rules, expected) => {
    expect(good(parseFence(feature(polygon, { rules }))).properties.rules).toEqual(expected);
  });

  test('speedLimit is short for an overspeed rule, and only that where no rules are named', () => {
    const only = good(parseFence(feature(polygon, { speedLimit: 60, speedDuration: 10 }))).properties;
    expect(only).toEqual({ name: 'fence', rules: [{ type: 'overspeed', limit: 60, duration: 10 }] });
    const both = good(parseFence(feature(polygon, { rules: 'exit', speedLimit: 60 }))).properties;
    expect(both.rules).toEqual([{ type: 'exit' }, { type: 'overspeed', limit: 60 }]);
    // What was answered can be sent again.
    expect(good(parseFence(feature(polygon, both))).properties).toEqual(both);
  });

  test('severity, categories, hours and whatever else', () => {
    const properties = {
      name: '禁行区',
      rules: [{ type: 'enter' as const }],
      severity: 'info' as const,
      categories: ['truck', 'dangerous-goods'],
      hours: { from: '22:00', to: '06:00' },
      colour: '#f00',
      owner: { name: 'traffic police', phones: ['110'] },
    };
    const read = good(parseFence(feature(polygon, properties))).properties;
    expect(read).toEqual({ ...properties, categories: ['dangerous-goods', 'truck'] });
  });

  test('a hole, a ring that touches itself at a corner, and one across 180°', () => {
    const hole = [
      [116.2, 39.2],
      [116.8, 39.2],
      [116.5, 39.8],
      [116.2, 39.2],
    ];
    good(parseFence(feature({ type: 'Polygon', coordinates: [ring, hole] })));
    const hourglass = [
      [0, 0],
      [1, 1],
      [2, 0],
      [2, 2],
      [1, 1],
      [0, 2],
      [0, 0],
    ];
    good(parseFence(feature({ type: 'Polygon', coordinates: [hourglass] })));
    const across = [
      [179, 0],
      [-179, 0],
      [-179, 1],
      [179, 1],
      [179, 0],
    ];
    good(parseFence(feature({ type: 'Polygon', coordinates: [across] })));
  });

  test('a hole on the other side of 180° than the first corner of its polygon', () => {
    const square = (west: number, east: number, south: number, north: number) => [
      [west, south],
      [east, south],
      [east, north],
      [west, north],
      [west, south],
    ];
    const behind = square(-179.5, -179.1, 0.2, 0.8);
    const inside = (lon: number, coordinates: number[][][]) => {
      const { geometry, properties } = good(parseFence(feature({ type: 'Polygon', coordinates })));
      return fenceContains(prepareFence({ no: 1, geometry, properties }), lon, 0.5);
    };
    const fromEast = [square(179, -179, 0, 1), behind];
    expect([-179.3, -179.05, 179.5].map((lon) => inside(lon, fromEast))).toEqual([false, true, true]);
    const fromWest = [square(-179, 179, 0, 1), square(179.1, 179.5, 0.2, 0.8)];
    expect([179.3, 179.05, -179.5].map((lon) => inside(lon, fromWest))).toEqual([false, true, true]);
    expect(
      parseFence(feature({ type: 'Polygon', coordinates: [square(179, -179, 0, 1), square(-178, -177, 0.2, 0.8)] })),
    ).toEqual({
      problems: [{ path: 'geometry.coordinates[1]', message: expect.stringContaining('outside the outer ring') }],
    });
  });

  test('a long corridor with a width and a limit for each segment', () => {
    const segments = 1500;
    const coordinates = Array.from({ length: segments + 1 }, (_, i) => [116 + i / 1000, 39]);
    const width = coordinates.slice(1).map((_, i) => 20 + (i % 5));
    const speedLimit = width.map((_, i) => (i % 3 === 0 ? null : 60));
    const { properties } = good(parseFence(feature({ type: 'LineString', coordinates }, { width, speedLimit })));
    expect(properties.width).toEqual(width);
    expect(properties.rules).toEqual([{ type: 'overspeed', limit: speedLimit }]);
  });

  test('a hole that lies outside is one also where all its corners are on the outer ring', () => {
    const notched = [
      [0, 0],
      [6, 0],
      [6, 4],
      [4, 4],
      [4, 2],
      [2, 2],
      [2, 4],
      [0, 4],
      [0, 0],
    ];
    const inNotch = [
      [2, 3],
      [3, 2],
      [4, 3],
      [2, 3],
    ];
    const within = [
      [0, 2],
      [2, 2],
      [1, 4],
      [0, 2],
    ];
    good(parseFence(feature({ type: 'Polygon', coordinates: [notched, within] })));
    expect(parseFence(feature({ type: 'Polygon', coordinates: [notched, inNotch] }))).toEqual({
      problems: [{ path: 'geometry.coordinates[1]', message: expect.stringContaining('outside the outer ring') }],
    });
  });

  test('a hole far away is named where it was sent, not a turn of the world beside', () => {
    const ring = (lon: number, span: number) => [
      [lon, 31],
      [lon + span, 31],
      [lon + span, 31 + span],
      [lon, 31],
    ];
    expect(problems(feature({ type: 'Polygon', coordinates: [ring(120, 1), ring(125, 0.1)] }))).toEqual([
      'geometry.coordinates[1]: is a hole outside the outer ring, near [125, 31]',
    ]);
  });
});

describe('what is wrong, and where', () => {
  test.each([
    ['nothing', null, ': must be a GeoJSON Feature, an object'],
    ['a list', [], ': must be a GeoJSON Feature, an object'],
    ['a bare geometry', polygon, "type: must be 'Feature', not 'Polygon'"],
    ['a collection', { type: 'FeatureCollection', features: [] }, 'send its features one by one'],
    ['no geometry', feature(null), 'geometry: must be a GeoJSON geometry'],
    ['another geometry', feature({ type: 'MultiPoint', coordinates: [[1, 2]] }), 'geometry.type: must be Polygon'],
    ['no rings', feature({ type: 'Polygon', coordinates: [] }), 'geometry.coordinates: must be an array of at least 1'],
    [
      'a string for a ring',
      feature({ type: 'Polygon', coordinates: ['x'] }),
      'geometry.coordinates[0]: must be an array of at least 3',
    ],
    [
      'too few corners',
      feature({ type: 'Polygon', coordinates: [ring.slice(0, 2)] }),
      'geometry.coordinates[0]: must be an array of at least 3',
    ],
    [
      'two corners and back',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [0, 0],
          ],
        ],
      }),
      'at least 4 positions',
    ],
    [
      'no area',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [2, 2],
            [0, 0],
          ],
        ],
      }),
      'geometry.coordinates[0]: crosses itself',
    ],
    [
      'a corner that is no number',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, '1'],
            [2, 2],
            [0, 0],
          ],
        ],
      }),
      'geometry.coordinates[0][1]: must be [longitude, latitude]',
    ],
    [
      'NaN',
      feature({ type: 'Point', coordinates: [NaN, 1] }, { radius: 5 }),
      'geometry.coordinates: must be [longitude, latitude]',
    ],
    [
      'latitude first',
      feature({ type: 'Point', coordinates: [39, 116] }, { radius: 5 }),
      'outside ±180, ±90; longitude comes first',
    ],
    [
      'a bow tie',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [1, 1],
            [1, 0],
            [0, 1],
            [0, 0],
          ],
        ],
      }),
      'geometry.coordinates[0]: crosses itself near [0, 0] (edges 0 and 2)',
    ],
    [
      'a spike',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 0],
            [2, 0],
            [2, 2],
            [3, 2],
            [1, 2],
            [0, 0],
          ],
        ],
      }),
      'crosses itself',
    ],
    [
      'a hole across the edge',
      feature({
        type: 'Polygon',
        coordinates: [
          ring,
          [
            [116.5, 39.5],
            [118, 39.5],
            [118, 39.6],
            [116.5, 39.5],
          ],
        ],
      }),
      'geometry.coordinates[1]: crosses ring 0',
    ],
    [
      'a hole elsewhere',
      feature({
        type: 'Polygon',
        coordinates: [
          ring,
          [
            [10, 10],
            [11, 10],
            [11, 11],
            [10, 10],
          ],
        ],
      }),
      'geometry.coordinates[1]: is a hole outside the outer ring',
    ],
    [
      'round a pole',
      feature({
        type: 'Polygon',
        coordinates: [
          [
            [0, 80],
            [120, 80],
            [-120, 80],
            [0, 80],
          ],
        ],
      }),
      'goes round a pole',
    ],
    ['a circle without radius', feature({ type: 'Point', coordinates: [1, 1] }), 'properties.radius: must be metres'],
    [
      'a negative radius',
      feature({ type: 'Point', coordinates: [1, 1] }, { radius: -1 }),
      'properties.radius: must be metres',
    ],
    [
      'a corridor without width',
      feature({ type: 'LineString', coordinates: ring }),
      'properties.width: must be metres',
    ],
    [
      'a line of one place',
      feature(
        {
          type: 'LineString',
          coordinates: [
            [1, 1],
            [1, 1],
          ],
        },
        { width: 5 },
      ),
      'a line needs two different positions',
    ],
    ['properties that are none', feature(polygon, 'x'), 'properties: must be an object'],
    ['an empty name', feature(polygon, { name: '' }), 'properties.name: must be text'],
    ['a long name', feature(polygon, { name: 'x'.repeat(201) }), 'properties.name: must be text'],
    [
      'an unknown rule',
      feature(polygon, { rules: ['enter', 'fly'] }),
      "properties.rules[1].type: must be 'enter', 'exit' or 'overspeed'",
    ],
    ['a rule that is none', feature(polygon, { rules: [4] }), 'properties.rules[0]: must be'],
    ['too many rules', feature(polygon, { rules: Array(21).fill('enter') }), 'properties.rules: has 21 rules'],
    [
      'overspeed without limit',
      feature(polygon, { rules: [{ type: 'overspeed' }] }),
      'properties.rules[0].limit: must be a number of km/h',
    ],
    [
      'a speed limit as text',
      feature(polygon, { speedLimit: '60' }),
      'properties.speedLimit: must be a number of km/h',
    ],
    [
      'limits of a corridor that are too many, under the name they were given by',
      feature(
        {
          type: 'LineString',
          coordinates: [
            [0, 0],
            [1, 1],
          ],
        },
        { width: 40, speedLimit: [60, 70, 80] },
      ),
      'properties.speedLimit: has 3 members: needs 1',
    ],
    ['a duration without a limit', feature(polygon, { speedDuration: 5 }), 'properties.speedDuration: belongs to'],
    [
      'an unknown severity',
      feature(polygon, { severity: 'high' }),
      'properties.severity: must be one of info, warning, critical',
    ],
    ['an unknown category', feature(polygon, { categories: ['truck', 'tank'] }), 'properties.categories: must be'],
    [
      'hours of another day',
      feature(polygon, { hours: { from: '25:00', to: '06:00' } }),
      "properties.hours: must be {from: 'HH:MM'",
    ],
    ['hours of no length', feature(polygon, { hours: { from: '06:00', to: '06:00' } }), 'leave hours out'],
    [
      'a way to a prototype',
      feature(polygon, JSON.parse('{"a": {"__proto__": {}}}')),
      "properties.a.__proto__: '__proto__' is not allowed",
    ],
    [
      'a deep tree',
      feature(polygon, JSON.parse(`${'{"a":'.repeat(40)}1${'}'.repeat(40)}`)),
      'is nested deeper than 16',
    ],
    ['many members', feature(polygon, { list: Array(2000).fill('') }), 'properties: has more than 1000 members'],
    ['many numbers', feature(polygon, { list: Array(40_000).fill(1) }), 'properties: is longer than 65536 characters'],
    ['long text', feature(polygon, { note: 'x'.repeat(70_000) }), 'properties: is longer than'],
  ])('%s', (_what, input, expected) => {
    expect(problems(input).join('\n')).toContain(expected);
  });

  test('more than 10,000 vertices, in one ring or in all', () => {
    const random = randomFrom(20);
    const many = starRing(random, 0, 0, 10_001, 1, 2);
    expect(problems(feature({ type: 'Polygon', coordinates: [many] }))).toEqual([
      'geometry.coordinates[0]: has 10002 members; at most 10000 vertices are taken',
    ]);
    const parts = Array.from({ length: 11 }, (_, i) => [starRing(random, 5 * i, 0, 1000, 1, 2)]);
    expect(problems(feature({ type: 'MultiPolygon', coordinates: parts }))).toEqual([
      'geometry.coordinates: has more than 10000 vertices; simplify it',
    ]);
  });

  test('many things at once are all named, but no more than a person can read', () => {
    const all = problems(feature(polygon, { name: 5, severity: 'x', hours: 4 }));
    expect(all.map((line) => line.split(':')[0])).toEqual([
      'properties.name',
      'properties.severity',
      'properties.hours',
    ]);
    const bad = { type: 'Polygon', coordinates: [Array(500).fill('x')] };
    expect(problems(feature(bad)).length).toBe(20);
  });
});

test('a ring crosses itself for us where turf finds a kink', () => {
  const random = randomFrom(21);
  let crossing = 0;
  for (let i = 0; i < 400; i++) {
    const star = starRing(random, 0, 0, 5 + Math.floor(random() * 20), 0.5, 1);
    const swaps = i % 2 === 0 ? 0 : 2;
    for (let j = 0; j < swaps; j++) {
      const [a, b] = [1 + Math.floor(random() * (star.length - 2)), 1 + Math.floor(random() * (star.length - 2))];
      [star[a], star[b]] = [star[b], star[a]];
    }
    const geometry = { type: 'Polygon' as const, coordinates: [star] };
    const theirs = kinks(geometry).features.length > 0;
    expect(problems(feature(geometry)).length > 0).toBe(theirs);
    if (theirs) crossing++;
  }
  expect(crossing).toBeGreaterThan(100);
});

test('the largest ring and the most tangled one are answered, both soon', () => {
  const random = randomFrom(22);
  const large = starRing(random, 0, 0, 9_999, 1, 2);
  good(parseFence(feature({ type: 'Polygon', coordinates: [large] })));
  const comb = Array.from({ length: 9_990 }, (_, i) => [i % 2 === 0 ? 0 : 10, (i * 10) / 9_990]);
  good(parseFence(feature({ type: 'Polygon', coordinates: [[...comb, [-1, 10], [-1, 0]]] })));
  const slanted = comb.map(([x, y]) => [x + y / 100, x]);
  expect(problems(feature({ type: 'Polygon', coordinates: [[...slanted, [-1, 11], [-1, -1]]] })).join()).toContain(
    'too intricate',
  );
  const tangle = Array.from({ length: 9_999 }, () => [random(), random()]);
  expect(problems(feature({ type: 'Polygon', coordinates: [tangle] })).join()).toContain('crosses itself');
});
