/** What coordinates refer to. The number is stored with every fix: add at the end, never renumber. */
export const DATUMS = ['wgs84', 'gcj02', 'bd09', 'cgcs2000'] as const;
export type Datum = (typeof DATUMS)[number];

/**
 * What coordinates refer to that come without a word on it: what the text of their protocol says of all, or else the registry of
 * their vehicle, or the settings of the way they come by.
 */
export function usualDatum(
  protocol: { readonly datum?: Datum } | null,
  vehicle: { readonly datum?: Datum } | undefined,
  way: Datum | undefined,
): Datum {
  return protocol?.datum ?? vehicle?.datum ?? way ?? 'wgs84';
}

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
