import { describe, expect, test } from 'vitest';
import { parseFence } from '../../geo/fence-input.js';

const ring = (...corners: [number, number][]) => [...corners, corners[0]];
const square = ring([116, 39], [117, 39], [117, 40], [116, 40]);
const hole = ring([116.2, 39.2], [116.4, 39.2], [116.4, 39.4]);

const polygon = { type: 'Polygon', coordinates: [square] };

function parse(geometry: object, properties: object) {
  return parseFence({ type: 'Feature', geometry, properties: { onTerminal: true, ...properties } }, 'f');
}

test.each([
  [true, true],
  [false, undefined],
  [null, undefined],
  [{ vehicles: ['a', 'b'] }, { vehicles: ['a', 'b'] }],
  [
    { vehicles: ['a'], categories: ['truck'] },
    { vehicles: ['a'], categories: ['truck'] },
  ],
])('onTerminal %j is %j', (given, kept) => {
  expect(parse(polygon, { onTerminal: given })).toMatchObject({ properties: { name: 'f' } });
  const { properties } = parse(polygon, { onTerminal: given }) as { properties: object };
  expect('onTerminal' in properties ? properties.onTerminal : undefined).toEqual(kept);
});

describe('named with its place', () => {
  const circle = { type: 'Point', coordinates: [116, 39] };
  const line = {
    type: 'LineString',
    coordinates: [
      [116, 39],
      [117, 39],
    ],
  };
  const spokes = Array.from({ length: 1001 }, (_, i): [number, number] => {
    const angle = (i / 1001) * 2 * Math.PI;
    return [116 + Math.cos(angle), 39 + Math.sin(angle)];
  });

  test.each<[string, object, object, string[]]>([
    ['yes', polygon, { onTerminal: 'yes' }, ['properties.onTerminal']],
    ['nobody', polygon, { onTerminal: {} }, ['properties.onTerminal']],
    ['no ids', polygon, { onTerminal: { vehicles: [] } }, ['properties.onTerminal.vehicles']],
    ['a kind that is none', polygon, { onTerminal: { categories: ['boat'] } }, ['properties.onTerminal.categories']],
    ['a hole', { type: 'Polygon', coordinates: [square, hole] }, {}, ['geometry.coordinates[1]']],
    ['several polygons', { type: 'MultiPolygon', coordinates: [[square]] }, {}, ['geometry.type']],
    ['1,001 corners', { type: 'Polygon', coordinates: [ring(...spokes)] }, {}, ['geometry.coordinates[0]']],
    ['a wide route', line, { width: 256 }, ['properties.width']],
    [
      'across the equator',
      { type: 'Polygon', coordinates: [ring([116, -1], [117, -1], [117, 1])] },
      {},
      ['geometry.coordinates[0]'],
    ],
    [
      'across 180°',
      { type: 'Polygon', coordinates: [ring([179, 10], [-179, 10], [-179, 11])] },
      {},
      ['geometry.coordinates[0]'],
    ],
    [
      'two limits',
      circle,
      {
        radius: 10,
        rules: [
          { type: 'overspeed', limit: 50 },
          { type: 'overspeed', limit: 60 },
        ],
      },
      ['properties.rules'],
    ],
    ['a long wait', circle, { radius: 10, speedLimit: 50, speedDuration: 256 }, ['properties.rules']],
  ])('%s', (_, geometry, properties, paths) => {
    const result = parse(geometry, properties);
    expect('problems' in result && result.problems.map(({ path }) => path)).toEqual(paths);
    // Whatever only a terminal cannot do, the server can.
    if (!('onTerminal' in properties))
      expect(parse(geometry, { ...properties, onTerminal: false })).toHaveProperty('geometry');
  });

  test('255 m are a route', () => {
    expect(parse(line, { width: 255 })).toHaveProperty('geometry');
  });
});
