import type { Driven } from './driven.js';
import { type DrivingLog, LOG_FORM } from './driving-log.js';
import { packRuns, type Run } from './driving-runs.js';

type Pair = [number, number];

/** A log as checkpoints had it before: objects and lists of pairs. */
interface LogOfPairs {
  settled: Omit<Driven, 'stretches' | 'week'> & { stretches: Pair[]; week?: Pair[] };
  runs: Run[];
  stood: Pair[];
  newest: number;
  floor: number;
}

/** What a driver's key is remembered with, of whatever form; undefined where that is nothing, or of before there were runs. */
export function asDrivingLog(known: unknown): DrivingLog | undefined {
  const log = known as DrivingLog | LogOfPairs | undefined;
  if (!log?.runs) return undefined;
  if ('form' in log) return log;
  const { settled, runs, stood, newest, floor } = log;
  const { stretches, week, ...sums } = settled;
  return {
    form: LOG_FORM,
    settled: { ...sums, stretches: stretches.flat(), ...(week && { week: week.flat() }) },
    runs: packRuns(runs),
    stood: stood.flat(),
    newest,
    floor,
  };
}
