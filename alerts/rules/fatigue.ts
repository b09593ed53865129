import { z } from 'zod';
import { hoursSchema } from '../../model/rule-when.js';
import { over } from '../checks.js';
import { type Amounts, amountsAt, type DrivingLimits, hasRested, WEEK_HOURS } from '../driving/driven.js';
import { drives } from '../driving/drives.js';
import { asDrivingLog } from '../driving/driving-checkpoints.js';
import { drivenSoFar, newDrivingLog, note } from '../driving/driving-log.js';
import { type Keys, keyAt, keysAfter, nameOf, spansOf } from '../driving/driving-names.js';
import { vehiclesOf } from '../driving/driving-runs.js';
import type { FixFacts } from '../fix-facts.js';
import { ruleKind } from '../rule-kind.js';
import { readHours } from '../scope/rule-scope.js';

interface Params {
  dayHours: number;
  nightHours: number;
  hoursIn24: number;
  hoursIn7Days: number;
  restMinutes: number;
  night: { from: string; to: string };
  minSpeed: number;
}

interface Memory {
  /** Whose the vehicle's driving was. */
  keys: Keys;
  /** Time of its newest fix, epoch ms. */
  newest: number;
}

/**
 * Driving for longer than the law allows without a rest: by day, at night, in any 24 hours and in any 7 days. LAW-IMPL art. 62 (7), 国发〔2012〕30号
 * 2 (5), 道路旅客运输企业安全管理规范 art. 38. Whoever drives takes the log along from vehicle to vehicle; driving means that the
 * ignition is on, or not known, and `minSpeed`; a rest is `restMinutes` without driving. A drive that was too long is so until the next rest.
 *
 * The log is that of the driver, so it is shared; a vehicle keeps only whose it was. It is the same in whatever order fixes come
 * (driving-log.ts): one that comes late changes the past of every vehicle in it, which is told again.
 */
export const fatigue = ruleKind<Params, Memory>({
  type: 'fatigue',
  describe:
    'a driver, or a vehicle whose driver is not known, has driven for too long without a rest, in 24 hours, or in 7 days',
  judgesLate: false,
  retells: true,
  params: z.strictObject({
    dayHours: z.number().min(0.1).max(24).default(4).describe('of driving without a rest, by day and all in all'),
    nightHours: z.number().min(0.1).max(24).default(4).describe('of driving without a rest, at night'),
    hoursIn24: z.number().min(0.1).max(24).default(24).describe('of driving in any 24 hours; 24 is no limit'),
    hoursIn7Days: z
      .number()
      .min(0.1)
      .max(WEEK_HOURS)
      .default(WEEK_HOURS)
      .describe('of driving in any 7 days; 168 is no limit'),
    restMinutes: z.number().min(1).max(600).default(20).describe('without driving that count as a rest'),
    night: hoursSchema.default({ from: '22:00', to: '06:00' }).describe('Beijing time, for nightHours'),
    minSpeed: z.number().min(0).max(50).default(5).describe('km/h from which a vehicle is driven'),
  }),
  build({ restMinutes, night, ...params }) {
    const limits: DrivingLimits = { ...params, night: readHours(night), restMs: restMinutes * 60_000 };
    return {
      judge(input, before) {
        const { facts, fix, vehicle, shared } = input;
        const keys = keysAfter(before?.keys ?? [], input);
        const memory = { keys, newest: Math.max(before?.newest ?? -Infinity, facts.time) };
        const key = keyAt(keys, facts.time, vehicle.no);
        const known = shared.get(key);
        const log = asDrivingLog(known) ?? newDrivingLog(facts.time, limits);
        const driving = drives(fix, facts, limits.minSpeed);
        const isPast = facts.time < log.newest;
        // A fix that says neither is as none.
        const changed = driving !== null && note(log, vehicle.no, facts, driving, limits);
        if (log !== known) shared.set(key, log);
        if (isPast) {
          const past = changed ? [...new Set([vehicle.no, ...vehiclesOf(log.runs)])] : [];
          return { memory, holds: null, past, explain: () => ({ checks: [] }) };
        }
        const so = drivenSoFar(log, limits);
        const rests = driving === false && hasRested(so, facts.time, limits);
        const onset = so.drive?.onset ?? facts;
        return {
          memory,
          // Who rests from too long a day does not drive too long now; who stands for a while has not ended the drive.
          holds: driving === null ? null : so.tooLong && !rests ? driving || null : false,
          onset,
          event: eventOf(key, onset),
          explain: () => {
            const amounts = amountsAt(so, facts.time);
            return explained(rests ? { ...amounts, hours: 0, nightHours: 0 } : amounts, limits, key);
          },
        };
      },
      // Silence decides nothing: a drive ends with a rest that is seen.
      due: () => Infinity,
      past(input, memory) {
        const { floor, spans } = spansOf(input, memory.keys, memory.newest, limits);
        if (spans.length === 0) return null;
        const moments = spans.map(({ fix, time, tooLong, onset, amounts, key }) => ({
          fix,
          time,
          verdict: {
            memory,
            holds: tooLong,
            onset,
            event: eventOf(key, onset),
            explain: () => explained(amounts, limits, key),
          },
        }));
        return { floor, memory, moments };
      },
    };
  },
});

/** A drive of somebody. */
function eventOf(key: string, { time }: FixFacts): string {
  return `${key} ${time}`;
}

function explained({ hours, nightHours, in24, inWeek }: Amounts, limits: DrivingLimits, key: string) {
  return {
    checks: [
      over('driving without a rest', hours, limits.dayHours, 'h'),
      over('of it at night', nightHours, limits.nightHours, 'h'),
      over('driving in 24 h', in24, limits.hoursIn24, 'h'),
      ...(limits.hoursIn7Days < WEEK_HOURS ? [over('driving in 7 days', inWeek, limits.hoursIn7Days, 'h')] : []),
    ],
    driver: nameOf(key),
  };
}
