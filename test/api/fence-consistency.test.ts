import { expect, test } from 'vitest';
import { startTestApi, type TestApi } from './support.js';

interface Page {
  items: Record<string, unknown>[];
  cursor: string | null;
}

const circle = (onTerminal: unknown) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [120, 31] },
  properties: { radius: 100, onTerminal },
});

const page = async (api: TestApi, query = ''): Promise<Page> =>
  (await (await api.get(`/v1/fences/consistency${query}`)).json()) as Page;

async function fleet(): Promise<TestApi> {
  const api = await startTestApi();
  for (const number of ['101', '102', '103']) api.registry.ensureVehicleForTerminal('jt808', number);
  await api.registry.putVehicle({ id: 'no-terminal', terminals: [] });
  for (const id of ['a', 'b']) expect((await api.send('PUT', `/v1/fences/${id}`, circle(true))).status).toBe(201);
  return api;
}

test('a line for each fence of each vehicle', async () => {
  const api = await fleet();
  const { items, cursor } = await page(api);
  expect(cursor).toBeNull();
  expect(items.map(({ vehicleId, fenceId, state, reason }) => [vehicleId, fenceId, state, reason])).toEqual([
    ...['101', '102', '103'].flatMap((id) => ['a', 'b'].map((fence) => [id, fence, 'pending', 'not-connected'])),
    ['no-terminal', 'a', 'unknown', 'no-terminal'],
    ['no-terminal', 'b', 'unknown', 'no-terminal'],
  ]);
  expect(items[0]).toMatchObject({
    terminal: 'jt808:101',
    area: { kind: 'circle', number: 1 },
    wanted: api.catalog.fenceById('a')?.revision,
    held: null,
  });
});

test('narrowed, and page by page', async () => {
  const api = await fleet();
  const { items: one } = await page(api, '?fence=b&vehicle=102');
  expect(one.map(({ vehicleId, fenceId }) => [vehicleId, fenceId])).toEqual([['102', 'b']]);
  expect((await page(api, '?state=in-step')).items).toEqual([]);
  expect((await page(api, '?state=unknown')).items).toHaveLength(2);
  const all = (await page(api)).items;
  const paged: unknown[] = [];
  let cursor: string | null = null;
  do {
    const next: Page = await page(api, `?limit=3${cursor ? `&cursor=${cursor}` : ''}`);
    expect(next.items.length).toBeLessThanOrEqual(3);
    paged.push(...next.items);
    cursor = next.cursor;
  } while (cursor);
  expect(paged).toEqual(all);
});

test('what is not there, and the name that the route has taken', async () => {
  const api = await fleet();
  expect((await api.get('/v1/fences/consistency?fence=x')).status).toBe(404);
  expect((await api.get('/v1/fences/consistency?vehicle=x')).status).toBe(404);
  expect((await api.send('PUT', '/v1/fences/consistency', circle(true))).status).toBe(400);
  expect((await api.send('POST', '/v1/fences/consistency/check', { vehicles: ['x'] })).status).toBe(404);
});

test('a check tells its commands; a terminal that is away is not asked later', async () => {
  const api = await fleet();
  const answer = await api.send('POST', '/v1/fences/consistency/check', { vehicles: ['101', 'no-terminal'] });
  expect(answer.status).toBe(200);
  const { items } = (await answer.json()) as Page;
  expect(items).toEqual([
    { vehicleId: '101', commands: [{ id: expect.any(String), state: 'failed' }] },
    { vehicleId: 'no-terminal', commands: [] },
  ]);
});
