import type { FixFacts } from '../fix-facts.js';

/** A time in which nothing was heard of a vehicle, from one of its fixes to the next. */
export interface Silence {
  readonly from: FixFacts;
  readonly to: FixFacts;
  /** Time of the fix after `to`, epoch ms; null before it has come. */
  readonly next: number | null;
}

/**
 * When a vehicle was silent for longer than a rule lets it. It is what the fixes say that came, in whatever order they did: one that comes
 * late cuts a silence in two, and what is no longer too long is none. A vehicle that never was silent has no list.
 */
export interface SilenceLog {
  /** The newest fix that was heard of, those that came late among them. */
  readonly last: FixFacts;
  /** Of before nothing changes any more, epoch ms; absent in checkpoints of before silences were kept. */
  readonly floor?: number;
  /** By their times; absent where there is none. */
  readonly silences?: readonly Silence[];
}

/** Fixes later than this behind the newest one are not judged as late ones (ingest/verdict.ts calls them very late). */
const LATE_MS = 72 * 3_600_000;
/** Of more the oldest stand as they are. */
const MAX_SILENCES = 16;

export function newSilenceLog(fix: FixFacts): SilenceLog {
  return { last: fix, floor: fix.time };
}

/** With a fix, wherever it belongs; the same log where it changes nothing. `ms`: longer is a silence. */
export function heard(log: SilenceLog, fix: FixFacts, ms: number): SilenceLog {
  const { last, floor = -Infinity, silences } = log;
  if (fix.time <= floor) return log;
  if (fix.time > last.time) return heardNewest(log, fix, ms);
  if (!silences) return log;
  const after = silences.flatMap((silence) => {
    const { from, to, next } = silence;
    if (fix.time > from.time && fix.time < to.time) {
      const parts = [
        { from, to: fix, next: to.time },
        { ...silence, from: fix },
      ];
      return parts.filter((part) => part.to.time - part.from.time > ms);
    }
    return fix.time > to.time && next !== null && fix.time < next ? { ...silence, next: fix.time } : silence;
  });
  const isSame = after.length === silences.length && after.every((silence, i) => silence === silences[i]);
  return isSame ? log : withSilences({ last, floor }, after);
}

function heardNewest({ last, floor = -Infinity, silences = [] }: SilenceLog, fix: FixFacts, ms: number): SilenceLog {
  const ended = silences.map((silence) => (silence.next === null ? { ...silence, next: fix.time } : silence));
  if (fix.time - last.time > ms) ended.push({ from: last, to: fix, next: null });
  const settled = Math.max(floor, fix.time - LATE_MS);
  return withSilences(
    { last: fix, floor: settled },
    ended.filter(({ to }) => to.time > settled),
  );
}

function withSilences({ last, floor = -Infinity }: SilenceLog, silences: readonly Silence[]): SilenceLog {
  if (silences.length === 0) return { last, floor };
  const settled = silences.slice(0, -MAX_SILENCES);
  return {
    last,
    floor: Math.max(floor, ...settled.map(({ to }) => to.time)),
    silences: silences.slice(-MAX_SILENCES),
  };
}
