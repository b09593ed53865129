import { readFileSync } from 'node:fs';
import fc from 'fast-check';
import protobuf from 'protobufjs';
import { describe, expect, test } from 'vitest';
import { ACC_KNOWN, ACC_ON, LOCATED } from '../../../model/position.js';
import { describeExtras } from '../../../protocols/mqtt/extras.js';
import { v1 } from '../../../protocols/mqtt/v1.js';
import { v1Batch, v1Position } from '../../../protocols/mqtt/v1-protobuf-write.js';

/** What we publish for others to build on: the reader and the writer are held to it here. */
const schema = protobuf.parse(readFileSync(new URL('../../../docs/cheji-v1.proto', import.meta.url), 'utf8'), {
  keepCase: true,
}).root;
const Position = schema.lookupType('cheji.v1.Position');
const PositionBatch = schema.lookupType('cheji.v1.PositionBatch');

const NOW = Date.parse('2026-01-31T04:00:00Z');
const ONE = 'v1/acme/vehicles/A-1/position';
const MANY = 'v1/acme/batch';
const read = (topic: string, payload: Uint8Array) =>
  v1.decode({ topic, payload: Buffer.from(payload), receivedTime: NOW });
const refusals = (topic: string, payload: Uint8Array) =>
  read(topic, payload).refused.map(({ reason, field, message }) => `${reason} ${field}: ${message}`);
const of = (fields: object) => Position.encode(Position.create(fields)).finish();

const good = { t_ms: NOW, lon_e7: 1_215_000_000, lat_e7: 312_000_000 };

test('every field of the published schema is read', () => {
  const all = {
    ...good,
    ...{ speed_dkmh: 605, heading_cdeg: 9050, alt_m: -12, acc_dm: 53, odo_hm: 10_005, alarm: 3, status: 3, biz: 1 },
    ...{ order_id: 'o-1', driver_id: 'd-1', seq: 7, datum: 2, vehicle_id: 'A-1', raw: Buffer.from('7e7e', 'hex') },
  };
  expect(Object.keys(Position.fields).sort()).toEqual(Object.keys(all).sort());
  const { fixes, refused } = read(ONE, of(all));
  expect(refused).toEqual([]);
  expect(fixes).toMatchObject([
    {
      terminal: 'acme:A-1',
      datum: 'gcj02',
      position: {
        ...{ fixTime: NOW, lon: 121.5, lat: 31.2, speedKmh: 60.5, headingDeg: 90.5, altitudeM: -12, mileageKm: 1000.5 },
        ...{ alarms: 3, alarmWord: 3, statusWord: 3, flags: LOCATED | ACC_KNOWN | ACC_ON },
      },
    },
  ]);
  expect(describeExtras(fixes[0].position.items as Uint8Array)).toEqual({
    ...{ accuracyM: 5.3, business: 'loaded', order: 'o-1', driver: 'd-1', sequence: 7, raw: '7e7e' },
  });
  expect(read(ONE, of(good)).fixes[0].position).toMatchObject({ speedKmh: Number.NaN, flags: LOCATED, items: null });
});

test('a batch, with and without a base, in whatever order its fields stand', () => {
  const items = [
    { ...good, vehicle_id: 'A' },
    { ...good, t_ms: NOW + 1000, vehicle_id: 'B' },
  ];
  const plain = PositionBatch.encode(PositionBatch.create({ items })).finish();
  const relative = v1Batch([
    { t: NOW, lon: 121.5, lat: 31.2, vehicleId: 'A' },
    { t: NOW + 1000, lon: 121.5, lat: 31.2, vehicleId: 'B' },
  ]);
  const facts = (payload: Uint8Array) =>
    read(MANY, payload).fixes.map(({ terminal, position: p }) => [terminal, p.fixTime, p.lon, p.lat]);
  expect(facts(plain)).toEqual([
    ['acme:A', NOW, 121.5, 31.2],
    ['acme:B', NOW + 1000, 121.5, 31.2],
  ]);
  expect(facts(relative)).toEqual(facts(plain));
  // The base in front, as other writers put it: the numbers of the fields decide, not their places.
  const based = PositionBatch.encode(PositionBatch.create({ base_t_ms: NOW, base_lon_e7: 5, base_lat_e7: 6 })).finish();
  const item = PositionBatch.encode(PositionBatch.create({ items: [{ vehicle_id: 'A' }] })).finish();
  expect(facts(Buffer.concat([based, item]))).toEqual(facts(Buffer.concat([item, based])));
});

test('what we write, others read by the schema', () => {
  fc.assert(
    fc.property(
      fc.record({
        t: fc.integer({ min: 946_684_800_000, max: 4_102_444_800_000 }),
        lon: fc.integer({ min: -1_800_000_000, max: 1_800_000_000 }).map((e7) => e7 / 1e7),
        lat: fc.integer({ min: -900_000_000, max: 900_000_000 }).map((e7) => e7 / 1e7),
        speedKmh: fc.option(
          fc.integer({ min: 0, max: 4000 }).map((n) => n / 10),
          { nil: undefined },
        ),
        altitudeM: fc.option(fc.integer({ min: -1000, max: 20_000 }), { nil: undefined }),
        status: fc.option(fc.integer({ min: 0, max: 0xffffffff }), { nil: undefined }),
      }),
      (fix) => {
        const bytes = v1Position(fix);
        const seen = Position.toObject(Position.decode(bytes), { longs: Number }) as Record<string, number>;
        expect(seen.t_ms).toBe(fix.t);
        expect(seen.lon_e7 ?? 0).toBe(0 + Math.round(fix.lon * 1e7));
        expect(seen.speed_dkmh).toBe(fix.speedKmh === undefined ? undefined : Math.round(fix.speedKmh * 10));
        expect(seen.status).toBe(fix.status);
        const [{ position }] = read(ONE, bytes).fixes;
        expect([position.fixTime, position.lon, position.lat]).toEqual([fix.t, fix.lon, fix.lat]);
        expect(position.altitudeM).toBe(fix.altitudeM ?? Number.NaN);
      },
    ),
    { seed: 1883, numRuns: 500 },
  );
});

