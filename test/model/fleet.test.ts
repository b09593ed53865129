import { expect, test } from 'vitest';
import { Fleet } from '../../model/fleet.js';
import { countOnline, isOnline, onlineUntil } from '../../model/online.js';
import { ACC_KNOWN, ACC_ON, LOCATED, Position } from '../../model/position.js';
import { LATE, NO_FIX, OUT_OF_ORDER, SUSPECT_MOTION } from '../../model/quality.js';

function fix(fields: Partial<Position>): Position {
  const p = Object.assign(new Position(), { vehicleNo: 3, lon: 120.3, lat: 31.5, speedKmh: 40, flags: LOCATED });
  return Object.assign(p, { fixTime: 1000, receivedTime: 1500, mileageKm: 7.5 }, fields);
}

test('the newest fix is shown; marked ones only count as a sign of life', () => {
  const fleet = new Fleet(2);
  expect([fleet.has(3), fleet.hasFix(3)]).toEqual([false, false]);
  expect(fleet.apply(fix({}))).toBe(true);
  expect(fleet.apply(fix({ fixTime: 500, receivedTime: 2000, lon: 1, quality: LATE | OUT_OF_ORDER }))).toBe(false);
  expect([fleet.lon[3], fleet.fixTime[3], fleet.contactTime[3], fleet.mileageKm[3]]).toEqual([120.3, 1000, 2000, 7.5]);
  expect(fleet.apply(fix({ fixTime: 2000, lon: 120.4, quality: SUSPECT_MOTION }))).toBe(true);
  expect([fleet.lon[3], fleet.quality[3]]).toEqual([120.4, SUSPECT_MOTION]);
});

test('a report without a fix moves nothing but tells alarms and status', () => {
  const fleet = new Fleet();
  fleet.apply(fix({}));
  expect(fleet.apply(fix({ quality: NO_FIX, lon: 0, lat: 0, alarms: 1, alarmWord: 1, statusWord: 5, flags: 0 }))).toBe(
    true,
  );
  expect([fleet.lon[3], fleet.alarms[3], fleet.statusWord[3], fleet.flags[3] & LOCATED]).toEqual([120.3, 1, 5, 0]);
});

test('ignition is known only where the source says it', () => {
  const fleet = new Fleet();
  fleet.apply(fix({}));
  expect(fleet.accOn(3)).toBeNull();
  fleet.apply(fix({ flags: LOCATED | ACC_KNOWN | ACC_ON }));
  expect(fleet.accOn(3)).toBe(true);
});

test('a fleet grows without forgetting, and comes back from its snapshot equal', () => {
  const fleet = new Fleet(1);
  for (let no = 1; no <= 300; no++) fleet.apply(fix({ vehicleNo: no, lon: no / 10, source: 1, headingDeg: no }));
  const again = Fleet.from(fleet.snapshot());
  expect(again.snapshot().equals(fleet.snapshot())).toBe(true);
  expect([again.lon[300], again.headingDeg[17], again.has(301)]).toEqual([30, 17, false]);
  expect(() => Fleet.from(fleet.snapshot().subarray(0, 500))).toThrow(RangeError);
});

test('a terminal that says good-bye is not online until something comes, of whatever age and worth', () => {
  const fleet = new Fleet();
  const windows = { onlineMs: 10_000, vesselOnlineMs: 10_000 };
  const online = () => isOnline(fleet, 3, 2000, windows);
  expect([fleet.goes(3), fleet.goes(5000)]).toEqual([false, false]); // never heard of
  fleet.apply(fix({ flags: LOCATED | ACC_KNOWN | ACC_ON }));
  expect(online()).toBe(true);
  expect([fleet.goes(3), fleet.goes(3)]).toEqual([true, false]);
  expect([online(), onlineUntil(fleet, 3, windows), countOnline(fleet, 2000, windows)]).toEqual([false, NaN, 0]);
  expect([fleet.contactTime[3], fleet.accOn(3), fleet.read(3, new Position()).flags]).toEqual([
    ...[1500, true, LOCATED | ACC_KNOWN | ACC_ON],
  ]);
  expect(Fleet.from(fleet.snapshot()).isGone(3)).toBe(true);
  expect(fleet.apply(fix({ fixTime: 500, receivedTime: 1500, quality: LATE }))).toBe(true); // no news but that it is back
  expect(online()).toBe(true);
  expect(fleet.apply(fix({ fixTime: 600, receivedTime: 1600, quality: LATE }))).toBe(false);
});
