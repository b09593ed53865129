/** Status word of JT/T 905. Bit 0 is the other way round than in JT/T 808: it says that there is no fix. */
export const STATUS_NO_FIX = 1 << 0;
export const STATUS_SOUTH = 1 << 1;
export const STATUS_WEST = 1 << 2;
export const STATUS_ACC = 1 << 8;

/** Reserved bits, 7 and 15–31, are left out: terminals in the field set bit 31. */
const NAMES: readonly (string | null)[] = [
  'no-fix',
  'south',
  'west',
  'out-of-service',
  'on-call',
  'became-loaded',
  'became-empty',
  null,
  'acc-on',
  'loaded',
  'fuel-line-cut',
  'circuit-cut',
  'door-locked',
  'vehicle-locked',
  'operating-limit-reached',
];

export function statusNames(word: number): string[] {
  return NAMES.filter((name, bit): name is string => name !== null && ((word >>> bit) & 1) === 1);
}
