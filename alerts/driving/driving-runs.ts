import type { FixFacts } from '../fix-facts.js';

/** Driving fixes of one vehicle, none further from the next than stops are overlooked. */
export interface Run {
  /** The vehicle. */
  no: number;
  first: FixFacts;
  last: FixFacts;
}

/**
 * Runs by their begin, as a log keeps them: 15 numbers for each, the vehicle's and what is known of both fixes. As objects they would take
 * three times the room, and there are a dozen for each driver.
 */
export type PackedRuns = number[];

const OF_FIX = 7;
const OF_RUN = 1 + 2 * OF_FIX;
const TIME = 0;

export function packRuns(runs: readonly Run[]): PackedRuns {
  return runs.flatMap(packed);
}

export function unpackRuns(runs: PackedRuns): Run[] {
  return Array.from({ length: runCount(runs) }, (_, i) => runAt(runs, i));
}

export function runCount(runs: PackedRuns): number {
  return runs.length / OF_RUN;
}

/** Numbers of the vehicles, one for each run. */
export function vehiclesOf(runs: PackedRuns): number[] {
  return Array.from({ length: runCount(runs) }, (_, i) => runs[i * OF_RUN]);
}

/** When the oldest run ended; epoch ms, Infinity where there is none. */
export function firstEnd(runs: PackedRuns): number {
  return runs.length === 0 ? Infinity : runs[1 + OF_FIX + TIME];
}

/** The run that began last ends with this fix now, where it is the vehicle's and the fix is behind it, by no more than `join` ms. */
export function goOn(runs: PackedRuns, no: number, fix: FixFacts, join: number): boolean {
  const at = runs.length - OF_RUN;
  if (at < 0 || runs[at] !== no) return false;
  const behind = fix.time - runs[at + 1 + OF_FIX + TIME];
  if (!(behind > 0 && behind <= join)) return false;
  const numbers = numbersOf(fix);
  for (let i = 0; i < OF_FIX; i++) runs[at + 1 + OF_FIX + i] = numbers[i];
  return true;
}

/** Whether a run of the vehicle ends at `time`, epoch ms, or later. */
export function endsAfter(runs: PackedRuns, no: number, time: number): boolean {
  for (let at = 0; at < runs.length; at += OF_RUN) {
    if (runs[at] === no && runs[at + 1 + OF_FIX + TIME] >= time) return true;
  }
  return false;
}

/** A run that begins behind the others, with this fix. */
export function begin(runs: PackedRuns, no: number, fix: FixFacts): void {
  runs.push(...packed({ no, first: fix, last: fix }));
}

/** Takes the oldest run out. */
export function takeFirst(runs: PackedRuns): Run {
  const run = runAt(runs, 0);
  runs.splice(0, OF_RUN);
  return run;
}

function runAt(runs: PackedRuns, i: number): Run {
  const at = i * OF_RUN;
  return { no: runs[at], first: factsAt(runs, at + 1), last: factsAt(runs, at + 1 + OF_FIX) };
}

function packed({ no, first, last }: Run): number[] {
  return [no, ...numbersOf(first), ...numbersOf(last)];
}

function numbersOf({ time, subSeq, seq, lon, lat, speed, quality }: FixFacts): number[] {
  return [time, subSeq, seq, lon, lat, speed, quality];
}

function factsAt(runs: PackedRuns, at: number): FixFacts {
  const [time, subSeq, seq, lon, lat, speed, quality] = runs.slice(at, at + OF_FIX);
  return { time, subSeq, seq, lon, lat, speed, quality };
}
