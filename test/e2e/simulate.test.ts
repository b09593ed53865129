import { readFile, writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test } from 'vitest';
import type { Expected } from '../../cli/support/truth.js';
import type { Alert } from '../../model/alert.js';
import type { Fence } from '../../model/fence.js';
import { ADMIN_KEY, runCheji, TestServer } from '../support/cheji.js';
import { drained, expectConserved } from '../support/conservation.js';
import { tempDir } from '../support/temp-dir.js';

const SCENARIO = `
fences:
  - { name: depot, lon: 120.301, lat: 31.574, radius: 1000 }
  - { name: town, lon: 120.301, lat: 31.574, radius: 20000, limit: 90 }
violations:
  - { type: fence, vehicle: 3, fence: depot, at: 0, duration: 60 }
  - { type: overspeed, vehicle: 5, speed: 110, at: 4, duration: 6 }
  - { type: sos, vehicle: 7, at: 3, duration: 4 }
`;

test('a fleet with planted violations: the alerts are exactly those of the truth file', {
  timeout: 120_000,
}, async () => {
  const server = await TestServer.start();
  onTestFinished(() => server.end());
  const file = join(await tempDir(), 'scenario.yaml');
  await writeFile(file, SCENARIO);
  const to = `127.0.0.1:${server.now.jt808Port}`;
  const fleet = ['--vehicles', '30', '--rate', '1', '--duration', '15', '--seed', '9', '--to', to];
  const { code, stdout } = await runCheji([
    'simulate',
    ...fleet,
    '--scenario',
    file,
    '--api',
    server.now.url,
    '--key',
    ADMIN_KEY,
  ]);
  expect(code).toBe(0);
  const summary = JSON.parse(stdout) as { fixes: number; acknowledged: number };
  expect(summary.acknowledged).toBe(summary.fixes);
  const stats = await drained(server);
  expectConserved(stats);
  expect(stats.store.storedNew).toBe(summary.fixes);

  const { expected } = JSON.parse(await readFile(`${file}.truth.json`, 'utf8')) as { expected: Expected[] };
  expect(new Set(expected.map(({ type }) => type))).toContain('terminal-emergency');
  expect(expected.filter(({ type, vehicle }) => type === 'overspeed' && vehicle === '13000000005').length).toBe(1);
  const { items } = (await server.now.api<{ items: (Fence & { properties: { name: string } })[] }>('/v1/fences')).body;
  const fenceName = new Map(items.map((fence) => [fence.id, fence.properties.name]));
  const alerts = (await server.now.api<{ items: Alert[] }>('/v1/alerts?limit=1000')).body.items;
  const seen = alerts.map(({ vehicleId, type, fenceId, occurredAt }) => ({
    vehicle: vehicleId,
    type,
    fence: fenceId === null ? null : fenceName.get(fenceId),
    occurredAt,
  }));
  const order = (a: object, b: object) => JSON.stringify(a).localeCompare(JSON.stringify(b));
  expect(seen.toSorted(order)).toEqual(expected.toSorted(order));
});
