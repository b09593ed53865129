import { expect, test } from 'vitest';
import type { Position } from '../../model/position.js';
import { SUSPECT_PLACE } from '../../model/quality.js';
import { HourSums } from '../../tracks/hours.js';
import { isQualified } from '../../tracks/usable.js';
import { at, DAY } from './support.js';

function summed(fixes: Position[], before: Position | null = null) {
  const sums = new HourSums(before);
  for (const p of fixes) sums.add(p);
  return sums.hours;
}

test('completeness by the rule of the assessment sheet §2.1', () => {
  const [hour] = summed([
    at(0, 0),
    at(60, 1500), // complete
    at(120, 4500), // 3000 m in a minute: 180 km/h, but farther apart than 2 km: incomplete
    at(780, 4900), // 11 min of silence, 400 m: stood, complete
    at(1500, 5500), // 12 min of silence, 600 m: incomplete
    at(1510, 95_500), // 90 km in 10 s: drift, on neither side
  ]);
  expect([hour.distanceM, hour.completeM].map(Math.round)).toEqual([5500, 1900]);
  expect(hour.drift).toBe(1);
});

test('what is not qualified is counted, and nothing else', () => {
  const [hour] = summed([
    at(0, 0),
    at(30, 9000, 0, { quality: SUSPECT_PLACE }),
    at(45, 300, 0, { speedKmh: 170 }),
    at(60, 600),
  ]);
  expect([hour.fixes, hour.qualified, Math.round(hour.distanceM)]).toEqual([4, 2, 600]);
  expect(isQualified(at(0, 0, 0, { altitudeM: 7000 }))).toBe(false);
  expect(isQualified(at(0, 0, 0, { lat: 3 }))).toBe(false);
  expect(isQualified(at(0, 0, 0, { speedKmh: 160, altitudeM: -200 }))).toBe(true);
});

test('the way counts for the hour of its end; hours can be summed again from any hour on', () => {
  const fixes = Array.from({ length: 40 }, (_, i) =>
    at(i * 600, i * 900, 0, { mileageKm: 10 + i * 0.9, speedKmh: i * 4 }),
  );
  const whole = summed(fixes);
  expect(whole.map(({ hour, fixes, onlineMinutes }) => [(hour - DAY) / 3_600_000, fixes, onlineMinutes])).toEqual(
    [0, 1, 2, 3, 4, 5, 6].map((hour) => [hour, hour < 6 ? 6 : 4, hour < 6 ? 6 : 4]),
  );
  expect(Math.round(whole[1].distanceM)).toBe(5400);
  expect(whole[1].odometerKm).toBeCloseTo(5.4);
  expect(summed(fixes.slice(18), fixes[17])).toEqual(whole.slice(3));
});

test('an odometer that goes back, or leaps, is told and not summed', () => {
  const [hour] = summed([
    at(0, 0, 0, { mileageKm: 100 }),
    at(60, 500, 0, { mileageKm: 100.5 }),
    at(120, 1000, 0, { mileageKm: 3 }),
    at(180, 1500, 0, { mileageKm: 3.5 }),
    at(240, 2000), // does not say
    at(300, 2500, 0, { mileageKm: 4.5 }),
    at(360, 3000, 0, { mileageKm: 250 }),
  ]);
  expect(hour.odometerKm).toBeCloseTo(1);
  expect(hour.jumps.map(({ fromKm, toKm, at }) => [fromKm, toKm, (at - DAY) / 1000])).toEqual([
    [100.5, 3, 120],
    [4.5, 250, 360],
  ]);
});

test('speeds by band', () => {
  const [hour] = summed([0, 0.9, 1, 19.9, 20, 119, 120, 150].map((speedKmh, i) => at(i, 0, 0, { speedKmh })));
  expect(hour.speedProfile).toEqual([2, 2, 1, 0, 0, 0, 1, 2]);
  expect(hour.maxSpeedKmh).toBe(150);
});
