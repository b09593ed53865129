import type { DriverState } from '../../model/driver.js';
import type { FixFacts } from '../fix-facts.js';

/** A stretch in which a vehicle was driven, from its first driving fix to its newest. */
export interface Drive {
  readonly first: FixFacts;
  readonly last: FixFacts;
}

/** A time in which something held while the vehicle was driven. Epoch ms. */
export interface DrivenSpan {
  readonly from: number;
  /** When it was last so of a vehicle that drives. */
  readonly to: number;
  /** From then on it was over: another card was in, or the vehicle had stood for long enough. */
  readonly endsAt: number;
  /** The drive in which it began, and the one in which it ended. */
  readonly first: Drive;
  readonly last: Drive;
}

/** Drives of before are forgotten, and with them what cards said of that time. */
export const DRIVES_MS = 2 * 3_600_000;
const MAX_DRIVES = 32;
/** Driving fixes no further apart are one drive. */
const JOIN_MS = 60_000;
/** Changes of a card that are kept of a vehicle; of before the first of them the oldest is known. */
const MAX_CARDS = 16;

/** With a fix that drives, wherever it belongs; the same list where it changes nothing, so it is what the fixes say in whatever order they come. */
export function drivesWith(drives: readonly Drive[], fix: FixFacts): readonly Drive[] {
  const isNear = ({ first, last }: Drive) => fix.time >= first.time - JOIN_MS && fix.time <= last.time + JOIN_MS;
  const near = drives.filter(isNear);
  if (near.some(({ first, last }) => fix.time >= first.time && fix.time <= last.time)) return drives;
  const firsts = [...near.map(({ first }) => first), fix];
  const lasts = [...near.map(({ last }) => last), fix];
  const joined = {
    first: firsts.reduce((a, b) => (b.time < a.time ? b : a)),
    last: lasts.reduce((a, b) => (b.time > a.time ? b : a)),
  };
  const all = [...drives.filter((drive) => !near.includes(drive)), joined];
  return all.sort((a, b) => a.first.time - b.first.time).slice(-MAX_DRIVES);
}

/** Those that may still be told otherwise when the newest fix is of `time`, epoch ms. */
export function recentDrives(drives: readonly Drive[], time: number): readonly Drive[] {
  return drives.every(({ last }) => last.time > time - DRIVES_MS)
    ? drives
    : drives.filter(({ last }) => last.time > time - DRIVES_MS);
}

/** With what a terminal said of the driver's card, by its time; what is said again of the same time counts. */
export function cardsWith(cards: readonly DriverState[], said: DriverState): DriverState[] {
  const others = cards.filter(({ at }) => at !== said.at);
  return [...others, said].sort((a, b) => a.at - b.at).slice(-MAX_CARDS);
}

/** What was known of the driver at `time`, epoch ms; null before anything was. */
export function cardAt(cards: readonly DriverState[], time: number): DriverState | null {
  return cards.findLast(({ at }) => at <= time) ?? null;
}

/**
 * When `holds` was so of the card with which the vehicle was driven, in order. Who stands for no longer than `standMs` with such a card has not
 * ended the drive.
 */
export function spansWith(
  drives: readonly Drive[],
  cards: readonly DriverState[],
  standMs: number,
  holds: (card: DriverState | null, time: number) => boolean,
): DrivenSpan[] {
  const heldSince = (from: number, to: number) =>
    cards.every((card) => card.at <= from || card.at > to || holds(card, card.at));
  const spans: Omit<DrivenSpan, 'endsAt'>[] = [];
  for (const drive of drives) {
    const [begin, end] = [drive.first.time, drive.last.time];
    const changes = cards.map(({ at }) => at).filter((at) => at > begin && at <= end);
    for (const [i, from] of [begin, ...changes].entries()) {
      if (!holds(cardAt(cards, from), from)) continue;
      const to = i < changes.length ? changes[i] - 1 : end;
      const before = spans.at(-1);
      const goesOn = before && from - before.to <= standMs && heldSince(before.to, from);
      if (goesOn) spans[spans.length - 1] = { ...before, to, last: drive };
      else spans.push({ from, to, first: drive, last: drive });
    }
  }
  const changed = (to: number) => cards.find((card) => card.at > to && !holds(card, card.at))?.at ?? Infinity;
  return spans.map((span) => ({ ...span, endsAt: Math.min(changed(span.to), span.to + standMs + 1) }));
}

/** The fix of the drive at `time`, epoch ms: its first or its last, or one of which only the time is known. */
export function fixIn({ first, last }: Drive, time: number): FixFacts {
  if (time === first.time) return first;
  if (time === last.time) return last;
  return { ...first, time, subSeq: 0, lon: NaN, lat: NaN, speed: NaN };
}
