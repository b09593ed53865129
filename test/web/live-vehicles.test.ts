import fc from 'fast-check';
import { expect, test } from 'vitest';
import { type LiveVehicle, LiveVehicles } from '../../web/live-vehicles.js';
import { VehicleBuffer } from '../../web/map/vehicle-buffer.js';
import { STALE_AFTER_MS, vehicleState } from '../../web/vehicle-state.js';
import { livePosition } from './support/samples.js';

test('the buffer holds the vehicles that are there, each in its slot, whatever comes and goes', () => {
  const message = fc.record({
    snapshot: fc.boolean(),
    items: fc.uniqueArray(fc.record({ id: fc.nat(12), lon: fc.integer({ min: 115, max: 125 }) }), {
      selector: ({ id }) => id,
      maxLength: 8,
    }),
    gone: fc.uniqueArray(fc.nat(12), { maxLength: 4 }),
  });
  fc.assert(
    fc.property(fc.array(message, { maxLength: 12 }), (messages) => {
      const vehicles = new LiveVehicles();
      const buffer = new VehicleBuffer();
      vehicles.follow({
        moved: ({ slot, position }, isNew) => buffer.put(slot, isNew, position.lon!, position.lat!, 0, 2, 0),
        recoloured: () => {},
        left: ({ slot }: LiveVehicle) => buffer.remove(slot),
      });
      const expected = new Map<string, number>();
      for (const { snapshot, items, gone } of messages) {
        const positions = items.map(({ id, lon }) => livePosition(`v${id}`, { lon }));
        if (snapshot) expected.clear();
        else for (const id of gone) expected.delete(`v${id}`);
        for (const { vehicleId, lon } of positions) expected.set(vehicleId, lon!);
        const present = new Set(items.map(({ id }) => `v${id}`));
        const left = snapshot ? [...vehicles.byId.keys()].filter((id) => !present.has(id)) : gone.map((id) => `v${id}`);
        vehicles.update({ put: positions, gone: left });
      }
      expect(new Map(vehicles.list.map(({ position }) => [position.vehicleId, position.lon]))).toEqual(expected);
      expect(buffer.count).toBe(expected.size);
      for (const [slot, vehicle] of vehicles.list.entries()) {
        expect(vehicle.slot).toBe(slot);
        expect(vehicles.byId.get(vehicle.position.vehicleId)).toBe(vehicle);
        // A second after it departed a glide has arrived.
        expect(buffer.placeAt(slot, 1)[0]).toBeCloseTo((vehicle.position.lon! + 180) / 360, 6);
      }
    }),
    { seed: 808, numRuns: 300 },
  );
});

test('a place is kept to within a pixel at the closest zoom, wherever the origin was', () => {
  const buffer = new VehicleBuffer();
  buffer.put(0, true, 120.301, 31.574, 0, 2, 0);
  const exact = (120.301 + 180) / 360;
  buffer.keepOriginNear(exact + 0.0001, 0.41);
  expect(Math.abs(buffer.placeAt(0, 0)[0] - exact) * 512 * 2 ** 18.5).toBeLessThan(0.5);
});

test('a vehicle glides to its new place within a second, but does not fly over a gap', () => {
  const buffer = new VehicleBuffer();
  buffer.put(0, true, 120, 31, 0, 2, 0);
  buffer.put(0, false, 120.001, 31, 0, 2, 10);
  const lonAt = (now: number) => buffer.placeAt(0, now)[0] * 360 - 180;
  expect(lonAt(10)).toBeCloseTo(120, 4);
  expect(lonAt(10.5)).toBeCloseTo(120.0005, 4);
  expect(lonAt(12)).toBeCloseTo(120.001, 4);
  buffer.put(0, false, 121, 31, 0, 2, 20);
  expect(lonAt(20)).toBeCloseTo(121, 4);
});

test('finds the vehicle nearest to the pointer, within reach', () => {
  const buffer = new VehicleBuffer();
  buffer.put(0, true, 120, 31, 0, 2, 0);
  buffer.put(1, true, 120.01, 31, 0, 2, 0);
  const [x, y] = buffer.placeAt(1, 0);
  expect(buffer.nearest(x - 1e-6, y, 1e-5)).toBe(1);
  expect(buffer.nearest(x + 1e-3, y, 1e-5)).toBe(-1);
});

test.each([
  ['alarm', { alarm: 1 }, false],
  ['alarm', { speed: 0 }, true],
  ['moving', { speed: 40 }, false],
  ['stopped', { speed: 2 }, false],
  ['stopped', { speed: null, heading: null }, false],
  ['moving', { speed: null, heading: 90 }, false],
  ['stale', { online: false }, false],
  ['stale', { receivedAt: new Date(Date.now() - STALE_AFTER_MS - 60_000).toISOString() }, false],
] as const)('%s: %o', (state, changes, alerted) => {
  expect(vehicleState(livePosition('v1', changes), alerted, Date.now())).toBe(state);
});
