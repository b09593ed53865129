import type { FixFacts } from '../fix-facts.js';
import {
  addRuns,
  DAY,
  type Driven,
  type DrivenSince,
  type DrivingLimits,
  goTo,
  HOUR,
  overlooked,
  type Pairs,
  since,
  WEEK_HOURS,
} from './driven.js';
import {
  begin,
  endsAfter,
  firstEnd,
  goOn,
  type PackedRuns,
  packRuns,
  type Run,
  runCount,
  takeFirst,
  unpackRuns,
} from './driving-runs.js';

/** Of the form of a log in a checkpoint; older ones are read (driving-checkpoints.ts). */
export const LOG_FORM = 2;

const SO_FAR = Symbol('so far');

/**
 * What is known of one driver's driving; of a vehicle's, where nobody knows who drives. It is what the fixes say that came, in whatever order
 * they did: runs of fixes that drive, runs of those that stand, and behind them the sum of what no late fix changes any more.
 *
 * Plain values, and no more of them than the bounds say: MAX_RUNS runs of 120 bytes (a dozen is usual), MAX_STRETCHES stretches of a day of
 * 16 bytes, and as much for each driven hour of a week where a rule counts weeks.
 */
export interface DrivingLog {
  form: typeof LOG_FORM;
  settled: Driven;
  /** Later than what is settled, by their begin. */
  runs: PackedRuns;
  /** Fixes that stand, from … to …, none further from the next than stops are overlooked; by their begin. */
  stood: Pairs;
  /** Time of the newest fix. */
  newest: number;
  /** Fixes of before are not taken in. */
  floor: number;
  /** What the runs come to, while fixes come in order; no part of a checkpoint, which leaves symbols out. */
  [SO_FAR]?: SoFar;
}

interface SoFar {
  so: DrivenSince;
  /** It was too long before the newest end of a run. */
  tooLongBefore: boolean;
}

/** Fixes that come later than this behind the driver's newest one change nothing. */
const LATE_MS = 6 * HOUR;
const MAX_STRETCHES = 300;
/** One vehicle cannot have more within the time for late fixes; a card in several at once may: the oldest are settled then. */
const MAX_RUNS = 256;

export function newDrivingLog(time: number, { hoursIn7Days }: DrivingLimits): DrivingLog {
  const week = hoursIn7Days < WEEK_HOURS ? { week: [] } : {};
  const settled = { drive: null, nightMs: 0, tooLong: false, stretches: [], ...week };
  return { form: LOG_FORM, settled, runs: [], stood: [], newest: time, floor: time - LATE_MS };
}

/** Takes a fix in, wherever it belongs. True where that changed what is known of the time before the newest. */
export function note(log: DrivingLog, no: number, fix: FixFacts, driving: boolean, limits: DrivingLimits): boolean {
  if (fix.time <= log.floor) return false;
  const isPast = fix.time < log.newest;
  const changed = driving ? noteDriving(log, no, fix, limits) : noteStanding(log, fix.time, limits);
  // Whoever stands now says nothing of what was driven before.
  if (changed && isPast) delete log[SO_FAR];
  log.newest = Math.max(log.newest, fix.time);
  log.floor = Math.max(log.floor, log.newest - LATE_MS);
  settleOld(log, limits);
  return changed && isPast;
}

/** What was driven by the newest fix; until the next fix is taken in. */
export function drivenSoFar(log: DrivingLog, limits: DrivingLimits): DrivenSince {
  if (!log[SO_FAR]) log[SO_FAR] = sumOf(log, limits);
  return log[SO_FAR].so;
}

/** `each` hears of every run that is not settled, at its begin and at its end, and what was driven by then. */
export function drivenRunByRun(
  { settled, runs, stood }: DrivingLog,
  limits: DrivingLimits,
  each: (run: Run, at: FixFacts, so: DrivenSince) => void,
): void {
  addRuns(since(settled), unpackRuns(runs), stood, limits, each);
}

function sumOf(log: DrivingLog, limits: DrivingLimits): SoFar {
  const so = since(log.settled);
  let [tooLongBefore, tooLong] = [so.tooLong, so.tooLong];
  addRuns(so, unpackRuns(log.runs), log.stood, limits, () => {
    [tooLongBefore, tooLong] = [tooLong, so.tooLong];
  });
  return { so, tooLongBefore };
}

