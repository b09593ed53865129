import { expect, test } from 'vitest';
import { Fleet } from '../../model/fleet.js';
import { fleetTime } from '../../model/fleet-clock.js';
import { LOCATED, Position } from '../../model/position.js';

const NOW = Date.UTC(2026, 0, 1);
const TAPE = Date.UTC(2008, 1, 2);
const HOUR = 3_600_000;

/** One fix of each vehicle; `ago`: ms since it came. */
function fleet(...fixes: { time: number; ago?: number }[]): Fleet {
  const made = new Fleet();
  for (const [i, { time, ago = 0 }] of fixes.entries()) {
    const facts = { vehicleNo: i + 1, fixTime: TAPE + time, receivedTime: NOW - ago, flags: LOCATED };
    made.apply(Object.assign(new Position(), facts));
  }
  return made;
}

const timeOf = (...fixes: { time: number; ago?: number }[]) => fleetTime(fleet(...fixes), NOW).time - TAPE;

test('nobody has told a time', () => {
  expect(fleetTime(new Fleet(), NOW)).toEqual({ time: -Infinity, vehicles: 0 });
});

test('one vehicle has its own time, two have what both have reached', () => {
  expect(timeOf({ time: 1000 })).toBe(1000);
  expect(timeOf({ time: 1000 }, { time: 6 * HOUR })).toBe(1000);
});

test('a clock far ahead moves nothing, among three and among thirty', () => {
  expect(timeOf({ time: 1000 }, { time: 2000 }, { time: 6 * HOUR })).toBe(2000);
  const others = Array.from({ length: 30 }, (_, i) => ({ time: i * 100 }));
  expect(timeOf(...others, { time: 6 * HOUR }, { time: 7 * HOUR })).toBe(1600);
});

test('clocks years behind hold nobody back', () => {
  const behind = { time: -10 * 365 * 24 * HOUR };
  expect(timeOf(behind, behind, { time: 5000 }, { time: 5000 }, { time: 6000 })).toBe(5000);
});

test('who was not heard of for two minutes has no say', () => {
  expect(timeOf({ time: 9000, ago: 121_000 }, { time: 9000, ago: 130_000 }, { time: 1000 })).toBe(1000);
});

test('a large fleet is asked in part, and says the same', () => {
  const large = fleet(
    ...Array.from({ length: 20_000 }, (_, i) => ({ time: i % 100 === 7 ? 6 * HOUR : (i * 37) % 10_000 })),
  );
  const { time, vehicles } = fleetTime(large, NOW);
  expect(vehicles).toBeLessThan(10_000);
  expect(time - TAPE).toBeGreaterThan(4500);
  expect(time - TAPE).toBeLessThan(5600);
});
