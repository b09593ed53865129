import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, test } from 'vitest';
import { ApiClient } from '../../cli/support/api-client.js';
import { runImport } from '../../cli/support/import-run.js';
import { type RoadImportOptions, roadImport } from '../../cli/support/road-import.js';
import { KEY, startTestApi } from '../api/support.js';
import { tempDir } from '../support/temp-dir.js';

const feature = (id: number, properties: object) => ({
  type: 'Feature',
  geometry: {
    type: 'LineString',
    coordinates: [
      [120 + id / 1000, 31],
      [120 + id / 1000, 31.01],
    ],
  },
  properties: { '@id': `way/${id}`, ...properties },
});

async function start() {
  const api = await startTestApi();
  const dir = await tempDir();
  const client = new ApiClient(api.url, KEY);
  return {
    api,
    async load(name: string, features: object[], options: RoadImportOptions & { dryRun?: boolean } = {}) {
      const file = join(dir, name);
      await writeFile(file, JSON.stringify({ type: 'FeatureCollection', features }));
      return runImport(roadImport(client, options, file), file, options);
    },
  };
}

test('a map of roads is a few changes of the log, and what is wrong is in the report', async () => {
  const { api, load } = await start();
  const features: object[] = Array.from({ length: 2500 }, (_, i) => feature(i, { maxspeed: '60' }));
  features[7] = feature(7, { maxspeed: 'slow' });
  expect(await load('wuxi.geojson', features, { dryRun: true })).toMatchObject({ read: 2500, taken: 2499, refused: 1 });
  expect(api.log.changes).toHaveLength(0);
  const done = await load('wuxi.geojson', features);
  expect(done).toMatchObject({ read: 2500, taken: 2499, refused: 1 });
  expect(await readFile(done.report as string, 'utf8')).toMatch(
    /^line,reason\n8,"?properties\.maxspeed: ""slow"" is not/,
  );
  expect(api.log.changes.filter(({ type }) => type === 'roads-put')).toHaveLength(3);
  expect(api.catalog.roads.sets()).toMatchObject([{ set: 'wuxi', roads: 2499 }]);
});

test('a newer file replaces the set where that is asked for, and nothing of it is refused', async () => {
  const { api, load } = await start();
  await load('a.geojson', [feature(1, {}), feature(2, {}), feature(3, {})]);
  await load('b.geojson', [feature(9, {})]);
  await load('a.geojson', [feature(1, {}), feature(3, { oneway: 'up' })], { replace: true });
  expect(api.catalog.roads.ids()).toEqual(['way/1', 'way/2', 'way/3', 'way/9']);
  await load('new.geojson', [feature(1, { SPEED: 40 })], { replace: true, set: 'a', map: { SPEED: 'maxspeed' } });
  expect(api.catalog.roads.ids()).toEqual(['way/1', 'way/9']);
  expect(api.catalog.roads.get('way/1')).toMatchObject({ set: 'a', limits: { maxspeed: 40 } });
});

test('roads with many positions go in smaller batches', async () => {
  const { api, load } = await start();
  const coordinates = Array.from({ length: 9000 }, (_, i) => [120 + i / 1e6 + 0.000000123456, 31.123456789]);
  const long = (id: number) => ({ ...feature(id, {}), geometry: { type: 'LineString', coordinates } });
  expect(
    await load(
      'long.geojson',
      Array.from({ length: 40 }, (_, i) => long(i)),
    ),
  ).toMatchObject({ taken: 40 });
  expect(api.log.changes.length).toBeGreaterThan(1);
  expect(api.catalog.roads.size).toBe(40);
});

test('what is not understood of limits with conditions is counted, with a few examples', async () => {
  const { api, load } = await start();
  const heavy = Array.from({ length: 9 }, (_, i) => feature(i, { LIMIT: '60 @ (weight>7.5); 50 @ wet' }));
  const map = { LIMIT: 'maxspeed:hgv:conditional' };
  for (const dryRun of [true, false]) {
    const { notUnderstood, taken } = (await load('heavy.geojson', heavy, { map, dryRun })) as unknown as {
      notUnderstood: { clauses: number; examples: string[] };
      taken: number;
    };
    expect([taken, notUnderstood.clauses, notUnderstood.examples.length]).toEqual([9, 9, 5]);
    expect(notUnderstood.examples[0]).toBe('line 1: maxspeed:hgv:conditional=60 @ (weight>7.5)');
  }
  expect(api.catalog.roads.get('way/8')?.conditional?.['maxspeed:hgv']).toHaveLength(2);
});
