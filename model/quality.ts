/**
 * What is doubtful about a fix, as bits: marked, never destroyed; each rule decides whether it reads a marked fix.
 * The time classes and place checks are those of the reliability sheet §7 and §8.
 */
export const QUALITY_NAMES = [
  'late', //           received 10 min to 72 h after it was made, or re-uploaded from a blind area (盲区补报)
  'very-late', //      received more than 72 h after it was made
  'suspect-time', //   2 min to 24 h ahead of our clock
  'no-fix', //         the terminal says that it has no position
  'suspect-place', //  0/0, or outside the region that the installation serves
  'suspect-motion', // faster than 220 km/h, or a jump that implies more than 300 km/h
  'repeat', //         the very fix that this vehicle has already given
  'out-of-order', //   older than a fix of this vehicle that was already accepted as live
] as const;

export type QualityName = (typeof QUALITY_NAMES)[number];

export const LATE = 1 << 0;
export const VERY_LATE = 1 << 1;
export const SUSPECT_TIME = 1 << 2;
export const NO_FIX = 1 << 3;
export const SUSPECT_PLACE = 1 << 4;
export const SUSPECT_MOTION = 1 << 5;
export const REPEAT = 1 << 6;
export const OUT_OF_ORDER = 1 << 7;

/** Marks that keep a fix from moving the live map and from being judged as the vehicle's present. */
export const NOT_NEWS = LATE | VERY_LATE | SUSPECT_TIME | NO_FIX | SUSPECT_PLACE | REPEAT | OUT_OF_ORDER;

/** Marks that make a fix useless for saying where a vehicle was and when. Late ones are as good as any. */
export const UNRELIABLE = NO_FIX | SUSPECT_PLACE | SUSPECT_TIME | SUSPECT_MOTION | REPEAT;

export function qualityNames(quality: number): QualityName[] {
  return QUALITY_NAMES.filter((_, bit) => (quality >>> bit) & 1);
}
