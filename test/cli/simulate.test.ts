import { writeFile } from 'node:fs/promises';
import { join } from 'node:path';
import { expect, onTestFinished, test, vi } from 'vitest';
import { simulate } from '../../cli/simulate.js';
import { SimulatedFleet } from '../../cli/support/fleet.js';
import { drivePlantings } from '../../cli/support/plants/drive.js';
import { PLANTS_SCHEMA, plantingsOf } from '../../cli/support/plants/scenario-plants.js';
import { ordersOf, readScenario, type Scenario } from '../../cli/support/scenario.js';
import { Truth } from '../../cli/support/truth.js';
import { distanceM } from '../../geo/distance.js';
import { FakePlatform } from '../support/fake-platform.js';
import { tempDir } from '../support/temp-dir.js';

const START = Date.UTC(2026, 0, 1);

function drive(seed: number, scenario: Scenario = { fences: [], violations: [] }, vehicles = 20, seconds = 1200) {
  const fleet = new SimulatedFleet({ vehicles, seed, start: START, orders: ordersOf(scenario) });
  return fleet.vehicles.map((vehicle) => Array.from({ length: seconds }, (_, second) => vehicle.fixAt(second)));
}

test('the same seed drives the same fleet, another seed another one', () => {
  expect(drive(7)).toEqual(drive(7));
  expect(drive(7)).not.toEqual(drive(8));
});

test('a vehicle does not depend on how many others there are', () => {
  expect(drive(7, undefined, 3)[2]).toEqual(drive(7, undefined, 20)[2]);
});

test('the fleet drives, stops, turns, and never leaps', () => {
  const tracks = drive(1);
  for (const fixes of tracks) {
    for (let i = 1; i < fixes.length; i++) {
      const [a, b] = [fixes[i - 1], fixes[i]];
      expect(distanceM(a.lon, a.lat, b.lon, b.lat)).toBeLessThan(35); // 126 km/h in one second
    }
  }
  const all = tracks.flat();
  expect(all.filter((fix) => fix.speedKmh === 0).length / all.length).toBeGreaterThan(0.05);
  expect(all.filter((fix) => fix.speedKmh > 30).length / all.length).toBeGreaterThan(0.3);
  expect(new Set(all.map((fix) => fix.headingDeg))).toEqual(new Set([0, 90, 180, 270]));
});

test('planted violations happen to the vehicles they name, and the truth knows when', () => {
  const scenario: Scenario = {
    fences: [
      { name: 'depot', lon: 120.301, lat: 31.574, radius: 300 },
      { name: 'zone', lon: 120.301, lat: 31.574, radius: 200_000, limit: 100 },
    ],
    violations: [
      { type: 'fence', vehicle: 1, at: 10, duration: 1100, fence: 'depot' },
      { type: 'overspeed', vehicle: 2, at: 100, duration: 60, speed: 120 },
      { type: 'sos', vehicle: 3, at: 50, duration: 20 },
    ],
  };
  const truth = new Truth(scenario);
  drive(5, scenario, 3).forEach((fixes, i) => {
    for (const fix of fixes) truth.see(String(i + 1), fix);
  });
  // All are in the zone from the start, and none but the first goes to the depot.
  const planted = truth.expected.filter(
    ({ type, fence }) => type !== 'fence-exit' && !(type === 'fence-enter' && fence === 'zone'),
  );
  expect(planted).toEqual([
    { vehicle: '1', type: 'fence-enter', fence: 'depot', occurredAt: expect.any(String) },
    { vehicle: '2', type: 'overspeed', fence: 'zone', occurredAt: new Date(START + 100_000).toISOString() },
    { vehicle: '3', type: 'terminal-emergency', fence: null, occurredAt: new Date(START + 50_000).toISOString() },
  ]);
});

