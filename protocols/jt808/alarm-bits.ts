import { ALARM_NAMES } from '../../model/alarm.js';
import type { Edition } from '../common/edition.js';

/**
 * Alarm word (报警标志): 2011 §8.12 table 17, 2013 §8.18 table 24, 2019 §8.21 table 25. The system's alarm bits are these
 * bits, so that an edition is a mask: bits that it reserves are used by terminals for things of their own.
 */
const ALL = 0xffff_ffff;
const SINCE_2013 = bits(12, 13, 14, 29, 30, 31);
const SINCE_2019 = bits(15, 16, 17);
const NOT_2019 = bits(31);

export const ALARM_MASKS: Readonly<Record<Edition, number>> = {
  2011: (ALL & ~(SINCE_2013 | SINCE_2019)) >>> 0,
  2013: (ALL & ~SINCE_2019) >>> 0,
  2019: (ALL & ~NOT_2019) >>> 0,
};

/** Names that an edition gives a meaning of its own; the others are those of the system's alarms. */
const NAMES_BEFORE_2019: Readonly<Record<number, string>> = { 3: 'danger-warning', 29: 'collision-warning' };

/** The names, in the words of the edition, of the bits that it defines; lowest bit first. */
export function alarmWordNames(word: number, edition: Edition): string[] {
  const defined = word & ALARM_MASKS[edition];
  return setBits(defined).map((bit) => (edition !== '2019' && NAMES_BEFORE_2019[bit]) || ALARM_NAMES[bit]);
}

/** Numbers of the bits that are set, lowest first. */
export function setBits(word: number): number[] {
  const set: number[] = [];
  for (let bit = 0; bit < 32; bit++) if ((word >>> bit) & 1) set.push(bit);
  return set;
}

function bits(...numbers: number[]): number {
  return numbers.reduce((mask, bit) => mask | (1 << bit), 0);
}
