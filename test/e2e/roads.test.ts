import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import { ADMIN_KEY, runCheji, TestServer } from '../support/cheji.js';
import { tempDir } from '../support/temp-dir.js';
import { waitFor } from '../support/wait-for.js';

const START = Date.UTC(2026, 2, 1, 2);

interface Listed {
  items: { vehicleId: string; occurredAt: string; evidence: { road?: object; weather?: object; checks: object[] } }[];
}

/** East along a parallel, a fix each 10 s, for two minutes. */
const drive = (vehicleId: string, from: number, speed: number, lat = 31.5) =>
  Array.from({ length: 13 }, (_, i) => ({
    vehicleId,
    time: new Date(START + (from + i * 10) * 1000).toISOString(),
    lon: 120.3 + ((from + i * 10) * speed) / 3.6 / 95_000,
    lat,
    speed,
    heading: 90,
  }));

test('roads out of a file, a rule about them, weather, and a restart in between', async () => {
  const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay', CHEJI_RETENTION_DAYS: '36500' });
  onTestFinished(() => server.end());
  const file = join(await tempDir(), 'wuxi.geojsonl');
  const line = (id: string, tags: object, lat: number) =>
    JSON.stringify({
      type: 'Feature',
      id,
      geometry: {
        type: 'LineString',
        coordinates: [
          [120.2, lat],
          [120.6, lat],
        ],
      },
      properties: tags,
    });
  const lines = [
    line('way/1', { highway: 'motorway', maxspeed: '100' }, 31.5),
    line('way/2', { maxspeed: 'so' }, 31.6),
    line('way/3', { maxspeed: '100', 'maxspeed:conditional': '60 @ (09:00-11:00); 40 @ (weight>7.5)' }, 31.55),
  ];
  await writeFile(file, `${lines.join('\n')}\n`);
  const run = await runCheji(['import', 'roads', file, '--api', server.now.url, '--key', ADMIN_KEY]);
  expect([run.code, JSON.parse(run.stdout)]).toMatchObject([
    1,
    {
      read: 3,
      taken: 2,
      refused: 1,
      notUnderstood: { clauses: 1, examples: ['line 3: maxspeed:conditional=40 @ (weight>7.5)'] },
    },
  ]);

  const api = <T>(path: string, method = 'GET', body?: unknown) => server.now.api<T>(path, { method, body });
  expect((await api('/v1/road-sets')).body).toMatchObject({ items: [{ set: 'wuxi', roads: 2, vertices: 4 }] });
  expect((await api('/v1/rules/limits', 'PUT', { type: 'road-speed' })).status).toBe(201);
  await api('/v1/positions', 'POST', drive('fast', 0, 110));
  const alertsOf = async (vehicle: string) =>
    (
      await waitFor(
        `an alert of ${vehicle}`,
        async () => (await api<Listed>(`/v1/alerts?type=road-speed&vehicle=${vehicle}`)).body,
        ({ items }) => items.length > 0,
      )
    ).items;
  expect(await alertsOf('fast')).toMatchObject([
    { occurredAt: new Date(START).toISOString(), evidence: { road: { id: 'way/1', limit: 100, from: 'maxspeed' } } },
  ]);
  // At ten in the morning 60 km/h; who weighs what, nobody knows.
  await api('/v1/positions', 'POST', drive('hourly', 0, 70, 31.55));
  expect(await alertsOf('hourly')).toMatchObject([
    { evidence: { road: { limit: 60, from: 'maxspeed:conditional', condition: '60 @ (09:00-11:00)' } } },
  ]);

  await server.restart();
  expect((await api('/v1/roads/way%2F1')).body).toMatchObject({ set: 'wuxi', properties: { highway: 'motorway' } });
  const area = {
    type: 'Polygon',
    coordinates: [
      [
        [120, 31],
        [121, 31],
        [121, 32],
        [120, 32],
        [120, 31],
      ],
    ],
  };
  const fog = { kind: 'fog', visibility: 90, area, from: new Date(START + 600_000).toISOString() };
  expect((await api('/v1/weather/fog', 'PUT', fog)).status).toBe(201);
  await api('/v1/positions', 'POST', [...drive('slow', 0, 60), ...drive('slow', 700, 60)]);
  expect(await alertsOf('slow')).toMatchObject([
    {
      occurredAt: new Date(START + 700_000).toISOString(),
      evidence: { checks: [{ what: 'speed in fog', threshold: 40 }, {}], weather: { id: 'fog', visibility: 90 } },
    },
  ]);
  expect((await api('/v1/roads?set=wuxi', 'DELETE')).body).toEqual({ set: 'wuxi', removed: 2 });
});