test.each([
  [
    'violations: [{ type: fence, vehicle: 1, at: 0, fence: nowhere }]',
    /violations\.0\.fence: no fence "nowhere" in this file/,
  ],
  ['violations: [{ type: sos, vehicle: 11, at: 0 }]', /violations\.0\.vehicle: 11 is beyond the 10 vehicles/],
  ['fences: [{ name: a, lon: 200, lat: 0, radius: 1 }]', /fences\.0\.lon: /],
  ['fences: [', /scenario\.yaml: /],
  ['plants: { kinds: [flying] }', /plants\.kinds\.0: /],
  ['plants: { grounds: 31 }', /plants\.grounds: /],
  ['{ plants: {}, fences: [{ name: a, lon: 1, lat: 1, radius: 1 }] }', /plants: bring their own/],
])('a wrong scenario says what and where: %s', async (yaml, message) => {
  const file = join(await tempDir(), 'scenario.yaml');
  await writeFile(file, yaml);
  expect(() => readScenario(file, 10)).toThrow(message);
});

test('plants: the same seed, the same fleet, and nobody is near anybody of another kind', () => {
  const wanted = PLANTS_SCHEMA.parse({ grounds: 2, faults: true });
  const plantings = plantingsOf(wanted, 4);
  expect(plantings).toEqual(plantingsOf(wanted, 4));
  expect(plantings.map(({ fixes }) => fixes)).not.toEqual(plantingsOf(wanted, 5).map(({ fixes }) => fixes));
  const numbers = plantings.flatMap(({ vehicles }) => vehicles.map(({ no }) => no));
  expect(numbers).toEqual(numbers.map((_, i) => i + 1));
  const places = new Map<string, string>();
  const shared: string[] = [];
  for (const { rule, fixes } of plantings) {
    for (const { lon, lat } of fixes) {
      const cell = `${Math.floor(lon / 0.02)} ${Math.floor(lat / 0.02)}`;
      if ((places.get(cell) ?? rule.id) !== rule.id) shared.push(cell);
      places.set(cell, rule.id);
    }
  }
  expect(shared).toEqual([]);
});

test('plants on the wire: every fix in its order, cards between them', async () => {
  const platform = await FakePlatform.start();
  onTestFinished(() => platform.stop());
  const plantings = plantingsOf(PLANTS_SCHEMA.parse({ kinds: ['driver-card'], grounds: 1 }), 1);
  const { clock, ...counts } = await drivePlantings(plantings, { to: platform.to, speed: 1000, window: 4 });
  const fixes = plantings.reduce((sum, planting) => sum + planting.fixes.length, 0);
  expect(counts).toMatchObject({ fixes, acknowledged: fixes, refused: 0 });
  const cards = plantings.reduce((sum, planting) => sum + planting.cards.length, 0);
  expect(platform.ids.filter((id) => id === '0702')).toHaveLength(cards);
  expect(clock.length).toBeGreaterThan(0);
});

test('a fleet on the wire: every fix is sent by its own terminal and acknowledged', async () => {
  const platform = await FakePlatform.start();
  onTestFinished(() => platform.stop());
  const options = { to: platform.to, vehicles: 10, rate: 2, seed: 3, duration: 2, window: 4 };
  const { truth, ...summary } = await simulate(options);
  const locations = platform.ids.filter((id) => id === '0200').length;
  expect(summary).toMatchObject({ vehicles: 10, seed: 3, fixes: locations, acknowledged: locations, refused: 0 });
  expect(locations).toBeGreaterThan(30);
  expect(platform.ids.filter((id) => id === '0100').length).toBe(10);
  expect(truth.expected).toEqual([]);
});

test('nobody listens: it is told once for all vehicles, and the signal ends the waiting', async () => {
  const platform = await FakePlatform.start();
  const { to } = platform;
  await platform.stop();
  const told = vi.spyOn(console, 'error').mockImplementation(() => {});
  onTestFinished(() => told.mockRestore());
  const stop = new AbortController();
  const options = { to, vehicles: 3, rate: 2, seed: 3, duration: 60, window: 1, signal: stop.signal };
  const run = simulate(options);
  await vi.waitFor(() => expect(told).toHaveBeenCalled(), 5000);
  setTimeout(() => stop.abort(), 1500); // by then every vehicle has tried, and waits for room
  const { acknowledged, refused } = await run;
  expect([acknowledged, refused]).toEqual([0, 0]);
  expect(told.mock.calls).toEqual([[expect.stringMatching(/^127\.0\.0\.1:\d+: .*ECONNREFUSED.*; trying again$/)]]);
});