describe('refused, with a place', () => {
  test.each([
    [ONE, of({ ...good, t_ms: 5 }), 'bad-item t_ms: must be a time from 2000 to 2100'],
    [ONE, of({ ...good, lat_e7: 1_000_000_000 }), 'bad-item lat_e7: must be from -90 to 90 degrees'],
    [ONE, of({ ...good, speed_dkmh: 4001 }), 'bad-item speed_dkmh: must be at most 4000'],
    [ONE, of({ ...good, heading_cdeg: 36_000 }), 'bad-item heading_cdeg: must be under 36000'],
    [ONE, of({ ...good, biz: 9 }), 'bad-item biz: is no value of Biz'],
    [ONE, of({ ...good, datum: 9 }), 'bad-item datum: is no value of Datum'],
    [ONE, of({ ...good, vehicle_id: 'B' }), 'bad-item vehicle_id: is B, and the topic says A-1'],
    [ONE, of({ ...good, order_id: 'x'.repeat(65) }), 'bad-item order_id: must be at most 64 characters'],
    [
      MANY,
      PositionBatch.encode(PositionBatch.create({ items: [good] })).finish(),
      'bad-item items[0].vehicle_id: must',
    ],
    [
      MANY,
      PositionBatch.encode(PositionBatch.create({ items: Array(1001).fill({}) })).finish(),
      'bad-item : 1001 items, at most 1000',
    ],
    [ONE, Buffer.from('08', 'hex'), 'not-protobuf : no protobuf of ours: index out of range'],
    [ONE, Buffer.from('0f', 'hex'), 'not-protobuf : no protobuf of ours'],
    [MANY, Buffer.from('0a05', 'hex'), 'not-protobuf : no protobuf of ours'],
    [MANY, Buffer.from('0a020801080108', 'hex'), 'not-protobuf : no protobuf of ours'],
    ['v1/acme/vehicles/A/status', of(good), 'not-json : must be JSON on this topic'],
    [MANY, Buffer.alloc(262_145, 1), 'too-large : 262145 bytes, at most 262144'],
  ])('%s %#', (topic, payload, expected) => {
    expect(refusals(topic, payload)).toEqual([expect.stringContaining(expected)]);
  });

  test('any bytes, and good ones with a few hurt, end as fixes or refusals', () => {
    const batch = v1Batch([
      { t: NOW, lon: 121.5, lat: 31.2, speedKmh: 40, vehicleId: 'A' },
      { t: NOW + 1000, lon: 121.51, lat: 31.21, status: 3, vehicleId: 'B' },
    ]);
    fc.assert(
      fc.property(
        fc.constantFrom(ONE, MANY, 'v1/acme/vehicles/A/positions'),
        fc.uint8Array({ maxLength: 60 }),
        fc.array(fc.tuple(fc.nat(batch.length - 1), fc.nat(255)), { maxLength: 4 }),
        (topic, bytes, hurts) => {
          const hurt = Buffer.from(batch);
          for (const [at, byte] of hurts) hurt[at] = byte;
          for (const payload of [Buffer.from(bytes), hurt]) {
            const { fixes, refused } = read(topic, payload);
            for (const { position: p } of fixes) expect(Math.abs(p.lat) <= 90 && Math.abs(p.lon) <= 180).toBe(true);
            for (const { message } of refused) expect(message).not.toBe('');
          }
        },
      ),
      { seed: 1883, numRuns: 3000 },
    );
  });
});

test('the content type of MQTT 5 wins over the first byte', () => {
  const payload = Buffer.from(of(good));
  const json = v1.decode({ topic: ONE, payload, receivedTime: NOW, contentType: 'application/json' });
  expect(json.refused).toMatchObject([{ reason: 'not-json' }]);
});

test('a topic of the settings says who it is', () => {
  const at = { topic: 'fleet/7', terminal: '7', receivedTime: NOW };
  for (const payload of [
    Buffer.from(v1Position({ t: NOW, lon: 1, lat: 2 })),
    Buffer.from(v1Batch([{ t: NOW, lon: 1, lat: 2 }])),
    Buffer.from(JSON.stringify({ t: NOW, lon: 1, lat: 2 })),
    Buffer.from(JSON.stringify([{ t: NOW, lon: 1, lat: 2 }])),
    Buffer.from(JSON.stringify({ items: [{ t: NOW, lon: 1, lat: 2 }] })),
  ]) {
    expect(v1.decode({ ...at, payload }).fixes).toMatchObject([{ terminal: '7' }]);
  }
});
