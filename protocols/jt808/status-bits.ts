import type { Edition } from '../common/edition.js';

/** Status word (状态): 2011 §8.12 table 18, 2013 §8.18 table 25, 2019 §8.21 table 24. */
export const STATUS_ACC = 1 << 0;
export const STATUS_POSITIONED = 1 << 1;
export const STATUS_SOUTH = 1 << 2;
export const STATUS_WEST = 1 << 3;
const LOAD_SHIFT = 8;

const BITS: readonly (readonly [bit: number, name: string, since: Edition])[] = [
  [0, 'acc-on', '2011'],
  [1, 'positioned', '2011'],
  [2, 'south', '2011'],
  [3, 'west', '2011'],
  [4, 'out-of-operation', '2011'],
  [5, 'encrypted-position', '2011'],
  [6, 'forward-collision-warning', '2019'],
  [7, 'lane-departure-warning', '2019'],
  [10, 'fuel-line-cut', '2011'],
  [11, 'circuit-cut', '2011'],
  [12, 'door-locked', '2011'],
  [13, 'front-door-open', '2013'],
  [14, 'middle-door-open', '2013'],
  [15, 'rear-door-open', '2013'],
  [16, 'driver-door-open', '2013'],
  [17, 'custom-door-open', '2013'],
  [18, 'uses-gps', '2013'],
  [19, 'uses-beidou', '2013'],
  [20, 'uses-glonass', '2013'],
  [21, 'uses-galileo', '2013'],
  [22, 'moving', '2019'],
];
const LOADS = [null, 'half-loaded', null, 'full'] as const; // bits 8–9; empty, and the reserved 10, go without a name

/** What the word says in this edition; a bit that is 0 says the opposite and is not named. */
export function statusNames(word: number, edition: Edition): string[] {
  const names = BITS.filter(([bit, , since]) => since <= edition && (word >>> bit) & 1).map(([, name]) => name);
  const load = LOADS[(word >>> LOAD_SHIFT) & 3];
  if (load !== null && edition !== '2011') names.push(load);
  return names;
}
