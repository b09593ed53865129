import { expect, test } from 'vitest';
import type { Fence, FenceGeometry } from '../../../model/fence.js';
import { areaKindOf } from '../../../model/terminal-area.js';
import { TYPES_BY_NAME } from '../../../protocols/jt808/commands/index.js';
import { decodeFrame } from '../../../protocols/jt808/decode.js';
import { encodeFrame } from '../../../protocols/jt808/encode.js';
import { fenceSet } from '../../../protocols/jt808/fence-areas.js';
import { STANDARD } from '../../../protocols/jt808/habits.js';

const KIND_NUMBERS = { circle: 1, rectangle: 2, polygon: 3, route: 4 };

function fence(geometry: FenceGeometry, properties: Partial<Fence['properties']>): Fence {
  const facts = { no: 7, id: 'f', revision: 3, createdAt: 0, updatedAt: 0 };
  return { ...facts, geometry, properties: { name: '学校', rules: [{ type: 'enter' }], ...properties } };
}

const CIRCLE = fence({ type: 'Point', coordinates: [-70.1234567, -33.7654321] }, { radius: 99.6 });
const RECTANGLE = fence(
  {
    type: 'Polygon',
    coordinates: [
      [
        [1, 2],
        [1, 3],
        [2, 3],
        [2, 2],
        [1, 2],
      ],
    ],
  },
  { hours: { from: '22:00', to: '06:00' } },
);
const POLYGON = fence(
  {
    type: 'Polygon',
    coordinates: [
      [
        [-1, -2],
        [-3, -2],
        [-2, -1],
        [-1, -2],
      ],
    ],
  },
  { rules: [{ type: 'overspeed', limit: 59.9, duration: 20 }] },
);
const ROUTE = fence(
  {
    type: 'LineString',
    coordinates: [
      [-1, 0.5],
      [1, -0.5],
      [2, 1],
    ],
  },
  { width: 30 },
);

/** A terminal's answer to the query, by way of its bytes. */
function answerWith(fields: Record<string, unknown>): Record<string, unknown> {
  const bytes = encodeFrame({
    msgId: 0x0608,
    edition: '2019',
    phone: '13800000001',
    seq: 1,
    protocolVersion: 1,
    fields,
  });
  const frame = decodeFrame(bytes);
  if (!frame.ok) throw new Error(JSON.stringify(frame));
  return frame;
}

test.each([
  ['circle', CIRCLE],
  ['rectangle', RECTANGLE],
  ['polygon', POLYGON],
  ['route', ROUTE],
] as const)('a %s that comes back as it was sent is the same; one that has changed is not', (kind, given) => {
  expect(areaKindOf(given)).toBe(kind);
  const { type, params } = fenceSet.put(given, true);
  const known = TYPES_BY_NAME.get(type)!;
  const problems: { path: string; message: string }[] = [];
  const { fields } = known.encode(known.params.read(params, '', problems), '2019', STANDARD);
  expect(problems).toEqual([]);
  const areas = (fields?.areas as Record<string, unknown>[] | undefined) ?? [fields ?? {}];
  const back = fenceSet.read(answerWith({ kind: KIND_NUMBERS[kind], areas }));
  expect([...back.keys()]).toEqual([7]);
  expect(fenceSet.same(given, back.get(7)!)).toBe(true);
  const renamed = { ...given, properties: { ...given.properties, name: '医院' } };
  expect(fenceSet.same(renamed, back.get(7)!)).toBe(false);
  const stricter = {
    ...given,
    properties: { ...given.properties, rules: [{ type: 'overspeed' as const, limit: 20 }] },
  };
  expect(fenceSet.same(stricter, back.get(7)!)).toBe(false);
});

test('circles that come back with the head of their set message', () => {
  const area = { areaId: 7, attr: 0, lat: 1, lon: 2, radiusM: 3, name: '' };
  const answer = answerWith({ kind: 1, areas: [{ action: 0, areas: [area] }] });
  expect([...fenceSet.read(answer).keys()]).toEqual([7]);
});

test('a name is cut between characters, and a limit rounded down', () => {
  const long = fence({ type: 'Point', coordinates: [1, 1] }, { name: '𠀀'.repeat(100), radius: 0.2 });
  const { params } = fenceSet.put(
    { ...long, properties: { ...long.properties, rules: POLYGON.properties.rules } },
    false,
  );
  expect(params.areas).toMatchObject([
    { name: '𠀀'.repeat(63), radius: 1, speedLimit: 59, overspeedSeconds: 20, alerts: [] },
  ]);
});

test('each section of a route has the width and the limit of its segment', () => {
  const coordinates = [120, 120.1, 120.2].map((lon) => [lon, 31]);
  const line = { type: 'LineString' as const, coordinates };
  const rules = [{ type: 'overspeed' as const, limit: [60.5, null], duration: 5 }];
  const { params } = fenceSet.put(fence(line, { width: [40, 80], rules }), false);
  expect(params.points).toEqual([
    { lon: 120, lat: 31, width: 40, speedLimit: 60, overspeedSeconds: 5 },
    { lon: 120.1, lat: 31, width: 80 },
    { lon: 120.2, lat: 31, width: 80 },
  ]);
});
