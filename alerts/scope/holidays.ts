/** Days off, and working days that fall on a Saturday or Sunday (调休); `MMDD`, ranges inclusive. */
export interface YearOfDays {
  off: readonly string[];
  work: readonly string[];
}

/** Public holidays of China by year, 国务院办公厅关于部分节假日安排的通知. A year that is not here has its weekends only. */
export const HOLIDAYS: Record<number, YearOfDays> = {
  2024: {
    off: ['0101', '0210-0217', '0404-0406', '0501-0505', '0610', '0915-0917', '1001-1007'],
    work: ['0204', '0218', '0407', '0428', '0511', '0914', '0929', '1012'],
  },
  2025: {
    off: ['0101', '0128-0204', '0404-0406', '0501-0505', '0531-0602', '1001-1008'],
    work: ['0126', '0208', '0427', '0928', '1011'],
  },
  2026: {
    off: ['0101-0103', '0215-0223', '0404-0406', '0501-0505', '0619-0621', '0925-0927', '1001-1007'],
    work: ['0104', '0214', '0228', '0509', '0920', '1010'],
  },
};
