export const DAY_MS = 86_400_000;
/** China has one time, eight hours ahead of UTC, and no summer time. */
export const BEIJING_MS = 8 * 3_600_000;

/** Whole days since 1970-01-01 in Beijing, of `time` in epoch ms. */
export function beijingDay(time: number): number {
  return Math.floor((time + BEIJING_MS) / DAY_MS);
}

/** 1 Monday … 7 Sunday, in Beijing. */
export function weekday(time: number): number {
  // 1 January 1970 was a Thursday.
  return ((beijingDay(time) + 3) % 7) + 1;
}
