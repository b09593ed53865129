import fc from 'fast-check';
import { expect, test } from 'vitest';
import { parseRoad } from '../../geo/road-input.js';
import { roadLimit } from '../../geo/road-limit.js';
import type { VehicleCategory } from '../../model/vehicle.js';
import type { Weather, WeatherKind } from '../../model/weather.js';

const NOON = '2026-03-04T12:00';

interface Asked {
  forward?: boolean | null;
  category?: VehicleCategory;
  /** Beijing time. */
  time?: string;
  weather?: WeatherKind;
  usual?: Record<string, number>;
}

function limitOf(tags: object, asked: Asked = {}) {
  const { forward = true, category = 'taxi', time = NOON, weather, usual } = asked;
  const geometry = {
    type: 'LineString',
    coordinates: [
      [120, 31],
      [121, 31],
    ],
  };
  const parsed = parseRoad({ type: 'Feature', geometry, properties: tags });
  if ('problems' in parsed) throw new Error(JSON.stringify(parsed.problems));
  const declared = weather ? [{ id: 'w', kind: weather } as Weather] : [];
  return roadLimit(parsed.road, forward, category, { time: Date.parse(`${time}:00+08:00`), weather: declared }, usual);
}

const shown = (tags: object, asked?: Asked) => {
  const { kmh, from, condition } = limitOf(tags, asked);
  return condition === undefined ? `${kmh} by ${from}` : `${kmh} by ${from}, ${condition}`;
};

test('for a kind of vehicle in a direction', () => {
  const tags = { highway: 'primary', maxspeed: 80, 'maxspeed:backward': 60, 'maxspeed:hgv': 70, 'maxspeed:bus': 100 };
  expect(limitOf(tags)).toEqual({ kmh: 80, stated: true, from: 'maxspeed' });
  expect(limitOf(tags, { forward: false })).toEqual({ kmh: 60, stated: true, from: 'maxspeed:backward' });
  expect(limitOf(tags, { forward: null }).kmh).toBe(80); // nobody is accused by the stricter side
  expect(limitOf(tags, { category: 'truck' })).toEqual({ kmh: 70, stated: true, from: 'maxspeed:hgv' });
  expect(limitOf(tags, { category: 'coach' }).kmh).toBe(80); // a higher one for its kind does not lift what holds for all
});

test('usual for its class, where nothing is stated', () => {
  expect(limitOf({ highway: 'primary' })).toEqual({ kmh: 70, stated: false, from: 'highway' });
  expect(limitOf({ highway: 'primary' }, { usual: { primary: 50 } }).kmh).toBe(50);
  expect(limitOf({ highway: 'track' })).toEqual({ kmh: NaN, stated: false, from: null });
  expect(limitOf({ maxspeed: 'none' }).kmh).toBe(Infinity);
  const oneSide = (kmh: number) => ({ highway: 'primary', 'maxspeed:forward': kmh });
  expect(shown(oneSide(50), { forward: null })).toBe('70 by highway');
  expect(shown(oneSide(90), { forward: null })).toBe('90 by maxspeed:forward');
});

test.each<[string, VehicleCategory, number]>([
  ['maxspeed:motor_vehicle', 'other', 50],
  ['maxspeed:motor_vehicle', 'vessel', 80],
  ['maxspeed:motorcar', 'ride-hailing', 50],
  ['maxspeed:motorcar', 'truck', 80],
  ['maxspeed:taxi', 'taxi', 50],
  ['maxspeed:psv', 'bus', 50],
  ['maxspeed:psv', 'taxi', 80],
  ['maxspeed:tourist_bus', 'coach', 50],
  ['maxspeed:coach', 'school-bus', 50],
  ['maxspeed:hgv', 'dangerous-goods', 50],
  ['maxspeed:hazmat', 'dangerous-goods', 50],
  ['maxspeed:hazmat', 'truck', 80],
])('%s for a %s: %i', (tag, category, kmh) => {
  expect(limitOf({ maxspeed: 80, [tag]: 50 }, { category }).kmh).toBe(kmh);
});

test('a condition overrules what has none while it holds, up or down', () => {
  const night = { maxspeed: 80, 'maxspeed:conditional': '60 @ (22:00-06:00)' };
  expect(shown(night)).toBe('80 by maxspeed');
  expect(shown(night, { time: '2026-03-05T03:00' })).toBe('60 by maxspeed:conditional, 60 @ (22:00-06:00)');
  const free = { maxspeed: 100, 'maxspeed:conditional': '130 @ 19:00-06:00' };
  expect(limitOf(free, { time: '2026-03-05T03:00' }).kmh).toBe(130);
  expect(limitOf({ maxspeed: 100, 'maxspeed:conditional': 'none @ Su' }, { time: '2026-03-08T03:00' }).kmh).toBe(
    Infinity,
  );
});

