import { expect, test } from 'vitest';
import { Catalog } from '../../model/catalog.js';
import type { Change } from '../../model/change.js';
import type { Fence } from '../../model/fence.js';
import type { Vehicle } from '../../model/vehicle.js';

function vehicle(no: number, id: string, ...numbers: string[]): Vehicle {
  const terminals = numbers.map((number) => ({ protocol: 'jt808', number }));
  const unknown = { plate: null, plateColor: null, company: null, region: null };
  return { no, id, ...unknown, category: 'taxi', terminals, createdAt: 0 };
}

function fence(no: number, id: string): Fence {
  const geometry = { type: 'Point' as const, coordinates: [120, 31] };
  return { no, id, revision: 1, geometry, properties: { name: id, rules: [], radius: 5 }, createdAt: 0, updatedAt: 0 };
}

test('a change is applied once, however often it is told', () => {
  const catalog = new Catalog();
  const put: Change = { type: 'vehicle-put', revision: 1, at: 0, vehicle: vehicle(1, 'a', '139') };
  expect(catalog.apply(put)).toBe(true);
  expect(catalog.apply({ type: 'vehicle-delete', revision: 2, at: 0, no: 1 })).toBe(true);
  expect(catalog.apply(put)).toBe(false);
  expect(catalog.vehicles.size).toBe(0);
});

test('a terminal sits in the vehicle that was told last', () => {
  const catalog = new Catalog();
  catalog.apply({ type: 'vehicle-put', revision: 1, at: 0, vehicle: vehicle(1, 'a', '139', '140') });
  catalog.apply({ type: 'vehicle-put', revision: 2, at: 0, vehicle: vehicle(2, 'b', '139') });
  expect(catalog.vehicleByTerminal('jt808', '139')?.id).toBe('b');
  expect(catalog.vehicleByTerminal('jt808', '140')?.id).toBe('a');
  expect(catalog.vehicles.get(1)?.terminals).toEqual([{ protocol: 'jt808', number: '140' }]);
  // The vehicle that lost the terminal goes; the terminal stays where it is.
  catalog.apply({ type: 'vehicle-delete', revision: 3, at: 0, no: 1 });
  expect(catalog.vehicleByTerminal('jt808', '139')?.id).toBe('b');
  expect(catalog.vehicleByTerminal('jt808', '140')).toBeUndefined();
});

test('a vehicle or a fence that is renamed is no longer found by its old name', () => {
  const catalog = new Catalog();
  catalog.apply({ type: 'vehicle-put', revision: 1, at: 0, vehicle: vehicle(1, 'a') });
  catalog.apply({ type: 'vehicle-put', revision: 2, at: 0, vehicle: vehicle(1, 'b') });
  catalog.apply({ type: 'fence-put', revision: 3, at: 0, fence: fence(1, 'x') });
  catalog.apply({ type: 'fence-put', revision: 4, at: 0, fence: fence(1, 'y') });
  expect([catalog.vehicleById('a'), catalog.fenceById('x')]).toEqual([undefined, undefined]);
  expect([catalog.vehicleById('b')?.no, catalog.fenceById('y')?.no]).toEqual([1, 1]);
  catalog.apply({ type: 'fence-delete', revision: 5, at: 0, no: 1 });
  expect(catalog.fenceById('y')).toBeUndefined();
});

test('a catalog made from its own snapshot, through JSON, is the same, and numbers are not used again', () => {
  const catalog = new Catalog();
  catalog.apply({ type: 'vehicle-put', revision: 1, at: 0, vehicle: vehicle(1, 'a', '139') });
  catalog.apply({ type: 'vehicle-put', revision: 2, at: 0, vehicle: vehicle(2, 'b') });
  catalog.apply({ type: 'vehicle-delete', revision: 3, at: 0, no: 2 });
  catalog.apply({ type: 'fence-put', revision: 4, at: 0, fence: fence(7, 'x') });
  catalog.apply({
    type: 'settings-put',
    revision: 5,
    at: 0,
    settings: { speedLimits: { taxi: 90 }, speedDurationS: 5 },
  });
  const terminal = { protocol: 'jt808', number: '139', registered: true, model: 'M' };
  catalog.apply({ type: 'terminal-put', revision: 6, at: 0, terminal });
  const snapshot = catalog.snapshot();
  const again = Catalog.from(JSON.parse(JSON.stringify(snapshot)));
  expect(again.snapshot()).toEqual(snapshot);
  expect([again.nextVehicleNo, again.nextFenceNo, again.revision]).toEqual([3, 8, 6]);
  expect(again.vehicleByTerminal('jt808', '139')?.id).toBe('a');
  expect(again.terminals.get('jt808:139')).toEqual(terminal);
});
