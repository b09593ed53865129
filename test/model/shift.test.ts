import { expect, test } from 'vitest';
import { shiftsOf } from '../../model/shift.js';
import type { Upload } from '../../model/upload.js';

let id = 0;
function report(time: number, kind: Upload['kind'], content: Record<string, unknown>): Upload {
  return { id: `u${id++}`, vehicleNo: 1, vehicleId: 'v', kind, time, receivedTime: time, source: 'jt905', content };
}
const driver = (time: number, event: string, certificate: string | null) =>
  report(time, 'driver', { event, certificate, name: null, company: 'C1 ' });
const HOUR = 3_600_000;

test('signing on and off make a shift, with what the meter added up; another driver begins another', () => {
  const shifts = shiftsOf([
    report(9 * HOUR, 'shift', { totalYuan: 800 }),
    driver(9 * HOUR, 'out', 'A'),
    driver(1 * HOUR, 'in', 'A'),
    driver(2 * HOUR, 'in', 'A'), // said again
    driver(10 * HOUR, 'in', 'B'),
    driver(11 * HOUR, 'in', 'C'),
  ]);
  const common = { name: null, company: 'C1' };
  expect(shifts).toEqual([
    { start: HOUR, end: 9 * HOUR, certificate: 'A', sums: { totalYuan: 800 }, ...common },
    { start: 10 * HOUR, end: null, certificate: 'B', sums: null, ...common },
    { start: 11 * HOUR, end: null, certificate: 'C', sums: null, ...common },
  ]);
});

test('an end without a beginning stands by itself; one that names nobody ends the shift there is', () => {
  const shifts = shiftsOf([
    driver(1 * HOUR, 'out', 'A'),
    driver(2 * HOUR, 'in', 'B'),
    driver(3 * HOUR, 'unreadable', null),
    driver(4 * HOUR, 'out', null),
  ]);
  expect(shifts.map(({ start, end, certificate }) => [start, end, certificate])).toEqual([
    [null, HOUR, 'A'],
    [2 * HOUR, 4 * HOUR, 'B'],
  ]);
});
