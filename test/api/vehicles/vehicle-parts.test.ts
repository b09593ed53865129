import fc from 'fast-check';
import { expect, test } from 'vitest';
import { ByteWriter } from '../../../api/output/byte-writer.js';
import { VehicleParts } from '../../../api/vehicles/vehicle-parts.js';
import type { Vehicle } from '../../../model/vehicle.js';

const vehicleOf = (no: number, id: string, plate: string) => ({ no, id, plate }) as Vehicle;

test('whatever is asked for in whatever order, the parts are those of the entry, within the bound', () => {
  const out = new ByteWriter();
  const asked = fc.record({
    no: fc.integer({ min: 1, max: 5000 }),
    id: fc.string(),
    plate: fc.string(),
    again: fc.nat(3),
  });
  fc.assert(
    fc.property(fc.array(asked, { maxLength: 60 }), fc.integer({ min: 100, max: 2000 }), (questions, mostBytes) => {
      const parts = new VehicleParts(
        ({ id }) => Buffer.from(id),
        ({ plate }) => Buffer.from(plate!),
        mostBytes,
      );
      const entries: Vehicle[] = [];
      for (const { no, id, plate, again } of questions) {
        const known = again > 0 ? entries.findLast((entry) => entry.no <= no) : undefined;
        const vehicle = known ?? vehicleOf(no, id, plate);
        entries.push(vehicle);
        parts.writeHead(out, vehicle);
        parts.writeTail(out, vehicle);
        expect(out.take().toString()).toBe(`${vehicle.id}${vehicle.plate}`);
        expect(parts.bytes).toBeLessThanOrEqual(mostBytes);
      }
    }),
    { seed: 17, numRuns: 200 },
  );
});

test('parts are written once for as long as the registry has the same entry', () => {
  const out = new ByteWriter();
  let heads = 0;
  const parts = new VehicleParts(
    ({ id }) => {
      heads++;
      return Buffer.from(id);
    },
    () => Buffer.from('.'),
  );
  const first = vehicleOf(7, 'a', '');
  for (let i = 0; i < 5; i++) parts.writeHead(out, first);
  expect(heads).toBe(1);
  parts.writeHead(out, vehicleOf(7, 'b', ''));
  expect(heads).toBe(2);
  expect(out.take().toString()).toBe('aaaaab');
});
