import { distanceM } from '../geo/distance.js';
import type { FixFacts } from './fix-facts.js';
import { type Hours, msWithin } from './rule.js';

/** Driving fixes of one vehicle, none further from the next than stops are overlooked. */
export interface Run {
  /** The vehicle. */
  no: number;
  first: FixFacts;
  last: FixFacts;
}

/** What was driven up to a moment. Epoch ms. */
export interface Driven {
  /** Begin of the drive since the last rest, and its newest end; null before the first. */
  drive: { onset: FixFacts; no: number; end: FixFacts } | null;
  /** Of the drive, at night, ms. */
  nightMs: number;
  /** It has been too long at some time, and is until the next rest. */
  tooLong: boolean;
  /** What was driven in the last 24 h, oldest first. */
  stretches: [from: number, to: number][];
  /** Driven by the hour of the clock in the last seven days, ms, oldest first; absent where nobody asks. */
  week?: [hour: number, ms: number][];
}

/**
 * What is known of one driver's driving; of a vehicle's, where nobody knows who drives. It is what the fixes say that came, in whatever order
 * they did: runs of fixes that drive, runs of those that stand, and behind them the sum of what no late fix changes any more.
 */
export interface DrivingLog {
  settled: Driven;
  /** Later than what is settled, by their begin. */
  runs: Run[];
  /** Fixes that stand, from … to …, none further from the next than stops are overlooked; by their begin. */
  stood: [from: number, to: number][];
  /** Time of the newest fix. */
  newest: number;
  /** Fixes of before are not taken in. */
  floor: number;
}

/** What makes driving too long, and what a rest; hours, but for `restMs`. */
export interface DrivingLimits {
  dayHours: number;
  nightHours: number;
  hoursIn24: number;
  hoursIn7Days: number;
  restMs: number;
  night: Hours;
  /** km/h. */
  minSpeed: number;
}

export interface Amounts {
  hours: number;
  nightHours: number;
  in24: number;
  inWeek: number;
}

export const WEEK_HOURS = 7 * 24;
const MINUTE = 60_000;
const HOUR = 3_600_000;
const DAY = 24 * HOUR;
/** Fixes that come later than this behind the driver's newest one change nothing. */
export const LATE_MS = 6 * HOUR;
/** A shorter stop is part of the drive; so is a silence. */
const OVERLOOKED_MS = 2 * MINUTE;
/** Between two fixes of a driving vehicle further apart than this nobody knows, unless it went too far to have rested. */
const BLIND_MS = 5 * MINUTE;
/** Nobody makes up for a rest by driving faster than this on average, km/h. */
const HURRY_KMH = 100;
const MAX_STRETCHES = 300;
/** One vehicle cannot have more within the time for late fixes; a card in several at once may: the oldest are settled then. */
const MAX_RUNS = 256;

export function newDrivingLog(time: number, { hoursIn7Days }: DrivingLimits): DrivingLog {
  const week = hoursIn7Days < WEEK_HOURS ? { week: [] } : {};
  const settled = { drive: null, nightMs: 0, tooLong: false, stretches: [], ...week };
  return { settled, runs: [], stood: [], newest: time, floor: time - LATE_MS };
}

/** Takes a fix in, wherever it belongs. True where that changed what is known of the time before the newest. */
export function note(log: DrivingLog, no: number, fix: FixFacts, driving: boolean, limits: DrivingLimits): boolean {
  if (fix.time <= log.floor) return false;
  const changed = driving ? noteDriving(log.runs, no, fix, overlooked(limits)) : noteStanding(log, fix.time, limits);
  const isPast = fix.time < log.newest;
  log.newest = Math.max(log.newest, fix.time);
  log.floor = Math.max(log.floor, log.newest - LATE_MS);
  settleOld(log, limits);
  return changed && isPast;
}

