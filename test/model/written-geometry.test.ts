import { expect, test } from 'vitest';
import type { Fence, FenceGeometry } from '../../model/fence.js';
import { compactGeometry, jsonBytes, writtenGeometry } from '../../model/written-geometry.js';

const square: FenceGeometry = {
  type: 'Polygon',
  coordinates: [
    [
      [120.1, 31.5],
      [120.2, 31.5],
      [120.2, 31.6],
      [120.1, 31.5],
    ],
  ],
};

function written(geometry: FenceGeometry): FenceGeometry {
  return writtenGeometry(geometry.type, Buffer.from(JSON.stringify(geometry)));
}

function fenceWith(geometry: FenceGeometry): Fence {
  const properties = { name: '一号"库', rules: [], note: undefined };
  return { no: 1, id: 'f1', revision: 2, geometry, properties, createdAt: 0, updatedAt: 0 };
}

const text = (bytes: Uint8Array) => Buffer.from(bytes).toString();

test('a geometry that is kept as text is like any other: compared, written, sent to a thread', () => {
  const kept = written(square);
  expect(kept).toEqual(square);
  expect(JSON.stringify(kept)).toBe(JSON.stringify(square));
  expect(structuredClone(kept)).toEqual(square);
  expect({ ...fenceWith(kept) }).toEqual(fenceWith(square));
});

test('JSON is that of JSON.stringify, wherever the geometry is and however it is kept', () => {
  for (const geometry of [square, written(square)]) {
    const fence = fenceWith(geometry);
    expect(text(jsonBytes(geometry))).toBe(JSON.stringify(square));
    expect(text(jsonBytes(fence, 'geometry'))).toBe(JSON.stringify(fenceWith(square)));
    const change = { type: 'fence-put', by: undefined, fence, revision: 2, at: 5 };
    expect(text(jsonBytes(change, 'fence', 'geometry'))).toBe(JSON.stringify({ ...change, fence: fenceWith(square) }));
  }
  expect(text(jsonBytes({}, 'geometry'))).toBe('{}');
});

test('the text is copied, not written anew', () => {
  const odd = '{"type":"Point","coordinates":[120.10000,31.5]}';
  expect(text(jsonBytes({ a: 1, geometry: writtenGeometry('Point', Buffer.from(odd)) }, 'geometry'))).toBe(
    `{"a":1,"geometry":${odd}}`,
  );
});

test.each<[string, (n: number) => FenceGeometry]>([
  ['Polygon', (n) => ({ type: 'Polygon', coordinates: [line(n)] })],
  ['MultiPolygon', (n) => ({ type: 'MultiPolygon', coordinates: [[line(n / 2)], [line(n / 2)]] })],
  ['LineString', (n) => ({ type: 'LineString', coordinates: line(n) })],
])('a %s of many positions is kept as text, one of few as it is', (_type, make) => {
  const [few, many] = [make(998), make(1000)];
  expect(compactGeometry(few)).toBe(few);
  const compact = compactGeometry(many);
  expect(compact).not.toBe(many);
  expect(compact).toEqual(many);
  expect(compactGeometry(compact)).toBe(compact);
});

function line(n: number): [number, number][] {
  return Array.from({ length: n }, (_, i) => [i / 1000, 0]);
}
