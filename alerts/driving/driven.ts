import { distanceM } from '../../geo/distance.js';
import type { FixFacts } from '../fix-facts.js';
import { type Hours, msWithin } from '../rule.js';
import type { Run } from './driving-runs.js';

/** Pairs of numbers, one behind the other: a fourth of the room of a list of pairs. */
export type Pairs = number[];

/** What was driven up to a moment. Epoch ms. */
export interface Driven {
  /** Begin of the drive since the last rest, and its newest end; null before the first. */
  drive: { onset: FixFacts; no: number; end: FixFacts } | null;
  /** Of the drive, at night, ms. */
  nightMs: number;
  /** It has been too long at some time, and is until the next rest. */
  tooLong: boolean;
  /** What was driven in the last 24 h, from … to …, oldest first. */
  stretches: Pairs;
  /** Driven by the hour of the clock in the last seven days: hour and ms, oldest first; absent where nobody asks, and of what is not settled. */
  week?: Pairs;
}

/** With what came later than `settled`: its own stretches are those since. */
export interface DrivenSince extends Driven {
  settled: Driven;
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
export const HOUR = 3_600_000;
export const DAY = 24 * HOUR;
/** A shorter stop is part of the drive; so is a silence. */
const OVERLOOKED_MS = 2 * MINUTE;
/** Between two fixes of a driving vehicle further apart than this nobody knows, unless it went too far to have rested. */
const BLIND_MS = 5 * MINUTE;
/** Nobody makes up for a rest by driving faster than this on average, km/h. */
const HURRY_KMH = 100;

/** As `settled` leaves it; it is not changed. */
export function since(settled: Driven): DrivenSince {
  const { drive, nightMs, tooLong } = settled;
  return { drive, nightMs, tooLong, stretches: [], settled };
}

/** At `now`, epoch ms. */
export function amountsAt(so: Driven | DrivenSince, now: number): Amounts {
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

export function overlooked({ restMs }: DrivingLimits): number {
  return Math.min(OVERLOOKED_MS, restMs);
}

/** In the order of time: runs of several vehicles may overlap. `each` hears of every run, at its begin and at its end. */
export function addRuns<So extends Driven>(
  so: So,
  runs: readonly Run[],
  stood: Pairs,
  limits: DrivingLimits,
  each?: (run: Run, at: FixFacts, so: So) => void,
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
export function goTo(
  so: Driven,
  no: number,
  fix: FixFacts,
  isWithin: boolean,
  stood: Pairs,
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

/** The sums of days are made only where they have a limit: this is asked for every fix. */
function isTooLong(so: Driven | DrivenSince, now: number, limits: DrivingLimits): boolean {
  return (
    driveHours(so) > limits.dayHours ||
    so.nightMs / HOUR > limits.nightHours ||
    (limits.hoursIn24 < 24 && hoursIn24(so, now) > limits.hoursIn24) ||
    (limits.hoursIn7Days < WEEK_HOURS && hoursInWeek(so, now) > limits.hoursIn7Days)
  );
}

/**
 * Whether the time between the end of a drive and the next fix that drives was driven: nobody saw the driver stand, and it left no time for a rest.
 */
function droveOn(
  { no, end }: NonNullable<Driven['drive']>,
  nextNo: number,
  next: FixFacts,
  stood: Pairs,
  limits: DrivingLimits,
): boolean {
  const [from, to] = [end.time, next.time];
  const gap = to - from;
  if (gap <= overlooked(limits)) return true;
  // Fixes that stand are too near to each other for the whole gap to lie between two of them.
  for (let i = 0; i < stood.length; i += 2) if (stood[i] < to && stood[i + 1] > from) return false;
  if (gap <= BLIND_MS) return true;
  // Of what another vehicle did meanwhile its way says nothing.
  if (no !== nextNo) return false;
  const km = distanceM(end.lon, end.lat, next.lon, next.lat) / 1000;
  const hours = gap / HOUR;
  return km >= limits.minSpeed * hours && km >= HURRY_KMH * (hours - limits.restMs / HOUR);
}

function addTime(so: Driven, from: number, to: number, night: Hours): void {
  if (to <= from) return;
  const { stretches, week } = so;
  so.nightMs += msWithin(night, from, to);
  if (stretches.length > 0 && from <= stretches[stretches.length - 1]) stretches[stretches.length - 1] = to;
  else stretches.push(from, to);
  if (!week) return;
  for (let at = from; at < to; ) {
    const hour = Math.floor(at / HOUR);
    const until = Math.min(to, (hour + 1) * HOUR);
    if (week.length > 0 && week[week.length - 2] === hour) week[week.length - 1] += until - at;
    else week.push(hour, until - at);
    at = until;
  }
}

function driveHours({ drive }: Driven): number {
  return drive ? (drive.end.time - drive.onset.time) / HOUR : 0;
}

function hoursIn24(so: Driven | DrivenSince, now: number): number {
  const before = 'settled' in so ? msSince(so.settled.stretches, now - DAY) : 0;
  return (before + msSince(so.stretches, now - DAY)) / HOUR;
}

/** The first hour of the week by the share of it that lies within. */
function hoursInWeek(so: Driven | DrivenSince, now: number): number {
  const from = now / HOUR - WEEK_HOURS;
  if (!('settled' in so)) return hoursOfWeek(so.week ?? [], from);
  if (!so.settled.week) return 0;
  const edge = (Math.floor(from) + 1) * HOUR;
  const inEdge = msSince(so.stretches, edge - HOUR) - msSince(so.stretches, edge);
  const share = edge / HOUR - from;
  return hoursOfWeek(so.settled.week, from) + (msSince(so.stretches, edge) + inEdge * share) / HOUR;
}

function hoursOfWeek(week: Pairs, from: number): number {
  let hours = 0;
  for (let i = 0; i < week.length; i += 2) {
    hours += (week[i + 1] / HOUR) * Math.max(0, Math.min(1, week[i] + 1 - from));
  }
  return hours;
}

function msSince(stretches: Pairs, from: number): number {
  let ms = 0;
  for (let i = 0; i < stretches.length; i += 2) ms += Math.max(0, stretches[i + 1] - Math.max(stretches[i], from));
  return ms;
}