function noteDriving(log: DrivingLog, no: number, fix: FixFacts, limits: DrivingLimits): boolean {
  const { runs, stood } = log;
  const join = overlooked(limits);
  const known = log[SO_FAR];
  const drive = known?.so.drive;
  // Nearly every fix.
  if (goOn(runs, no, fix, join)) {
    if (known && drive?.no === no && fix.time > drive.end.time) {
      // Asked of this fix, as when all runs are added up: ends that it had before decide nothing.
      known.so.tooLong = known.tooLongBefore;
      goTo(known.so, no, fix, true, stood, limits);
    } else {
      delete log[SO_FAR];
    }
    return true;
  }
  if (fix.time > log.newest && !endsAfter(runs, no, fix.time - join)) {
    begin(runs, no, fix);
    if (known) {
      goTo(known.so, no, fix, false, stood, limits);
      known.tooLongBefore = known.so.tooLong;
    }
    return true;
  }
  delete log[SO_FAR];
  return putIn(log, no, fix, join);
}

/** Wherever the fix belongs. True where that changed something. */
function putIn(log: DrivingLog, no: number, fix: FixFacts, join: number): boolean {
  const runs = unpackRuns(log.runs);
  const near = runs.filter(
    (run) => run.no === no && fix.time >= run.first.time - join && fix.time <= run.last.time + join,
  );
  const [run, next] = near;
  if (!run) {
    runs.push({ no, first: fix, last: fix });
  } else if (next) {
    run.last = next.last; // both are within reach of the fix
    runs.splice(runs.indexOf(next), 1);
  } else if (fix.time < run.first.time) {
    run.first = fix;
  } else if (fix.time > run.last.time) {
    run.last = fix;
  } else {
    return false;
  }
  runs.sort((a, b) => a.first.time - b.first.time || a.no - b.no);
  log.runs = packRuns(runs);
  return true;
}

function noteStanding(log: DrivingLog, time: number, limits: DrivingLimits): boolean {
  const { stood } = log;
  const join = overlooked(limits);
  const newestEnd = stood.length === 0 ? -Infinity : stood[stood.length - 1];
  // Nearly every fix: behind all others.
  if (time > newestEnd) {
    if (time <= newestEnd + join) stood[stood.length - 1] = time;
    else stood.push(time, time);
    return true;
  }
  let [from, to] = [time, time];
  const apart: [from: number, to: number][] = [];
  for (let i = 0; i < stood.length; i += 2) {
    if (time >= stood[i] - join && time <= stood[i + 1] + join) {
      if (time >= stood[i] && time <= stood[i + 1]) return false;
      from = Math.min(from, stood[i]);
      to = Math.max(to, stood[i + 1]);
    } else {
      apart.push([stood[i], stood[i + 1]]);
    }
  }
  log.stood = [...apart, [from, to]].sort(([a], [b]) => a - b).flat();
  return true;
}

/** What no late fix reaches any more is summed up. */
function settleOld(log: DrivingLog, limits: DrivingLimits): void {
  const { runs, settled } = log;
  const { week } = settled;
  while (firstEnd(runs) <= log.floor || runCount(runs) > MAX_RUNS) {
    const run = takeFirst(runs);
    addRuns(settled, [run], log.stood, limits);
    log.floor = Math.max(log.floor, run.last.time);
    delete log[SO_FAR];
  }
  const { stretches } = settled;
  while (stretches.length > 0 && (stretches[1] <= log.floor - DAY || stretches.length > 2 * MAX_STRETCHES)) {
    stretches.splice(0, 2);
    delete log[SO_FAR];
  }
  if (week && week.length > 0 && week[0] + 1 <= log.floor / HOUR - WEEK_HOURS) week.splice(0, 2);
  settleStood(log);
}

/** All that is left of a long time without driving is that there was some standing in it. */
function settleStood(log: DrivingLog): void {
  const { stood, floor } = log;
  const end = log.settled.drive?.end.time ?? -Infinity;
  const isOld = (i: number) => i < stood.length && stood[i + 1] <= floor;
  if (!isOld(0) || (!isOld(2) && stood[1] > end)) return;
  let old = 0;
  while (isOld(old)) old += 2;
  let first = 0;
  while (first < old && stood[first + 1] <= end) first += 2;
  log.stood = [...(first < old ? [stood[first], stood[old - 1]] : []), ...stood.slice(old)];
  delete log[SO_FAR];
}
