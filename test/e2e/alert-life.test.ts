import { expect, onTestFinished, test } from 'vitest';
import type { Alert } from '../../model/alert.js';
import { TestServer } from '../support/cheji.js';
import { waitFor } from '../support/wait-for.js';

interface Steps {
  items: { revision: number; transition: string; by: string | null; details: Record<string, unknown> }[];
  partial?: string;
}

const FENCE = {
  type: 'Feature',
  geometry: {
    type: 'Polygon',
    coordinates: [
      [
        [120.2, 31.4],
        [120.4, 31.4],
        [120.4, 31.6],
        [120.2, 31.6],
        [120.2, 31.4],
      ],
    ],
  },
  properties: { name: 'Depot', rules: [] },
};

test('an alert that nobody handles in time: overdue, told on, each step once, through a restart and into the database', async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  const api = <T>(path: string, method = 'GET', body?: unknown) => server.now.api<T>(path, { method, body });
  await api('/v1/fences/depot', 'PUT', FENCE);
  await api('/v1/vehicles/v1', 'PUT', { company: 'Wuxi Taxi', region: '320211' });
  const rule = {
    type: 'forbidden-inside',
    scope: { fences: ['depot'] },
    deadlines: { handle: 1 },
    escalation: [{ afterS: 2, to: 'city', severity: 'critical', unless: 'handled' }],
  };
  expect((await api('/v1/rules/ban', 'PUT', rule)).status).toBe(201);
  const fix = { vehicleId: 'v1', time: new Date().toISOString(), lon: 120.3, lat: 31.5, speed: 10 };
  expect((await api<{ accepted: number }>('/v1/positions', 'POST', [fix])).body.accepted).toBe(1);

  const find = async () => (await api<{ items: Alert[] }>('/v1/alerts?company=Wuxi%20Taxi&region=32')).body.items;
  const [{ id }] = await waitFor('the alert', find, (items) => items.length > 0);
  const due = new Date(Date.now() + 3_600_000).toISOString();
  expect((await api(`/v1/alerts/${id}/assign`, 'POST', { to: 'zhang', due, note: 'call him' })).status).toBe(200);
  await server.restart();
  const told = ({ escalations }: Alert) => escalations.filter(({ toldAt }) => toldAt !== null).map(({ to }) => to);
  await waitFor(
    'who is above to be told',
    async () => (await api<Alert>(`/v1/alerts/${id}`)).body,
    (alert) => alert.overdue === true && told(alert).length === 2,
  );
  const batch = { action: 'resolve', note: 'seen to', filter: { assignee: 'zhang', overdue: true } };
  expect((await api('/v1/alerts:handle', 'POST', batch)).body).toMatchObject({ done: 1, refused: 0 });

  await server.restart();
  const { body } = await waitFor(
    'the history in the database',
    () => api<Steps>(`/v1/alerts/${id}/history`),
    ({ body }) => body.items?.length === 6 && body.partial === undefined,
  );
  expect(body.items.map(({ revision }) => revision)).toEqual([1, 2, 3, 4, 5, 6]);
  // On a busy machine a tick may come before the assignment does.
  expect(body.items.map(({ transition, by, details }) => [transition, by, details])).toEqual(
    expect.arrayContaining([
      ['raised', null, {}],
      ['assign', 'admin', { to: 'zhang', due }],
      ['overdue', null, { deadline: 'handle' }],
      ['escalated', null, { to: 'superior', missed: 'handle' }],
      ['escalated', null, { to: 'city', missed: null }],
      ['resolve', 'admin', {}],
    ]),
  );
  const now = (await api<Alert>(`/v1/alerts/${id}`)).body;
  expect(now).toMatchObject({ state: 'resolved', severity: 'critical', overdue: false, revision: 6 });
});