/** What was driven by the newest fix. `each` hears of every run that is not settled, at its begin and at its end. */
export function drivenSoFar(
  { settled, runs, stood }: DrivingLog,
  limits: DrivingLimits,
  each?: (run: Run, at: FixFacts, so: Driven) => void,
): Driven {
  const so = copyOf(settled);
  addRuns(so, runs, stood, limits, each);
  return so;
}

/** At `now`, epoch ms. */
export function amountsAt(so: Driven, now: number): Amounts {
  return {
    hours: driveHours(so),
    nightHours: so.nightMs / HOUR,
    in24: hoursIn24(so, now),
    inWeek: hoursInWeek(so, now),
  };
}

/** Whether somebody who has driven so far, and does not at `now`, epoch ms, has rested. */
export function hasRested({ drive }: Driven, now: number, { restMs }: DrivingLimits): boolean {
  return drive === null || now - drive.end.time >= restMs;
}

function overlooked({ restMs }: DrivingLimits): number {
  return Math.min(OVERLOOKED_MS, restMs);
}

function noteDriving(runs: Run[], no: number, fix: FixFacts, join: number): boolean {
  const newest = runs.at(-1);
  // Nearly every fix.
  if (newest?.no === no && fix.time > newest.last.time && fix.time <= newest.last.time + join) {
    newest.last = fix;
    return true;
  }
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
  return true;
}

function noteStanding(log: DrivingLog, time: number, limits: DrivingLimits): boolean {
  const join = overlooked(limits);
  const near = log.stood.filter(([from, to]) => time >= from - join && time <= to + join);
  const from = Math.min(time, ...near.map(([begin]) => begin));
  const to = Math.max(time, ...near.map(([, end]) => end));
  if (near.length === 1 && near[0][0] === from && near[0][1] === to) return false;
  log.stood = [...log.stood.filter((each) => !near.includes(each)), [from, to] as [number, number]];
  log.stood.sort(([a], [b]) => a - b);
  return true;
}

/** What no late fix reaches any more is summed up. */
function settleOld(log: DrivingLog, limits: DrivingLimits): void {
  const { runs, settled } = log;
  while (runs.length > 0 && (runs[0].last.time <= log.floor || runs.length > MAX_RUNS)) {
    const run = runs.shift() as Run;
    addRuns(settled, [run], log.stood, limits);
    log.floor = Math.max(log.floor, run.last.time);
  }
  const { stretches, drive } = settled;
  if (stretches.length > 0 && (stretches[0][1] <= log.floor - DAY || stretches.length > MAX_STRETCHES)) {
    settled.stretches = stretches.filter(([, to]) => to > log.floor - DAY).slice(-MAX_STRETCHES);
  }
  if (settled.week && settled.week[0]?.[0] + 1 <= log.floor / HOUR - WEEK_HOURS) settled.week.shift();
  // All that is left of a long time without driving is that there was some standing in it.
  const end = drive?.end.time ?? -Infinity;
  const old = log.stood.filter(([, to]) => to <= log.floor);
  if (old.length === 0 || (old.length === 1 && old[0][1] > end)) return;
  const since = old.filter(([, to]) => to > end);
  const one = since.length === 0 ? [] : [[since[0][0], Math.max(...since.map(([, to]) => to))] as [number, number]];
  log.stood = [...one, ...log.stood.filter(([, to]) => to > log.floor)];
}

/** In the order of time: runs of several vehicles may overlap. */
function addRuns(
  so: Driven,
  runs: readonly Run[],
  stood: DrivingLog['stood'],
  limits: DrivingLimits,
  each?: (run: Run, at: FixFacts, so: Driven) => void,
): void {
  const ends = runs.flatMap((run) => [
    { run, fix: run.first, opens: 1 },
    { run, fix: run.last, opens: -1 },
  ]);
  ends.sort((a, b) => a.fix.time - b.fix.time || b.opens - a.opens);
  let open = 0;
  for (const { run, fix, opens } of ends) {
    goTo(so, run.no, fix, open > 0, stood, limits);
    each?.(run, fix, so);
    open += opens;
  }
}

