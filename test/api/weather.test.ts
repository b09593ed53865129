import { expect, test } from 'vitest';
import { startTestApi } from './support.js';

const area = {
  type: 'Polygon',
  coordinates: [
    [
      [120, 31],
      [121, 31],
      [121, 32],
      [120, 31],
    ],
  ],
};
const fog = { kind: 'fog', visibility: 80, area, from: '2026-03-01T06:00:00+08:00', to: '2026-03-01T10:00:00+08:00' };

test('weather is declared, changed and removed', async () => {
  const api = await startTestApi();
  const made = await api.send('PUT', '/v1/weather/g42', { ...fog, note: '雾' });
  expect([made.status, await made.json()]).toMatchObject([
    201,
    {
      id: 'g42',
      kind: 'fog',
      visibility: 80,
      limit: null,
      from: '2026-02-28T22:00:00.000Z',
      to: '2026-03-01T02:00:00.000Z',
      note: '雾',
      revision: 1,
    },
  ]);
  const changed = await api.send('PUT', '/v1/weather/g42', { kind: 'ice', limit: 20, area });
  expect([changed.status, await changed.json()]).toMatchObject([200, { kind: 'ice', to: null, revision: 2 }]);
  expect(await (await api.get('/v1/weather')).json()).toMatchObject({ items: [{ id: 'g42' }], cursor: null });
  expect(await (await api.get('/v1/weather/g42')).json()).toMatchObject({ limit: 20 });
  expect((await api.send('DELETE', '/v1/weather/g42')).status).toBe(204);
  expect((await api.send('DELETE', '/v1/weather/g42')).status).toBe(404);
  expect((await api.get('/v1/weather/g42')).status).toBe(404);
});

test.each([
  [{ ...fog, kind: 'hot' }, 'body.kind'],
  [{ ...fog, visibility: -1 }, 'body.visibility'],
  [{ ...fog, visibility: null }, 'body.visibility'],
  [{ ...fog, limit: 0 }, 'body.limit'],
  [{ ...fog, to: fog.from }, 'body.to'],
  [{ ...fog, area: { type: 'Polygon', coordinates: [[[0, 0]]] } }, 'body.area.coordinates[0]'],
  [{ ...fog, where: 'here' }, 'body.where'],
])('what is wrong is named: %#', async (body, path) => {
  const api = await startTestApi();
  const response = await api.send('PUT', '/v1/weather/x', body);
  expect([response.status, await response.json()]).toMatchObject([400, { error: { details: [{ path }] } }]);
});

test('declarations have a bound, and those that are there can be changed still', async () => {
  const api = await startTestApi();
  for (let i = 0; i < 1000; i++) void api.registry.putWeather(`w${i}`, { ...parsed });
  expect((await api.send('PUT', '/v1/weather/more', fog)).status).toBe(400);
  expect((await api.send('PUT', '/v1/weather/w7', fog)).status).toBe(200);
});

const parsed = {
  kind: 'fog' as const,
  visibility: 80,
  limit: null,
  area: { type: 'Polygon' as const, coordinates: area.coordinates },
  from: 0,
  to: null,
  note: null,
};
