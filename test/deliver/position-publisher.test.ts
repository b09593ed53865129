import { expect, onTestFinished, test } from 'vitest';
import { PositionPublisher } from '../../deliver/position-publisher.js';
import { Catalog } from '../../model/catalog.js';
import { Fleet } from '../../model/fleet.js';
import { LOCATED, Position } from '../../model/position.js';
import type { Vehicle } from '../../model/vehicle.js';

const START = Date.UTC(2026, 0, 1);
const QUICK = { timeout: 5000, interval: 5 };

let revision = 0;
const put = (catalog: Catalog, vehicle: Vehicle) =>
  catalog.apply({ type: 'vehicle-put', revision: ++revision, at: START, vehicle });
const remove = (catalog: Catalog, no: number) =>
  catalog.apply({ type: 'vehicle-delete', revision: ++revision, at: START, no });

/** Vehicles with the numbers 1 to `count`, and a broker that may be away, or hold its acknowledgements back. */
function publisher(count: number, topic = 'cheji/positions/{vehicleId}') {
  const catalog = new Catalog();
  const fleet = new Fleet();
  for (let no = 1; no <= count; no++) {
    const vehicle = { no, id: `v${no}`, plate: null, plateColor: null, category: 'bus', company: null, region: null };
    put(catalog, { ...vehicle, terminals: [], createdAt: START } as Vehicle);
  }
  const broker = { away: false, held: null as Promise<void> | null, underWay: 0, most: 0 };
  const heard: { topic: string; lon: number }[] = [];
  const lines: string[] = [];
  const positions = new PositionPublisher({
    ...{ topic, everyMs: 10, fleet, catalog },
    publish: async (to, payload) => {
      broker.most = Math.max(broker.most, ++broker.underWay);
      await (broker.held ?? new Promise((resolve) => setImmediate(resolve)));
      broker.underWay--;
      if (broker.away) throw new Error('the broker is away');
      heard.push({ topic: to, lon: JSON.parse(String(payload)).lon });
    },
    warn: (line) => lines.push(line),
  });
  onTestFinished(() => positions.stop());
  let fixes = 0;
  const move = (no: number, lon: number) => {
    const time = START + ++fixes * 1000;
    const fix = { vehicleNo: no, lon, lat: 31, flags: LOCATED, fixTime: time, receivedTime: time };
    if (fleet.apply(Object.assign(new Position(), fix))) positions.moved([no]);
  };
  return { positions, catalog, broker, heard, lines, move };
}

test('of many positions between two rounds the newest goes out, on the topic of its vehicle', async () => {
  const { positions, heard, move } = publisher(2);
  for (let i = 1; i <= 50; i++) move(1, 120 + i / 100);
  move(2, 121);
  await expect
    .poll(() => heard, QUICK)
    .toEqual([
      { topic: 'cheji/positions/v1', lon: 120.5 },
      { topic: 'cheji/positions/v2', lon: 121 },
    ]);
  expect(positions.stats()).toEqual({ published: 2, failed: 0, waiting: 0 });
  move(2, 122);
  await expect.poll(() => heard.at(-1)?.lon, QUICK).toBe(122);
});

test('what a vehicle is makes the topic, and nothing in it can make another of it', async () => {
  const { catalog, heard, move } = publisher(1, 'p/{category}/{company}/{region}/{vehicleId}');
  const vehicle = catalog.vehicles.get(1) as Vehicle;
  put(catalog, { ...vehicle, company: '苏/运+', region: '3202' });
  move(1, 120);
  await expect.poll(() => heard[0]?.topic, QUICK).toBe('p/bus/苏_运_/3202/v1');
});

test('while the broker is away what waits is as many as there are vehicles; it is told once, and then the newest go', async () => {
  const { positions, broker, heard, lines, move } = publisher(300);
  broker.away = true;
  for (let round = 1; round <= 5; round++) {
    for (let no = 1; no <= 300; no++) move(no, 120 + round);
    await expect.poll(() => positions.stats().failed, QUICK).toBeGreaterThan(round * 64 - 1);
  }
  // One window a round, not everything again and again.
  expect(positions.stats()).toMatchObject({ published: 0, waiting: 300 });
  broker.away = false;
  await expect.poll(() => heard.length, QUICK).toBe(300);
  expect(new Set(heard.map(({ lon }) => lon))).toEqual(new Set([125]));
  expect(lines).toEqual([
    'mqtt: positions are not published: the broker is away',
    'mqtt: positions are published again',
  ]);
  expect(broker.most).toBeLessThanOrEqual(64);
});

test('a broker that is slow has so many on the way and no more; who is deleted meanwhile is left out', async () => {
  const { positions, catalog, broker, heard, move } = publisher(200);
  let acknowledge = () => {};
  broker.held = new Promise((resolve) => {
    acknowledge = resolve;
  });
  for (let no = 1; no <= 200; no++) move(no, 120);
  await expect.poll(() => broker.underWay, QUICK).toBe(64);
  for (let no = 1; no <= 200; no++) move(no, 121);
  remove(catalog, 200);
  expect(positions.stats().waiting).toBe(200);
  acknowledge();
  await expect.poll(() => positions.stats(), QUICK).toMatchObject({ waiting: 0 });
  await expect.poll(() => heard.length, QUICK).toBe(263); // those that were on the way, and everybody else's newest
  expect(heard.some(({ topic }) => topic.endsWith('v200'))).toBe(false);
});
