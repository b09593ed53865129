const DAY_MS = 86_400_000;
const BEIJING_MS = 8 * 3_600_000;

/**
 * Public holidays of China, 国务院办公厅关于部分节假日安排的通知, by year: days off, and working days that fall on a
 * Saturday or Sunday (调休). `MMDD`, ranges inclusive. A year that is not here has its weekends only.
 */
const HOLIDAYS: Record<number, { off: string[]; work: string[] }> = {
  2025: {
    off: ['0101', '0128-0204', '0404-0406', '0501-0505', '0531-0602', '1001-1008'],
    work: ['0126', '0208', '0427', '0928', '1011'],
  },
  2026: {
    off: ['0101-0103', '0215-0223', '0404-0406', '0501-0505', '0619-0621', '0925-0927', '1001-1007'],
    work: ['0104', '0214', '0228', '0509', '0920', '1010'],
  },
};

/** Whether the day in Beijing that holds `time` (epoch ms) is a day off. */
export function isDayOff(time: number): boolean {
  const day = new Date(time + BEIJING_MS);
  const weekend = day.getUTCDay() === 0 || day.getUTCDay() === 6;
  const year = HOLIDAYS[day.getUTCFullYear()];
  if (!year) return weekend;
  const date = day.toISOString().slice(5, 10).replace('-', '');
  if (holds(year.off, date)) return true;
  return weekend && !holds(year.work, date);
}

/** 1 Monday … 7 Sunday, in Beijing. */
export function weekday(time: number): number {
  // 1 January 1970 was a Thursday.
  return ((Math.floor((time + BEIJING_MS) / DAY_MS) + 3) % 7) + 1;
}

function holds(ranges: readonly string[], date: string): boolean {
  return ranges.some((range) => {
    const [from, to = from] = range.split('-');
    return date >= from && date <= to;
  });
}
