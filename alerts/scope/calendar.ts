import { BEIJING_MS } from '../../model/beijing-time.js';
import { HOLIDAYS } from './holidays.js';

/**
 * Whether the day in Beijing that holds `time` (epoch ms) is a day off: by `own` days, `YYYY-MM-DD`, where they name it, else by the
 * public holidays, else by the week.
 */
export function isDayOff(time: number, own: { off?: readonly string[]; work?: readonly string[] } = {}): boolean {
  const day = new Date(time + BEIJING_MS);
  const iso = day.toISOString().slice(0, 10);
  if (own.off?.includes(iso)) return true;
  if (own.work?.includes(iso)) return false;
  const weekend = day.getUTCDay() === 0 || day.getUTCDay() === 6;
  const year = HOLIDAYS[day.getUTCFullYear()];
  if (!year) return weekend;
  const date = iso.slice(5).replace('-', '');
  if (holds(year.off, date)) return true;
  return weekend && !holds(year.work, date);
}

function holds(ranges: readonly string[], date: string): boolean {
  return ranges.some((range) => {
    const [from, to = from] = range.split('-');
    return date >= from && date <= to;
  });
}
