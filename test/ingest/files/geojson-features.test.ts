import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import fc from 'fast-check';
import { expect, test } from 'vitest';
import { readFeatures } from '../../../ingest/files/geojson-features.js';
import { tempDir } from '../../support/temp-dir.js';

async function read(text: string): Promise<[number, unknown][]> {
  const file = join(await tempDir(), 'f.geojson');
  await writeFile(file, text);
  const found: [number, unknown][] = [];
  for await (const { line, value } of readFeatures(file)) found.push([line, value]);
  return found;
}

const feature = (name: string) => ({ type: 'Feature', geometry: null, properties: { name, features: [[{}], '}]'] } });

test('a collection, however it is written and wherever its features stand', async () => {
  const features = [feature('a'), feature('b "]} \\'), feature('路')];
  const numbered = features.map((value, i) => [i + 1, value]);
  const collection = { type: 'FeatureCollection', name: 'features', crs: { features: [1] }, features, more: [{}] };
  expect(await read(JSON.stringify(collection))).toEqual(numbered);
  expect(await read(`\ufeff${JSON.stringify(collection, null, 2)}\n`)).toEqual(numbered);
  expect(await read(`{"features": ${JSON.stringify(features)}, "type":"FeatureCollection"}`)).toEqual(numbered);
  expect(await read('{"type":"FeatureCollection","features":[]}')).toEqual([]);
});

test('a sequence, with its lines; a broken one costs only itself', async () => {
  const lines = [JSON.stringify(feature('a')), '', '{"type":"Feature"', `\x1e${JSON.stringify(feature('b'))}`];
  const expected = [
    [1, feature('a')],
    [3, undefined],
    [4, feature('b')],
  ];
  expect(await read(lines.join('\r\n'))).toEqual(expected);
  expect(await read(`{broken}\n${lines[0]}`)).toEqual([
    [1, undefined],
    [2, feature('a')],
  ]);
});

test('one Feature, on one line or on many', async () => {
  expect(await read(JSON.stringify(feature('a')))).toEqual([[1, feature('a')]]);
  expect(await read(`${JSON.stringify(feature('a'))}\n\n`)).toEqual([[1, feature('a')]]);
  expect(await read(JSON.stringify(feature('a'), null, 1))).toEqual([[1, feature('a')]]);
});

test.each(['', 'id,name\n1,x\n', '[1]', '{"type":"FeatureCollection","features":[{}', '{}]', '{"a":1}{"b":2}'])(
  'no GeoJSON: %s',
  async (text) => {
    await expect(read(text)).rejects.toThrow('neither a whole GeoJSON document nor a Feature per line');
  },
);

test('any JSON in any feature comes out as it was, across the borders of what is read at once', async () => {
  const features = fc.array(fc.record({ type: fc.constant('Feature'), properties: fc.jsonValue() }), { maxLength: 8 });
  await fc.assert(
    fc.asyncProperty(features, fc.constantFrom(0, 2), async (all, spaces) => {
      const filler = { type: 'Feature', properties: '路'.repeat(100_000) };
      const given = JSON.parse(JSON.stringify([filler, ...all, filler])) as unknown[];
      const text = JSON.stringify({ type: 'FeatureCollection', features: given }, null, spaces);
      expect((await read(text)).map(([, value]) => value)).toEqual(given);
    }),
    { seed: 3, numRuns: 30 },
  );
});
