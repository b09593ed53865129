import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import { startTestApi, type TestApi } from './support.js';

const feature = (id: string | undefined, lon: number, properties: object = { maxspeed: '60' }) => ({
  type: 'Feature',
  id,
  geometry: {
    type: 'LineString',
    coordinates: [
      [lon, 31],
      [lon + 0.001, 31],
    ],
  },
  properties,
});
const NOTHING = { clauses: 0, examples: [] };
const collection = (...features: object[]) => ({ type: 'FeatureCollection', features });
const post = async (api: TestApi, body: object, query = '') => {
  const response = await api.send('POST', `/v1/roads${query}`, body);
  return { status: response.status, body: await response.json() };
};
const ids = async (api: TestApi, query = '') => {
  const response = await api.get(`/v1/roads${query}`);
  const { items, cursor } = (await response.json()) as { items: { id: string }[]; cursor: string | null };
  return { ids: items.map(({ id }) => id), cursor };
};

test('many roads are one change of the log, and come back as they are understood', async () => {
  const api = await startTestApi();
  const roads = Array.from({ length: 50 }, (_, i) => feature(`way/${i}`, 120 + i / 100));
  expect(await post(api, collection(...roads), '?set=wuxi')).toEqual({
    status: 200,
    body: { set: 'wuxi', revision: 1, made: 50, replaced: 0, notUnderstood: NOTHING },
  });
  expect(api.log.changes).toHaveLength(1);
  const tags = {
    name: '太湖大道',
    highway: 'primary',
    maxspeed: '40 mph',
    'maxspeed:hgv': 'none',
    oneway: '-1',
    lit: 'yes',
  };
  expect((await post(api, feature('way/7', 120.07, tags))).body).toEqual({
    set: 'roads',
    revision: 2,
    made: 0,
    replaced: 1,
    notUnderstood: NOTHING,
  });
  const one = await api.get(`/v1/roads/${encodeURIComponent('way/7')}`);
  expect(await one.json()).toEqual({
    type: 'Feature',
    id: 'way/7',
    geometry: feature('', 120.07).geometry,
    properties: { name: '太湖大道', highway: 'primary', oneway: '-1', maxspeed: 64, 'maxspeed:hgv': 'none' },
    set: 'roads',
    revision: 2,
  });
  expect(await (await api.get('/v1/road-sets')).json()).toEqual({
    items: [
      { set: 'roads', roads: 1, vertices: 2, revision: 2 },
      { set: 'wuxi', roads: 49, vertices: 98, revision: 1 },
    ],
    cursor: null,
  });
});

test('lists go page by page, by box and by set', async () => {
  const api = await startTestApi();
  await post(api, collection(feature('b', 120), feature('a', 121), feature('d', 122)), '?set=one');
  await post(api, feature('c', 121.01), '?set=two');
  const first = await ids(api, '?limit=3');
  expect(first.ids).toEqual(['a', 'b', 'c']);
  expect(await ids(api, `?limit=3&cursor=${first.cursor}`)).toEqual({ ids: ['d'], cursor: null });
  expect(await ids(api, '?bbox=120.5,30,121.5,32')).toEqual({ ids: ['a', 'c'], cursor: null });
  expect(await ids(api, '?bbox=120.5,30,121.5,32&set=two')).toEqual({ ids: ['c'], cursor: null });
  await post(api, feature('e', 121.2));
  await api.send('DELETE', '/v1/roads/a');
  expect((await ids(api, '?bbox=120.5,30,121.5,32')).ids).toEqual(['c', 'e']);
});

test('one road is made, replaced in its set, and removed', async () => {
  const api = await startTestApi();
  expect((await api.send('PUT', '/v1/roads/x?set=s', feature(undefined, 120))).status).toBe(201);
  const again = await api.send('PUT', '/v1/roads/x', feature('other', 121, {}));
  expect([again.status, await again.json()]).toMatchObject([200, { id: 'x', set: 's', properties: { oneway: 'no' } }]);
  expect((await api.send('DELETE', '/v1/roads/x')).status).toBe(204);
  expect((await api.send('DELETE', '/v1/roads/x')).status).toBe(404);
  expect((await api.get('/v1/roads/x')).status).toBe(404);
});

