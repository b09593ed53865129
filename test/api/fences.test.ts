import { once } from 'node:events';
import { request } from 'node:http';
import { json } from 'node:stream/consumers';
import { expect, test } from 'vitest';
import { randomFrom } from '../../cli/support/random.js';
import { starRing } from '../geo/support.js';
import { KEY, startTestApi, type TestApi } from './support.js';

const square = (name: string, west = 120.2, extra: object = {}) => ({
  type: 'Feature',
  ...extra,
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [west, 31.5],
        [west + 0.1, 31.5],
        [west + 0.1, 31.6],
        [west, 31.6],
        [west, 31.5],
      ],
    ],
  },
  properties: { name, rules: [{ type: 'enter' }] },
});

interface ErrorBody {
  error: { code: string; message: string; details: { path: string; message: string }[] };
}

async function refused(api: TestApi, method: string, path: string, body: unknown) {
  const answer = await api.send(method, path, body);
  const { error } = (await answer.json()) as ErrorBody;
  return { status: answer.status, paths: error.details.map((detail) => detail.path) };
}

test('a fence is made, read, replaced and removed', async () => {
  const api = await startTestApi();
  const made = await api.send('POST', '/v1/fences', square('one'));
  expect(made.status).toBe(201);
  const fence = (await made.json()) as { id: string; revision: number };
  expect(fence).toMatchObject({ ...square('one'), id: fence.id, createdAt: expect.any(String) });
  expect(made.headers.get('location')).toBe(`/v1/fences/${fence.id}`);

  const read = await api.get(`/v1/fences/${fence.id}`);
  expect(await read.json()).toEqual(fence);
  expect(read.headers.get('etag')).toBe(`"${fence.revision}"`);
  const etag = read.headers.get('etag')!;
  expect((await api.get(`/v1/fences/${fence.id}`, { 'if-none-match': etag })).status).toBe(304);

  const put = (headers: Record<string, string>) => api.send('PUT', `/v1/fences/${fence.id}`, square('two'), headers);
  expect((await put({ 'if-match': etag })).status).toBe(200);
  // Somebody who read the first version does not overwrite the second.
  expect((await put({ 'if-match': etag })).status).toBe(412);
  expect((await api.get(`/v1/fences/${fence.id}`, { 'if-none-match': etag })).status).toBe(200);
  expect((await api.send('DELETE', `/v1/fences/${fence.id}`, undefined, { 'if-match': etag })).status).toBe(412);
  expect((await api.send('DELETE', `/v1/fences/${fence.id}`)).status).toBe(204);
  expect((await api.get(`/v1/fences/${fence.id}`)).status).toBe(404);
  expect((await api.send('PUT', '/v1/fences/own-name', square('three'))).status).toBe(201);
});

test('a collection is taken whole or not at all', async () => {
  const api = await startTestApi();
  const collection = (features: unknown[]) => ({ type: 'FeatureCollection', features });
  const bad = await refused(
    api,
    'POST',
    '/v1/fences',
    collection([square('a'), { ...square('b'), geometry: { type: 'Polygon', coordinates: [] } }]),
  );
  expect(bad).toMatchObject({ status: 400, paths: [expect.stringMatching(/^body\.features\[1\]\.geometry/)] });
  expect(api.catalog.fences.size).toBe(0);
  const twice = await refused(
    api,
    'POST',
    '/v1/fences',
    collection([square('a', 120, { id: 'x' }), square('b', 121, { id: 'x' })]),
  );
  expect(twice).toEqual({ status: 400, paths: ['body.features[1].id'] });
  expect((await refused(api, 'POST', '/v1/fences', collection([]))).paths).toEqual(['body.features']);

  const made = await api.send('POST', '/v1/fences', collection([square('a', 120, { id: 'x' }), square('b', 121)]), {
    'content-type': 'application/geo+json',
  });
  expect(made.status).toBe(201);
  expect(((await made.json()) as { items: { id: string }[] }).items.map(({ id }) => id)).toEqual([
    'x',
    expect.any(String),
  ]);
  expect(await refused(api, 'POST', '/v1/fences', square('again', 120, { id: 'x' }))).toEqual({
    status: 409,
    paths: ['body.id'],
  });
});

test('everything that is wrong with a fence is named with its place', async () => {
  const api = await startTestApi();
  const put = (body: unknown) => refused(api, 'PUT', '/v1/fences/f1', body);
  expect(await put([])).toMatchObject({ status: 400, paths: ['body'] });
  expect(await put({ type: 'Point' })).toMatchObject({ status: 400, paths: ['body.type'] });
  expect(await put({ ...square('x'), properties: { rules: [{ type: 'fly' }] } })).toMatchObject({
    status: 400,
    paths: [expect.stringContaining('body.properties.rules')],
  });
  expect(await put({ ...square('x'), id: 'f2' })).toMatchObject({ status: 400, paths: ['body.id'] });
  const type = await api.send('PUT', '/v1/fences/f1', 'x', { 'content-type': 'text/plain' });
  expect(type.status).toBe(415);
});

test('pages follow the order of making, edits notwithstanding', async () => {
  const api = await startTestApi();
  for (const id of ['a', 'b', 'c']) await api.send('PUT', `/v1/fences/${id}`, square(id));
  await api.send('PUT', '/v1/fences/a', square('changed'));
  const first = (await (await api.get('/v1/fences?limit=2')).json()) as { items: { id: string }[]; cursor: string };
  const second = (await (await api.get(`/v1/fences?limit=2&cursor=${first.cursor}`)).json()) as typeof first;
  expect([...first.items, ...second.items].map(({ id }) => id)).toEqual(['a', 'b', 'c']);
  expect(second.cursor).toBeNull();
});

