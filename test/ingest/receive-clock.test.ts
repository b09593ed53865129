import { expect, test } from 'vitest';
import { ReceiveClock } from '../../ingest/receive-clock.js';

function clockAt(start: number) {
  const time = { wall: start, mono: 0 };
  const jumps: number[] = [];
  const clock = new ReceiveClock(
    (ms) => jumps.push(Math.round(ms)),
    () => time.wall,
    () => time.mono,
  );
  const pass = (ms: number) => {
    time.wall += ms;
    time.mono += ms;
    return clock.now();
  };
  return { time, jumps, clock, pass };
}

const HOUR = 3_600_000;

test('follows the wall clock in whole milliseconds', () => {
  const { pass } = clockAt(1000);
  expect(pass(0)).toBe(1000);
  expect(pass(10.7)).toBe(1010);
});

test('never goes back by a small correction', () => {
  const { time, pass, jumps } = clockAt(100_000);
  pass(1000);
  time.wall -= 500;
  expect(pass(100)).toBe(101_000);
  expect(pass(500)).toBe(101_100);
  expect(jumps).toEqual([]);
});

test.each([HOUR, -HOUR])('a jump of %d ms is told once and not followed for ten minutes', (jump) => {
  const { time, pass, jumps } = clockAt(10 * HOUR);
  time.wall += jump;
  expect(pass(1000)).toBe(10 * HOUR + 1000);
  expect(pass(598_000)).toBe(10 * HOUR + 599_000);
  expect(jumps).toEqual([jump]);
  const after = pass(2000);
  expect(after).toBe(jump > 0 ? 11 * HOUR + 601_000 : 10 * HOUR + 599_000);
});

test('a jump that is taken back leaves no trace', () => {
  const { time, pass, jumps } = clockAt(10 * HOUR);
  time.wall += HOUR;
  pass(1000);
  time.wall -= HOUR;
  expect(pass(1000)).toBe(10 * HOUR + 2000);
  time.wall += HOUR;
  pass(1000);
  expect(jumps).toEqual([HOUR, HOUR]);
});
