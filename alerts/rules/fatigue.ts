import { z } from 'zod';
import { distanceM } from '../../geo/distance.js';
import { maskNumber } from '../../model/mask.js';
import { ACC_KNOWN, ACC_ON } from '../../model/position.js';
import { over } from '../checks.js';
import type { FixFacts } from '../fix-facts.js';
import { type Hours, hoursHold, type RuleInput } from '../rule.js';
import { ruleKind } from '../rule-kind.js';
import { hoursSchema } from '../rule-params.js';
import { readHours } from '../rule-scope.js';

interface Params {
  dayHours: number;
  nightHours: number;
  hoursIn24: number;
  hoursIn7Days: number;
  restMinutes: number;
  night: { from: string; to: string };
  minSpeed: number;
}

/** What is known of one driver's driving; of a vehicle's, where nobody knows who drives. Epoch ms. */
interface DrivingLog {
  /** Begin of the driving since the last rest; null while resting. */
  since: FixFacts | null;
  /** Since when nothing was driven; null while driving. */
  idleSince: number | null;
  /** Driven at night since the last rest, ms. */
  nightMs: number;
  /** What was driven in the last 24 h, oldest first. */
  stretches: [from: number, to: number][];
  /** Driven by the hour of the clock in the last seven days, ms, oldest first; absent where nobody asks. */
  week?: [hour: number, ms: number][];
  last: { time: number; driving: boolean };
}

const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Between two fixes of a driving vehicle further apart than this nobody knows, unless it went too far to have rested. */
const BLIND_MS = 5 * MINUTE;
/** Nobody makes up for a rest by driving faster than this on average, km/h. */
const HURRY_KMH = 100;
/** Stretches with less than this between them are kept as one. */
const JOIN_MS = 2 * MINUTE;
const MAX_STRETCHES = 300;
const WEEK_HOURS = 7 * 24;

/**
 * Driving for longer than the law allows without a rest: by day, at night, in any 24 hours and in any 7 days. LAW-IMPL art. 62 (7), 国发〔2012〕30号
 * 2 (5), 道路旅客运输企业安全管理规范 art. 38. Whoever drives takes the log along from vehicle to vehicle; driving means that the
 * ignition is on, or not known, and `minSpeed`; a rest is `restMinutes` without driving.
 *
 * The memory is that of the driver, so it is shared; a vehicle keeps only whose it was.
 */
export const fatigue = ruleKind<Params, { key: string }>({
  type: 'fatigue',
  describe:
    'a driver, or a vehicle whose driver is not known, has driven for too long without a rest, in 24 hours, or in 7 days',
  judgesLate: false,
  params: z.strictObject({
    /** By day, and all in all. */
    dayHours: z.number().min(0.1).max(24).default(4),
    nightHours: z.number().min(0.1).max(24).default(4),
    hoursIn24: z.number().min(0.1).max(24).default(24),
    hoursIn7Days: z.number().min(0.1).max(WEEK_HOURS).default(WEEK_HOURS),
    restMinutes: z.number().min(1).max(600).default(20),
    night: hoursSchema.default({ from: '22:00', to: '06:00' }),
    minSpeed: z.number().min(0).max(50).default(5),
  }),
  build(params) {
    const night = readHours(params.night);
    return {
      judge(input) {
        const key = input.driver ?? `vehicle:${input.vehicle.no}`;
        const log = driven(input.shared.get(key) as DrivingLog | undefined, input, params, night);
        input.shared.set(key, log);
        const now = input.facts.time;
        // Standing is part of it once the drive goes on; who has stopped for now has driven no longer than until then.
        const hours = log.since ? ((log.idleSince ?? now) - log.since.time) / HOUR : 0;
        const nightHours = log.nightMs / HOUR;
        const in24 = log.stretches.reduce((sum, [from, to]) => sum + to - Math.max(from, now - DAY), 0) / HOUR;
        const inWeek = inHours(log.week, now);
        const tooLong =
          hours > params.dayHours ||
          nightHours > params.nightHours ||
          in24 > params.hoursIn24 ||
          inWeek > params.hoursIn7Days;
        return {
          memory: { key },
          // Who rests from too long a day does not drive too long now.
          holds: log.since !== null && tooLong,
          onset: log.since ?? input.facts,
          explain: () => ({
            checks: [
              over('driving without a rest', hours, params.dayHours, 'h'),
              over('of it at night', nightHours, params.nightHours, 'h'),
              over('driving in 24 h', in24, params.hoursIn24, 'h'),
              ...(log.week ? [over('driving in 7 days', inWeek, params.hoursIn7Days, 'h')] : []),
            ],
            driver: input.driver === null ? null : maskNumber(input.card?.driver?.certificate ?? null),
          }),
        };
      },
    };
  },
});