test('an id that is made up is none that another of the collection has', async () => {
  const api = await startTestApi();
  const first = ((await (await api.send('POST', '/v1/fences', square('first'))).json()) as { id: string }).id;
  expect((await api.send('DELETE', `/v1/fences/${first}`)).status).toBe(204);
  const wanted = first.replace(/\d+/, (no) => String(Number(no) + 1));
  const features = [square('without'), square('with', 121, { id: wanted })];
  const answer = await api.send('POST', '/v1/fences', { type: 'FeatureCollection', features });
  const { items } = (await answer.json()) as { items: { id: string; properties: { name: string } }[] };
  expect(items.map(({ properties }) => properties.name)).toEqual(['without', 'with']);
  expect(new Set(items.map(({ id }) => id)).size).toBe(2);
  expect(api.catalog.fences.size).toBe(2);
});

test('a collection goes into the log in one turn; where it fills up on the way, what was made is told', async () => {
  const api = await startTestApi();
  const collection = { type: 'FeatureCollection', features: ['a', 'b', 'c'].map((id) => square(id, 121, { id })) };
  const flushed: (() => void)[] = [];
  api.log.whenAccepted = (fn) => {
    flushed.push(fn);
    if (flushed.length === 3) for (const flush of flushed) flush();
  };
  expect((await api.send('POST', '/v1/fences', collection)).status).toBe(201);
  api.log.whenAccepted = (fn) => queueMicrotask(fn);
  api.log.addChange = () => {
    api.log.accepting = false;
  };
  const again = { ...collection, features: ['d', 'e'].map((id) => square(id, 121, { id })) };
  const refusedLate = await api.send('POST', '/v1/fences', again);
  expect(refusedLate.status).toBe(503);
  expect(((await refusedLate.json()) as ErrorBody).error).toMatchObject({
    message: expect.stringContaining('1 of them are made'),
    details: [{}, { path: 'body.features', message: 'made all the same: d' }],
  });
});

/** Larger than what is read at once. */
const large = (name: string, corners = 3000, extra: object = {}) => ({
  ...square(name, 0, extra),
  geometry: { type: 'Polygon', coordinates: [starRing(randomFrom(corners), 120, 31, corners, 1, 2)] },
});

test('a large fence is made, read, listed and replaced like others', async () => {
  const api = await startTestApi();
  const made = await api.send('POST', '/v1/fences', large('one', 3000, { id: 'big' }));
  expect(made.status).toBe(201);
  const fence = (await made.json()) as { id: string; revision: number };
  expect(fence).toMatchObject({ ...large('one'), id: 'big' });
  expect(await (await api.get('/v1/fences/big')).json()).toEqual(fence);
  await api.send('PUT', '/v1/fences/small', square('small'));
  const list = (await (await api.get('/v1/fences')).json()) as { items: unknown[]; cursor: null };
  expect(list).toEqual({ items: [fence, expect.objectContaining({ id: 'small' })], cursor: null });
  expect(api.catalog.fenceById('big')?.geometry).toEqual(large('one').geometry);

  expect(await refused(api, 'POST', '/v1/fences', large('again', 3000, { id: 'big' }))).toEqual({
    status: 409,
    paths: ['body.id'],
  });
  expect(await refused(api, 'PUT', '/v1/fences/other', large('again', 3000, { id: 'big' }))).toEqual({
    status: 400,
    paths: ['body.id'],
  });
  const collection = (features: unknown[]) => ({ type: 'FeatureCollection', features });
  expect(await refused(api, 'POST', '/v1/fences', collection([large('new'), large('wide', 11_000)]))).toEqual({
    status: 400,
    paths: ['body.features[1].geometry.coordinates[0]'],
  });
  // The first thing that is wrong is told, whether it takes other fences to know it or not.
  const both = collection([large('again', 3000, { id: 'big' }), large('wide', 11_000)]);
  expect((await refused(api, 'POST', '/v1/fences', both)).paths).toEqual(['body.features[0].id']);
  expect(api.catalog.fences.size).toBe(2);
});

test('of changes to one fence the last that was sent counts, although a large one takes longer to read', async () => {
  const api = await startTestApi();
  const answers: Promise<{ status: number; revision: number }>[] = [];
  for (const body of [large('1', 9000), square('2'), large('3'), square('4')]) {
    const { taken, answer } = putOn(api, '/v1/fences/f', body);
    await taken;
    answers.push(answer);
    await api.get('/v1/vehicles/none'); // by now the server has read what was taken
  }
  const all = await Promise.all(answers);
  expect(all.map(({ status }) => status)).toEqual([201, 200, 200, 200]);
  const revisions = all.map(({ revision }) => revision);
  expect(revisions).toEqual(revisions.toSorted((a, b) => a - b));
  expect(api.catalog.fenceById('f')?.properties.name).toBe('4');
});

/** PUT over a connection of its own. `taken`: the system has all of it. */
function putOn(api: TestApi, path: string, body: object) {
  const headers = { authorization: `Bearer ${KEY}`, 'content-type': 'application/json' };
  const sent = request(api.url + path, { method: 'PUT', headers, agent: false });
  const answer = once(sent, 'response').then(async ([response]) => ({
    status: response.statusCode as number,
    revision: ((await json(response)) as { revision: number }).revision,
  }));
  const taken = once(sent, 'finish');
  sent.end(JSON.stringify(body));
  return { taken, answer };
}