test('of the clauses of a tag the last that holds counts', () => {
  const tags = {
    maxspeed: 100,
    'maxspeed:conditional': '80 @ (Mo-Fr 07:00-19:00); 60 @ wet; 40 @ (Mo-Fr 07:00-09:00)',
  };
  expect(limitOf(tags, { time: '2026-03-08T12:00' }).kmh).toBe(100);
  expect(limitOf(tags).kmh).toBe(80);
  expect(limitOf(tags, { weather: 'rain' }).kmh).toBe(60);
  expect(limitOf(tags, { weather: 'rain', time: '2026-03-04T08:00' }).kmh).toBe(40);
});

test.each<[string, WeatherKind, number]>([
  ['wet', 'rain', 60],
  ['wet', 'fog', 80],
  ['snow', 'snow', 60],
  ['Fog', 'fog', 60],
  ['ice', 'ice', 60],
  ['(wet AND 22:00-06:00)', 'rain', 80],
  ['(wet and 10:00-14:00)', 'rain', 60],
])('60 @ %s in %s: %i', (condition, weather, kmh) => {
  expect(limitOf({ maxspeed: 80, 'maxspeed:conditional': `60 @ ${condition}` }, { weather }).kmh).toBe(kmh);
  expect(limitOf({ maxspeed: 80, 'maxspeed:conditional': `60 @ ${condition}` }).kmh).toBe(80);
});

test('a condition for the direction comes before one for both, and both before what has none', () => {
  const tags = {
    maxspeed: 100,
    'maxspeed:forward': 90,
    'maxspeed:conditional': '60 @ wet',
    'maxspeed:forward:conditional': '40 @ (wet AND Mo-Fr)',
  };
  expect(shown(tags)).toBe('90 by maxspeed:forward');
  expect(limitOf(tags, { weather: 'rain' }).from).toBe('maxspeed:forward:conditional');
  expect(limitOf(tags, { weather: 'rain', forward: false }).from).toBe('maxspeed:conditional');
  expect(limitOf(tags, { weather: 'rain', forward: null }).kmh).toBe(60);
});

test('a condition for a kind of vehicle is for that kind', () => {
  const tags = { maxspeed: 80, 'maxspeed:hgv:conditional': '50 @ (06:00-20:00)' };
  expect(limitOf(tags).kmh).toBe(80);
  expect(shown(tags, { category: 'truck' })).toBe('50 by maxspeed:hgv:conditional, 50 @ (06:00-20:00)');
});

test.each([
  ['lowers nothing', { maxspeed: 80, 'maxspeed:conditional': '60 @ (weight>7.5)' }, 80],
  [
    'where it would raise the limit, nobody is accused below it',
    { maxspeed: 80, 'maxspeed:conditional': '100 @ flashing' },
    100,
  ],
  ['nor below what would be without any', { maxspeed: 80, 'maxspeed:conditional': 'none @ flashing' }, Infinity],
  [
    'where a sure one comes after it, that counts',
    { maxspeed: 80, 'maxspeed:conditional': '100 @ flashing; 60 @ Mo-Su' },
    60,
  ],
  [
    'where it overrules a sure one, the higher counts',
    { maxspeed: 80, 'maxspeed:conditional': '60 @ Mo-Su; 70 @ winter' },
    70,
  ],
  [
    'with a part that does not hold, it does not',
    { maxspeed: 80, 'maxspeed:conditional': '100 @ (weight<3.5 AND wet)' },
    80,
  ],
  ['by itself it is no limit', { highway: 'primary', 'maxspeed:conditional': '60 @ (weight>7.5)' }, 70],
  [
    'and lets nobody be accused by what is usual',
    { highway: 'primary', 'maxspeed:conditional': '90 @ (weight<7.5)' },
    90,
  ],
  [
    'a piece without a limit is of the one before',
    { maxspeed: 80, 'maxspeed:conditional': '40 @ Mo-We 08:00-19:00; PH off' },
    80,
  ],
  [
    'a figure that nobody knows while it holds',
    { maxspeed: 80, 'maxspeed:conditional': 'signals @ (06:00-20:00)' },
    Infinity,
  ],
  ['a bracket that nothing closes', { maxspeed: 80, 'maxspeed:conditional': '60 @ (Mo-Su' }, 80],
])('a condition that is not understood: %s', (_, tags, kmh) => {
  expect(limitOf(tags).kmh).toBe(kmh);
});

test('whatever conditions are written, a limit without any is lowered by none that is not understood', () => {
  const piece = fc.constantFrom(
    '60',
    '@',
    ' ',
    'wet',
    '(',
    ')',
    ';',
    'weight>7',
    ' AND ',
    'Mo-Fr',
    '22:00-06:00',
    'none',
  );
  fc.assert(
    fc.property(fc.array(piece, { maxLength: 14 }), fc.boolean(), (pieces, rain) => {
      const tags = { maxspeed: 80, 'maxspeed:conditional': pieces.join('') };
      const { kmh, condition } = limitOf(tags, { time: '2026-03-05T03:00', ...(rain && { weather: 'rain' }) });
      if (kmh < 80) expect(condition).not.toContain('weight');
      if (condition === undefined) expect(kmh).toBe(80);
      else expect(pieces.join('')).toContain(condition.split(';')[0]);
    }),
    { seed: 7, numRuns: 3000 },
  );
});
