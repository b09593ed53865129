import { expect, onTestFinished, test } from 'vitest';
import { TestServer } from '../support/cheji.js';
import { waitFor } from '../support/wait-for.js';

/** 10:00 in Beijing, a Sunday. */
const START = Date.UTC(2026, 2, 1, 2);

interface Listed {
  items: { ruleId: string; occurredAt: string; evidence: { checks: object[] } }[];
}

const yard = (rules: object[]) => ({
  type: 'Feature',
  geometry: { type: 'Point', coordinates: [120.3, 31.5] },
  properties: { name: 'Yard', radius: 500, rules },
});

/** A fix each 10 s: i inside, o outside. */
const fixes = (vehicleId: string, from: number, path: string) =>
  [...path].map((place, i) => ({
    vehicleId,
    time: new Date(START + (from + i * 10) * 1000).toISOString(),
    lon: place === 'i' ? 120.3 : 120.4,
    lat: 31.5,
    speed: 30,
    heading: 90,
  }));

test('rules in a fence with timing and schedule, over HTTP and through a restart', async () => {
  const server = await TestServer.start({ CHEJI_TIME_POLICY: 'replay', CHEJI_RETENTION_DAYS: '36500' });
  onTestFinished(() => server.end());
  const api = <T>(path: string, method = 'GET', body?: unknown) => server.now.api<T>(path, { method, body });

  const wrong = await api<{ error: { details: { path: string }[] } }>(
    '/v1/fences/yard',
    'PUT',
    yard([{ type: 'enter', timing: { minDuration: '300' }, schedule: { weekdays: [8] } }]),
  );
  expect(wrong.status).toBe(400);
  expect(wrong.body.error.details.map(({ path }) => path)).toEqual([
    'body.properties.rules[0].timing.minDuration',
    'body.properties.rules[0].schedule.weekdays[0]',
  ]);

  const rules = [
    { type: 'enter', timing: { minDuration: 60, coolDown: 600 } },
    { type: 'exit', schedule: { weekdays: [1, 2, 3, 4, 5] } },
    { type: 'exit', schedule: { days: 'days-off' }, severity: 'critical' },
  ];
  const made = await api<{ properties: { rules: object[] } }>('/v1/fences/yard', 'PUT', yard(rules));
  expect([made.status, made.body.properties.rules]).toEqual([201, rules]);

  // Half a minute inside is a passage; then the count goes on where a restart has left it.
  await api('/v1/positions', 'POST', fixes('v1', 0, 'oiiiooiiii'));
  await server.restart();
  await api('/v1/positions', 'POST', fixes('v1', 100, 'iiiiooiiiiiiiii'));
  const { items } = await waitFor(
    'the alerts of the yard',
    async () => (await api<Listed>('/v1/alerts?vehicle=v1')).body,
    (listed) => listed.items.length >= 3,
  );
  const told = items.map(({ ruleId, occurredAt }) => `${(Date.parse(occurredAt) - START) / 1000} ${ruleId}`);
  expect(told.sort()).toEqual(['140 fence:yard:exit:2', '40 fence:yard:exit:2', '60 fence:yard:enter']);
  const entered = items.find(({ ruleId }) => ruleId === 'fence:yard:enter');
  expect(entered?.evidence.checks).toMatchObject([
    { what: 'inside', result: true },
    { what: 'duration', value: 70, is: '>', threshold: 60, result: true },
  ]);
});
