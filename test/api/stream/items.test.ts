import fc from 'fast-check';
import protobuf from 'protobufjs';
import { expect, test } from 'vitest';
import type { Encoding } from '../../../api/stream/encoding.js';
import { JsonEncoding } from '../../../api/stream/json-encoding.js';
import { PROTO } from '../../../api/stream/proto.js';
import { ProtobufEncoding } from '../../../api/stream/protobuf-encoding.js';
import { VehicleJson } from '../../../api/vehicles/vehicle-json.js';
import { Catalog } from '../../../model/catalog.js';
import { Fleet } from '../../../model/fleet.js';
import { Position, positionJson } from '../../../model/position.js';
import { NO_FIX, QUALITY_NAMES, qualityNames } from '../../../model/quality.js';
import { SOURCE_NAMES } from '../../../model/source.js';
import { VEHICLE_CATEGORIES, type Vehicle } from '../../../model/vehicle.js';

/** A vehicle in the registry, and its newest fix as the fleet has it. */
interface Row {
  vehicle: Vehicle;
  p: Position;
  online: boolean;
}

const time = fc.oneof(fc.integer({ min: -6e12, max: 6e12 }), fc.constantFrom(0, -1, 86_399_999, 1_767_225_600_000));
const maybe = (number: fc.Arbitrary<number>) =>
  fc.oneof({ weight: 9, arbitrary: number }, { weight: 1, arbitrary: fc.constant(NaN) });
const decimals = (min: number, max: number) => maybe(fc.double({ min, max, noNaN: true }));

const fix = fc.record({
  fixTime: time,
  receivedTime: time,
  lon: decimals(-180, 180),
  lat: decimals(-90, 90),
  speedKmh: decimals(0, 6553),
  headingDeg: decimals(0, 360),
  altitudeM: decimals(-500, 9000),
  mileageKm: maybe(
    fc.oneof(fc.double({ min: 0, max: 2 ** 32, noNaN: true }), fc.constantFrom(0, 2 ** 28, 429_496_729.6)),
  ),
  alarms: fc.nat(0xffffffff),
  statusWord: fc.nat(0xffffffff),
  source: fc.nat(SOURCE_NAMES.length - 1),
  quality: fc.nat(2 ** QUALITY_NAMES.length - 1),
  flags: fc.nat(63),
});
const entry = fc.record({
  id: fc.string({ unit: 'grapheme', minLength: 1, maxLength: 70 }),
  plate: fc.option(fc.string({ unit: 'grapheme', maxLength: 40 })),
  category: fc.constantFrom(...VEHICLE_CATEGORIES),
});
const NOW = 1_767_225_600_000;

class World {
  readonly catalog = new Catalog();
  readonly fleet = new Fleet();
  readonly vehicles = new VehicleJson(this.catalog, this.fleet, 60_000);
  readonly json = new JsonEncoding(this.vehicles);
  readonly protobuf = new ProtobufEncoding(this.vehicles, this.fleet);

  /** Puts the vehicle and its fix where they come to be, past the checks that fixes go through on the way. */
  put(no: number, facts: Pick<Vehicle, 'id' | 'plate' | 'category'>, p: Position, online: boolean): Row {
    const rest = { plateColor: null, company: null, region: null, terminals: [], createdAt: 0 };
    const change = {
      type: 'vehicle-put',
      revision: this.catalog.revision + 1,
      at: 0,
      vehicle: { no, ...facts, ...rest },
    } as const;
    this.catalog.apply(change);
    const marks = p.quality;
    this.fleet.apply(Object.assign(p, { vehicleNo: no, quality: 0 }));
    this.fleet.quality[no] = marks;
    this.fleet.contactTime[no] = online ? NOW : NOW - 60_001;
    for (const column of ['speedKmh', 'headingDeg', 'altitudeM'] as const) p[column] = Math.fround(p[column]);
    p.quality = marks;
    return { vehicle: this.catalog.vehicles.get(no)!, p, online };
  }
}

function written(encoding: Encoding, { vehicle }: Row): Buffer {
  encoding.writeItem(vehicle, NOW);
  return encoding.out.take();
}

function itemJson({ vehicle: { id, plate, category }, p, online }: Row): object {
  return { ...positionJson(p, id), plate, category, online };
}

/** Alarm and status are written where they are 0 as well, which every reader takes: as if they were optional. */
const { root } = protobuf.parse(PROTO.replace(/^ {2}(?=uint32 (alarm|status) )/gm, '  optional '));

/** As a library writes it that knows nothing but the published schema. */
function itemFrame({ vehicle, p, online }: Row): Buffer {
  const whole = (value: number, parts: number) => (Number.isNaN(value) ? {} : { value: Math.round(value * parts) });
  const numbers = {
    time: whole(p.fixTime, 1),
    receivedAt: whole(p.receivedTime, 1),
    lon: whole(p.lon, 1e7),
    lat: whole(p.lat, 1e7),
    speed: whole(p.speedKmh, 10),
    heading: whole(p.headingDeg, 1),
    altitude: whole(p.altitudeM, 1),
    mileage: whole(p.mileageKm, 10),
  };
  const known = Object.entries(numbers).flatMap(([name, { value }]) => (value === undefined ? [] : [[name, value]]));
  const item = {
    vehicleId: vehicle.id,
    ...Object.fromEntries(known),
    alarm: p.alarms,
    status: p.statusWord,
    source: SOURCE_NAMES[p.source],
    quality: qualityNames(p.quality),
    ...(vehicle.plate !== null && { plate: vehicle.plate }),
    category: vehicle.category,
    ...(online && { online }),
  };
  return Buffer.from(
    root
      .lookupType('cheji.stream.v1.Positions')
      .encode({ items: [item] })
      .finish(),
  );
}

test.each([1, 2, 3])(
  'items are what JSON.stringify and the published schema make of any vehicle and fix (seed %i)',
  (seed) => {
    const world = new World();
    const numbers = fc.integer({ min: 1, max: 3000 });
    fc.assert(
      fc.property(numbers, entry, fix, fc.boolean(), (no, facts, given, online) => {
        const row = world.put(no, facts, Object.assign(new Position(), given), online);
        expect(written(world.json, row).toString()).toBe(JSON.stringify(itemJson(row)));
        expect(written(world.protobuf, row).toString('hex')).toBe(itemFrame(row).toString('hex'));
      }),
      { seed, numRuns: 300 },
    );
  },
);

test('a vehicle that moves keeps its name, and one that the registry renames has its new one', () => {
  const world = new World();
  const facts = { id: 'v1', plate: '苏B12345', category: 'taxi' } as const;
  const at = (lon: number) => Object.assign(new Position(), { fixTime: 1, receivedTime: 1, lon, lat: 31.5, source: 1 });
  const text = (row: Row) => JSON.parse(written(world.json, row).toString());
  expect(text(world.put(1, facts, at(120), true))).toMatchObject({ lon: 120, plate: '苏B12345', category: 'taxi' });
  expect(text(world.put(1, { ...facts, plate: null, category: 'bus' }, at(121), true))).toMatchObject({
    lon: 121,
    plate: null,
    category: 'bus',
  });
  expect(text(world.put(2, { ...facts, id: 'v2' }, at(122), false))).toMatchObject({ vehicleId: 'v2', online: false });
  world.fleet.apply(Object.assign(at(0), { vehicleNo: 1, quality: NO_FIX, alarms: 4 }));
  expect(text({ vehicle: world.catalog.vehicles.get(1)!, p: at(121), online: true })).toMatchObject({
    lon: 121,
    alarm: 4,
  });
});
