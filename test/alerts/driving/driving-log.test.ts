import fc from 'fast-check';
import { expect, test } from 'vitest';
import { amountsAt, type DrivingLimits, type Pairs } from '../../../alerts/driving/driven.js';
import { asDrivingLog } from '../../../alerts/driving/driving-checkpoints.js';
import { type DrivingLog, drivenSoFar, newDrivingLog, note } from '../../../alerts/driving/driving-log.js';
import { runCount, unpackRuns } from '../../../alerts/driving/driving-runs.js';
import { TEN } from '../support.js';

const LIMITS: DrivingLimits = {
  dayHours: 4,
  nightHours: 2,
  hoursIn24: 8,
  hoursIn7Days: 44,
  restMs: 20 * 60_000,
  night: { from: 22 * 60, to: 6 * 60 },
  minSpeed: 5,
};
const MINUTE = 60_000;

const event = fc.record({
  no: fc.constantFrom(1, 1, 1, 1, 2),
  /** ms after the newest fix, or before it. */
  after: fc.oneof(
    { weight: 30, arbitrary: fc.constantFrom(1, 30_001, 60_003) },
    { weight: 4, arbitrary: fc.constantFrom(2 * MINUTE, 4 * MINUTE + 7, 19 * MINUTE, 25 * MINUTE, 7 * 60 * MINUTE) },
    { weight: 2, arbitrary: fc.integer({ min: -7 * 60 * MINUTE, max: 0 }) },
    { weight: 2, arbitrary: fc.integer({ min: -10 * MINUTE, max: 0 }) },
  ),
  driving: fc.constantFrom(true, true, true, true, false),
  /** The same again so many times, as fixes of a long drive are. */
  times: fc.constantFrom(1, 1, 1, 10, 60),
});

/** What was driven by the newest fix, as far as anybody asks. */
function sumsOf(log: DrivingLog): object {
  const so = drivenSoFar(log, LIMITS);
  return { ...amountsAt(so, log.newest), tooLong: so.tooLong, drive: so.drive };
}

function* fixesOf(events: { no: number; after: number; driving: boolean; times: number }[]) {
  let newest = TEN;
  let seq = 0;
  for (const { no, after, driving, times } of events) {
    for (let i = 0; i < (after > 0 ? times : 1); i++) {
      const time = newest + after;
      newest = Math.max(newest, time);
      const place = { lon: 120 + (time - TEN) * 1e-9, lat: 31 };
      yield { no, driving, fix: { time, subSeq: 0, seq: ++seq, ...place, speed: driving ? 60 : 0, quality: 0 } };
    }
  }
}

test('what is added up fix by fix is what all runs come to, in whatever order fixes come', () => {
  let inOrder = 0;
  let tooLong = 0;
  fc.assert(
    fc.property(fc.array(event, { minLength: 20, maxLength: 120 }), (events) => {
      const log = newDrivingLog(TEN, LIMITS);
      for (const { no, driving, fix } of fixesOf(events)) {
        const isPast = note(log, no, fix, driving, LIMITS);
        const sums = sumsOf(log);
        // A copy, as a checkpoint is one, has only what came.
        expect(sums).toEqual(sumsOf(structuredClone(log)));
        if (!isPast) inOrder++;
        if ((sums as { tooLong: boolean }).tooLong) tooLong++;
      }
    }),
    { seed: 3, numRuns: 40 },
  );
  expect([inOrder > 1000, tooLong > 500]).toEqual([true, true]);
});

test('a log keeps no more than its bounds: half a year of driving, standing and fixes at once of two vehicles', () => {
  const log = newDrivingLog(TEN, LIMITS);
  let most = { runs: 0, stood: 0, stretches: 0, week: 0 };
  for (let minute = 0; minute < 180 * 24 * 60; minute += 3) {
    const time = TEN + minute * MINUTE;
    const driving = minute % 12 < 6;
    const fix = { time, subSeq: 0, seq: minute, lon: 120, lat: 31, speed: driving ? 60 : 0, quality: 0 };
    note(log, 1 + (minute % 2), fix, driving, LIMITS);
    const { stretches, week = [] } = log.settled;
    most = {
      runs: Math.max(most.runs, runCount(log.runs)),
      stood: Math.max(most.stood, log.stood.length / 2),
      stretches: Math.max(most.stretches, stretches.length / 2),
      week: Math.max(most.week, week.length / 2),
    };
  }
  expect(most.runs).toBeLessThanOrEqual(256);
  expect(most.stood).toBeLessThanOrEqual(256);
  expect(most.stretches).toBeLessThanOrEqual(301);
  expect(most.week).toBeLessThanOrEqual(170);
});

test('logs of older checkpoints are read: as lists of pairs; those of before there were runs are nothing', () => {
  const log = newDrivingLog(TEN, LIMITS);
  for (let minute = 0; minute < 3000; minute++) {
    const driving = minute % 50 < 40;
    const place = { lon: 120, lat: 31 };
    const fix = { time: TEN + minute * MINUTE, subSeq: 0, seq: minute, ...place, speed: driving ? 60 : 0, quality: 0 };
    note(log, 1, fix, driving, LIMITS);
  }
  const pairs = (of: Pairs) => Array.from({ length: of.length / 2 }, (_, i) => [of[2 * i], of[2 * i + 1]]);
  const { form: _, ...plain } = structuredClone(log);
  const { stretches, week = [], ...sums } = plain.settled;
  const older = {
    ...plain,
    settled: { ...sums, stretches: pairs(stretches), week: pairs(week) },
    runs: unpackRuns(log.runs),
    stood: pairs(log.stood),
  };
  expect([stretches.length, week.length, log.runs.length, log.stood.length].every((length) => length > 2)).toBe(true);
  expect(asDrivingLog(older)).toEqual(structuredClone(log));
  expect(asDrivingLog({ drive: null, stretches: [] })).toBeUndefined();
  expect(asDrivingLog(undefined)).toBeUndefined();
});
