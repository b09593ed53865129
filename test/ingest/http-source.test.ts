import { expect, test } from 'vitest';
import { HttpSource } from '../../ingest/http-source.js';
import { ReceiveClock } from '../../ingest/receive-clock.js';
import { type Datum, datumOf } from '../../model/datum.js';
import { positionJson } from '../../model/position.js';
import { REPEAT } from '../../model/quality.js';
import { FakeLog, LIVE, makeIntake, NOW, sumsUp } from './support.js';

/** A log that commits by itself soon after each fix. */
class EagerLog extends FakeLog {
  override addFix(...args: Parameters<FakeLog['addFix']>): boolean {
    setImmediate(() => this.commit());
    return super.addFix(...args);
  }
}

function source({
  registrationRequired = false,
  maxVehicles = undefined as number | undefined,
  log = new EagerLog() as FakeLog,
  datum = undefined as Datum | undefined,
} = {}) {
  const parts = makeIntake(LIVE, log);
  const clock = new ReceiveClock(
    () => {},
    () => NOW,
    () => 0,
  );
  return { ...parts, http: new HttpSource({ ...parts, clock, registrationRequired, maxVehicles, datum }) };
}

const item = (over: Record<string, unknown> = {}) => ({
  vehicleId: '京A12345',
  time: '2026-03-01T12:00:00+08:00',
  lon: 120.3,
  lat: 31.5,
  ...over,
});

test('every member arrives in its unit, rounded to what the log keeps', async () => {
  const { http, log, catalog } = source();
  const whole = item({
    lon: 120.30000004,
    speed: 36.74,
    heading: 359.6,
    altitude: 12.4,
    mileage: 1234.56,
    alarm: 0x80000001,
    status: 3,
  });
  expect(await http.accept([whole], '192.0.2.7')).toEqual([{ ok: true }]);
  expect(log.fixes).toMatchObject([
    {
      vehicleNo: catalog.vehicleById('京A12345')?.no,
      source: 6,
      receivedTime: NOW,
      fixTime: NOW,
      lon: 120.3,
      lat: 31.5,
      speedKmh: 36.7,
      headingDeg: 0,
      altitudeM: 12,
      mileageKm: 1234.6,
      alarms: 0x80000001,
      statusWord: 3,
      quality: 0,
    },
  ]);
});

test('the same position sent again is a repeat', async () => {
  const { http, log } = source();
  const body = [item({ speed: 36.35, lon: 120.33333333 })];
  await http.accept(body);
  await http.accept(body);
  expect(log.fixes.map((p) => p.quality)).toEqual([0, 1 << 6]);
});

test('a report without a fix has both coordinates null', async () => {
  const { http, log } = source();
  expect(await http.accept([item({ lon: null, lat: null, alarm: 1 })])).toEqual([{ ok: true }]);
  expect(log.fixes).toMatchObject([{ lon: NaN, lat: NaN, alarms: 1, quality: 1 << 3 }]);
});

test.each([
  ['nothing', null, '', 'a position must be an object'],
  ['a list', [], '', 'a position must be an object'],
  ['no vehicle', item({ vehicleId: undefined }), 'vehicleId', 'vehicleId must be a text'],
  ['a number for an id', item({ vehicleId: 7 }), 'vehicleId', 'vehicleId must be a text'],
  ['an id that the registry does not take', item({ vehicleId: 'a b' }), 'vehicleId', 'vehicleId must be 1 to 64'],
  ['no time', item({ time: undefined }), 'time', 'time must be an RFC 3339'],
  ['a time without zone', item({ time: '2026-03-01T12:00:00' }), 'time', 'time must be an RFC 3339'],
  ['a day that does not exist', item({ time: '2026-02-30T12:00:00Z' }), 'time', 'time must be an RFC 3339'],
  ['an hour that does not exist', item({ time: '2026-03-01T25:00:00Z' }), 'time', 'time must be an RFC 3339'],
  ['text for a number', item({ lon: '120.3' }), 'lon', 'lon must be a number from -180'],
  ['no latitude', item({ lat: undefined }), 'lat', 'lat must be a number from -90'],
  ['half a place', item({ lat: null }), 'lat', 'lat must be a number from -90'],
  ['a latitude beyond the pole', item({ lat: 90.0001 }), 'lat', 'lat must be a number from -90'],
  ['a negative speed', item({ speed: -1 }), 'speed', 'speed must be a number from 0'],
  ['a heading of 361', item({ heading: 361 }), 'heading', 'heading must be a number from 0'],
  ['an endless altitude', item({ altitude: 1e9 }), 'altitude', 'altitude must be'],
  ['half an alarm', item({ alarm: 0.5 }), 'alarm', 'alarm must be a whole number'],
  ['a status of 33 bits', item({ status: 2 ** 32 }), 'status', 'status must be a whole number'],
  ['a mileage in words', item({ mileage: 'far' }), 'mileage', 'mileage must be'],
])('%s is refused, and says where', async (_, bad, field, detail) => {
  const { http, quarantine, log, intake } = source();
  const results = await http.accept([item(), bad, item({ time: '2026-03-01T12:00:01+08:00' })], '192.0.2.7');
  expect(results).toEqual([
    { ok: true },
    { ok: false, reason: 'bad-item', field, detail: expect.stringContaining(detail) },
    { ok: true },
  ]);
  expect(log.fixes).toHaveLength(2);
  expect(quarantine.list(9)).toMatchObject([{ reason: 'bad-item', source: 'http', address: '192.0.2.7' }]);
  expect(Buffer.from(quarantine.list(1)[0].bytes).toString()).toBe(JSON.stringify(bad));
  expect(intake.counts()).toMatchObject({ received: 3, rejected: { 'bad-item': 1 }, bySource: { http: 3 } });
  expect(sumsUp(intake)).toBe(true);
});

