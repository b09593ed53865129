/** What coordinates refer to. The number is stored with every fix: add at the end, never renumber. */
export const DATUMS = ['wgs84', 'gcj02', 'bd09', 'cgcs2000'] as const;
export type Datum = (typeof DATUMS)[number];

/** Bits 4 and 5 of `Position.flags`: what the coordinates referred to when they came. */
const SHIFT = 4;
const MASK = 0b11 << SHIFT;

/** What `Position.flags` has of a source datum; 0 for WGS-84. */
export function datumFlags(datum: Datum): number {
  return DATUMS.indexOf(datum) << SHIFT;
}

export function datumOf(flags: number): Datum {
  return DATUMS[(flags & MASK) >>> SHIFT];
}