/** `isWithin`: some run goes on until this fix, at least. */
function goTo(
  so: Driven,
  no: number,
  fix: FixFacts,
  isWithin: boolean,
  stood: DrivingLog['stood'],
  limits: DrivingLimits,
): void {
  if (so.drive === null) {
    so.drive = { onset: fix, no, end: fix };
  } else if (fix.time > so.drive.end.time) {
    const { onset, end } = so.drive;
    const drove = isWithin || droveOn(so.drive, no, fix, stood, limits);
    const rested = !drove && fix.time - end.time >= limits.restMs;
    if (drove) addTime(so, end.time, fix.time, limits.night);
    if (rested) Object.assign(so, { nightMs: 0, tooLong: false });
    so.drive = { onset: rested ? fix : onset, no, end: fix };
  }
  so.tooLong ||= isTooLong(so, fix.time, limits);
}

/** Whether the time between the end of a drive and the next fix that drives was driven: nobody saw the driver stand, and it left no time for a rest. */
function droveOn(
  { no, end }: NonNullable<Driven['drive']>,
  nextNo: number,
  next: FixFacts,
  stood: DrivingLog['stood'],
  limits: DrivingLimits,
): boolean {
  const [from, to] = [end.time, next.time];
  const gap = to - from;
  if (gap <= overlooked(limits)) return true;
  // Fixes that stand are too near to each other for the whole gap to lie between two of them.
  if (stood.some(([begin, until]) => begin < to && until > from)) return false;
  if (gap <= BLIND_MS) return true;
  // Of what another vehicle did meanwhile its way says nothing.
  if (no !== nextNo) return false;
  const km = distanceM(end.lon, end.lat, next.lon, next.lat) / 1000;
  const hours = gap / HOUR;
  return km >= limits.minSpeed * hours && km >= HURRY_KMH * (hours - limits.restMs / HOUR);
}

function addTime(so: Driven, from: number, to: number, night: Hours): void {
  if (to <= from) return;
  so.nightMs += msWithin(night, from, to);
  const newest = so.stretches.at(-1);
  if (newest && from <= newest[1]) newest[1] = to;
  else so.stretches.push([from, to]);
  if (!so.week) return;
  for (let at = from; at < to; ) {
    const hour = Math.floor(at / HOUR);
    const until = Math.min(to, (hour + 1) * HOUR);
    const last = so.week.at(-1);
    if (last?.[0] === hour) last[1] += until - at;
    else so.week.push([hour, until - at]);
    at = until;
  }
}

/** The sums of days are made only where they have a limit: this is asked at each end of a run, for every fix. */
function isTooLong(so: Driven, now: number, limits: DrivingLimits): boolean {
  return (
    driveHours(so) > limits.dayHours ||
    so.nightMs / HOUR > limits.nightHours ||
    (limits.hoursIn24 < 24 && hoursIn24(so, now) > limits.hoursIn24) ||
    (limits.hoursIn7Days < WEEK_HOURS && hoursInWeek(so, now) > limits.hoursIn7Days)
  );
}

function driveHours({ drive }: Driven): number {
  return drive ? (drive.end.time - drive.onset.time) / HOUR : 0;
}

function hoursIn24({ stretches }: Driven, now: number): number {
  return stretches.reduce((sum, [begin, end]) => sum + Math.max(0, end - Math.max(begin, now - DAY)), 0) / HOUR;
}

/** The first hour of the week by the share of it that lies within. */
function hoursInWeek({ week = [] }: Driven, now: number): number {
  const from = now / HOUR - WEEK_HOURS;
  return week.reduce((sum, [hour, ms]) => sum + (ms / HOUR) * Math.max(0, Math.min(1, hour + 1 - from)), 0);
}

function copyOf({ drive, stretches, week, ...others }: Driven): Driven {
  const pairs = (of: [number, number][]) => of.map(([a, b]): [number, number] => [a, b]);
  return { ...others, drive: drive && { ...drive }, stretches: pairs(stretches), ...(week && { week: pairs(week) }) };
}