test('a time that is too old, or too far ahead, is refused by the verdict', async () => {
  const { http } = source();
  expect(await http.accept([item({ time: '2020-01-01T00:00:00Z' }), item({ time: '2027-01-01T00:00:00Z' })])).toEqual([
    { ok: false, reason: 'too-old', field: 'time', detail: expect.any(String) },
    { ok: false, reason: 'bad-time', field: 'time', detail: expect.any(String) },
  ]);
});

test('unknown vehicles appear by themselves, once each, or are refused where registration is required', async () => {
  const open = source();
  await open.http.accept([item({ vehicleId: 'A' }), item({ vehicleId: 'A', lon: 121 }), item({ vehicleId: 'B' })]);
  expect([...open.catalog.vehicles.values()].map((v) => v.id)).toEqual(['A', 'B']);
  const closed = source({ registrationRequired: true });
  expect(await closed.http.accept([item({ vehicleId: 'A' })])).toEqual([
    { ok: false, reason: 'unknown-vehicle', field: 'vehicleId', detail: 'the registry has no vehicle A' },
  ]);
  expect(closed.catalog.vehicles.size).toBe(0);
});

test('beyond so many vehicles none appears by itself, and those that there are go on', async () => {
  const full = source({ maxVehicles: 2 });
  void full.registry.putVehicle({ id: 'known' });
  const results = await full.http.accept(
    ['A', 'B', 'A', 'known'].map((vehicleId, i) => item({ vehicleId, lon: 120 + i })),
  );
  expect(results.map(({ ok }) => ok)).toEqual([true, false, true, true]);
  expect(results[1]).toMatchObject({
    reason: 'unknown-vehicle',
    detail: expect.stringContaining('beyond 2 none is made'),
  });
  void full.registry.putVehicle({ id: 'B' }); // people may
  expect(await full.http.accept([item({ vehicleId: 'B' })])).toEqual([{ ok: true }]);
});

test('nothing is answered before it is durable', async () => {
  const log = new FakeLog();
  const { http } = source({ log });
  let answered = false;
  const answer = http.accept([item()]).then(() => {
    answered = true;
  });
  await new Promise(setImmediate);
  expect([log.fixes.length, answered]).toEqual([1, false]);
  log.commit();
  await answer;
});

test('a full log is told item by item, and nothing of it is counted', async () => {
  const { http, log, intake } = source();
  log.accepting = false;
  expect(await http.accept([item(), item()])).toEqual([
    { ok: false, reason: 'full', detail: expect.any(String) },
    { ok: false, reason: 'full', detail: expect.any(String) },
  ]);
  expect(intake.counts().received).toBe(0);
});

test('who cannot be taken in is told at once, while a disk that is full keeps others waiting', async () => {
  const log = new FakeLog();
  const { http } = source({ log });
  const waits = http.accept([item()]);
  log.accepting = false;
  expect(await http.accept([item({ mileage: 1 })])).toEqual([
    { ok: false, reason: 'full', detail: expect.any(String) },
  ]);
  log.commit();
  expect(await waits).toEqual([{ ok: true }]);
});

test('a large body leaves others their turn', async () => {
  const { http, log } = source();
  let turns = 0;
  const counter = setInterval(() => turns++, 0);
  const body = Array.from({ length: 5_000 }, (_, i) => item({ vehicleId: `V${i % 100}`, mileage: i }));
  const results = await http.accept(body);
  clearInterval(counter);
  expect(results.every((r) => r.ok)).toBe(true);
  expect(log.fixes.map((p) => p.mileageKm)).toEqual(body.map((_, i) => i));
  expect(turns).toBeGreaterThan(0);
});

test('coordinates of another datum are converted, and which it was is kept', async () => {
  const { http, log } = source();
  const gcj02 = item({ lon: 116.403695, lat: 39.910591, datum: 'gcj02' });
  const results = await http.accept([gcj02, item({ datum: 'mars' })]);
  expect(results).toMatchObject([{ ok: true }, { ok: false, reason: 'bad-item', field: 'datum' }]);
  expect(log.fixes).toHaveLength(1);
  expect(positionJson(log.fixes[0], 'v')).toMatchObject({ sourceDatum: 'gcj02' });
  expect(log.fixes[0].lon).toBeCloseTo(116.397451, 5);
  expect(log.fixes[0].lat).toBeCloseTo(39.909187, 5);
  expect(await http.accept([gcj02])).toEqual([{ ok: true }]);
  expect(log.fixes[1].quality).toBe(REPEAT); // sent again it is the same fix
});

test('the datum of a vehicle counts where its item says none, before that of the way', async () => {
  const { http, log, registry } = source({ datum: 'bd09' });
  void registry.putVehicle({ id: '京A12345', datum: 'gcj02' });
  await http.accept([item(), item({ datum: 'wgs84' }), item({ vehicleId: 'another' })]);
  expect(log.fixes.map(({ flags }) => datumOf(flags))).toEqual(['gcj02', 'wgs84', 'bd09']);
  void registry.putVehicle({ id: '京A12345', datum: null });
  await http.accept([item({ time: '2026-03-01T12:00:01+08:00' })]);
  expect(datumOf(log.fixes[3].flags)).toBe('bd09');
});