test('a set is removed whole, or what a newer import left over', async () => {
  const api = await startTestApi();
  await post(api, collection(feature('a', 120), feature('b', 121)), '?set=s');
  await post(api, feature('z', 120), '?set=other');
  const { revision } = (await post(api, feature('b', 121), '?set=s')).body as { revision: number };
  const removed = async (query: string) => (await api.send('DELETE', `/v1/roads?${query}`)).json();
  expect(await removed(`set=s&before=${revision}`)).toEqual({ set: 's', removed: 1 });
  expect((await ids(api)).ids).toEqual(['b', 'z']);
  expect(await removed('set=s')).toEqual({ set: 's', removed: 1 });
  expect(await removed('set=s')).toMatchObject({ error: { code: 'not-found' } });
  expect((await api.send('DELETE', '/v1/roads')).status).toBe(400);
});

test('where one is wrong, none is taken, and each is named', async () => {
  const api = await startTestApi();
  const wrong = collection(feature('a', 120), feature('b', 120, { maxspeed: 'fast' }), feature('c', 200));
  expect(await post(api, wrong)).toMatchObject({
    status: 400,
    body: {
      error: {
        code: 'bad-request',
        details: [
          { path: 'body.features[1].properties.maxspeed', message: expect.stringContaining('"fast" is not a number') },
          { path: 'body.features[2].geometry.coordinates[0]' },
        ],
      },
    },
  });
  expect((await ids(api)).ids).toEqual([]);
  expect((await post(api, collection())).status).toBe(400);
  expect((await post(api, feature('a', 120), '?set=a%20b')).status).toBe(400);
  expect((await api.send('PUT', '/v1/roads/a%20b', feature(undefined, 120))).status).toBe(400);
});

test('a catalog that is restored has the same roads', async () => {
  const api = await startTestApi();
  await post(api, collection(feature('a', 120), feature('b', 179.9995)), '?set=s');
  const { catalog } = api;
  const bytes = catalog.roads.snapshot();
  expect(catalog.roads.snapshot()).toBe(bytes); // made once, whatever the number of checkpoints
  const restored = Catalog.from(JSON.parse(JSON.stringify(catalog.snapshot())), bytes);
  expect([...restored.roads.all()]).toEqual([...catalog.roads.all()]);
  expect(restored.roads.sets()).toEqual(catalog.roads.sets());
  await post(api, feature('c', 121));
  expect(catalog.roads.snapshot()).not.toBe(bytes);
});

test('conditional limits come back as they were written, and what is not understood is told', async () => {
  const api = await startTestApi();
  const night = { maxspeed: 80, 'maxspeed:conditional': '60 @ (22:00-06:00);50 @ wet' };
  const heavy = { maxspeed: 80, 'maxspeed:hgv:conditional': '60 @ (weight>7.5); slow @ snow' };
  expect((await post(api, collection(feature('a', 120, night), feature('b', 121, heavy)))).body).toMatchObject({
    made: 2,
    notUnderstood: {
      clauses: 2,
      examples: ['b: maxspeed:hgv:conditional=slow @ snow', 'b: maxspeed:hgv:conditional=60 @ (weight>7.5)'],
    },
  });
  const of = async (id: string) => (await (await api.get(`/v1/roads/${id}`)).json()) as object;
  expect(await of('a')).toMatchObject({
    properties: { ...night, 'maxspeed:conditional': '60 @ (22:00-06:00); 50 @ wet' },
  });
  expect(await of('a')).not.toHaveProperty('notUnderstood');
  expect(await of('b')).toMatchObject({
    properties: { maxspeed: 80, 'maxspeed:hgv:conditional': '60 @ (weight>7.5)' },
    notUnderstood: ['60 @ (weight>7.5)'],
  });
  const put = await api.send('PUT', '/v1/roads/c', feature(undefined, 122, heavy));
  expect(await put.json()).toMatchObject({
    notUnderstood: ['maxspeed:hgv:conditional=slow @ snow', 'maxspeed:hgv:conditional=60 @ (weight>7.5)'],
  });
  const long = { 'maxspeed:conditional': `60 @ ${'x'.repeat(260)}` };
  expect(await post(api, feature('d', 123, long))).toMatchObject({
    status: 400,
    body: { error: { details: [{ path: 'body.features[0].properties.maxspeed:conditional' }] } },
  });
});