/** The log with the time since its last fix added. */
function driven(
  before: DrivingLog | undefined,
  { fix, facts, previous }: RuleInput,
  { minSpeed, restMinutes, hoursIn7Days }: Params,
  night: Hours,
): DrivingLog {
  const ignition = !(fix.flags & ACC_KNOWN) || (fix.flags & ACC_ON) !== 0;
  const driving = ignition && facts.speed >= minSpeed;
  const last = { time: facts.time, driving };
  if (!before) {
    const week = hoursIn7Days < WEEK_HOURS ? { week: [] } : {};
    const rests = { since: driving ? facts : null, idleSince: driving ? null : facts.time };
    return { ...rests, nightMs: 0, stretches: [], ...week, last };
  }
  const from = before.last.time;
  const gap = facts.time - from;
  if (gap <= 0) return before;
  const drove = before.last.driving && (gap <= BLIND_MS || droveOn(previous, facts, from, minSpeed, restMinutes));
  let { since, idleSince, nightMs } = before;
  if (drove) {
    since ??= previous ?? facts;
    idleSince = null;
    nightMs += hoursHold(night, from + gap / 2) ? gap : 0;
  } else {
    idleSince ??= from;
    if (facts.time - idleSince >= restMinutes * MINUTE) {
      since = null;
      nightMs = 0;
    }
  }
  if (driving && since === null) {
    since = facts;
    idleSince = null;
  }
  return {
    since,
    idleSince: driving ? null : idleSince,
    nightMs,
    stretches: withStretch(before.stretches, drove, from, facts.time),
    ...(before.week ? { week: withHours(before.week, drove, from, facts.time) } : {}),
    last,
  };
}

/**
 * Whether the driver drove on since `from`, the log's last time (epoch ms): the vehicle went on, and left no time for a rest. Where its fix
 * before is not that of the log, somebody else drove it meanwhile, or the driver another one: its way since says nothing of him.
 */
function droveOn(
  previous: FixFacts | null,
  facts: FixFacts,
  from: number,
  minSpeed: number,
  restMinutes: number,
): boolean {
  if (previous?.time !== from) return false;
  const km = distanceM(previous.lon, previous.lat, facts.lon, facts.lat) / 1000;
  const hours = (facts.time - from) / HOUR;
  return km >= minSpeed * hours && km >= HURRY_KMH * (hours - restMinutes / 60);
}

function withStretch(stretches: [number, number][], drove: boolean, from: number, to: number): [number, number][] {
  const kept = stretches.filter(([, end]) => end > to - DAY);
  if (!drove) return kept;
  const newest = kept.at(-1);
  if (newest && from - newest[1] <= JOIN_MS) return [...kept.slice(0, -1), [newest[0], to]];
  return [...kept, [from, to] as [number, number]].slice(-MAX_STRETCHES);
}

/** Hours driven in the last seven days; the first hour of them by the share of it that lies within. */
function inHours(week: DrivingLog['week'], now: number): number {
  const from = now / HOUR - WEEK_HOURS;
  return (week ?? []).reduce((sum, [hour, ms]) => sum + (ms / HOUR) * Math.max(0, Math.min(1, hour + 1 - from)), 0);
}

function withHours(week: [number, number][], drove: boolean, from: number, to: number): [number, number][] {
  const kept = week.filter(([hour]) => hour + 1 > to / HOUR - WEEK_HOURS);
  if (!drove) return kept;
  for (let at = from; at < to; ) {
    const hour = Math.floor(at / HOUR);
    const until = Math.min(to, (hour + 1) * HOUR);
    const newest = kept.at(-1);
    if (newest?.[0] === hour) kept[kept.length - 1] = [hour, newest[1] + until - at];
    else kept.push([hour, until - at]);
    at = until;
  }
  return kept;
}
