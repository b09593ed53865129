import { BEIJING_MS, beijingDay, DAY_MS, weekday } from '../model/beijing-time.js';
import type { HoursRule } from '../model/road.js';

const MONTHS = ['Jan', 'Feb', 'Mar', 'Apr', 'May', 'Jun', 'Jul', 'Aug', 'Sep', 'Oct', 'Nov', 'Dec'];
const DAYS = ['Mo', 'Tu', 'We', 'Th', 'Fr', 'Sa', 'Su'];
const DAY_MINUTES = 24 * 60;

const MONTH = `(?:${MONTHS.join('|')})`;
/** A day of the month, and not the hour of what follows. */
const DATE = '(?:\\d{1,2}(?![\\d:]))';
const DATES = new RegExp(`^(${MONTH})(?: (${DATE}))?(?:-(${MONTH})?(?: ?(${DATE}))?)?(?: |$)`);
const DAY = `(?:${DAYS.join('|')})`;
const WEEKDAYS = new RegExp(`^(${DAY}(?:-${DAY})?(?:,${DAY}(?:-${DAY})?)*)(?: |$)`);
const TIMES = /^\d{1,2}:\d\d-\d{1,2}:\d\d(?:,\d{1,2}:\d\d-\d{1,2}:\d\d)*$/;
/** No rule of a traffic sign has more. */
const MAX_RULES = 10;

/**
 * Hours as OpenStreetMap writes them (Key:opening_hours), of which this is understood: months and dates, weekdays, times, `24/7`, `off`,
 * and several of these with `;` between them, of which the last that is about a day decides on it. Null for all else: sunrise,
 * holidays, weeks, years, comments.
 */
export function readOpeningHours(text: string): HoursRule[] | null {
  // Written with spaces around what joins them, or without: it is the same.
  const rules = text
    .replace(/\s*([-–,;])\s*/g, (_, joint: string) => (joint === '–' ? '-' : joint))
    .split(';')
    .map((rule) => readRule(rule.trim()));
  const good = rules.filter((rule) => rule !== null);
  return good.length === rules.length && good.length <= MAX_RULES ? good : null;
}

/** Whether `time`, epoch ms, lies in the hours, Beijing time. */
export function openingHoursHold(rules: readonly HoursRule[], time: number): boolean {
  const minute = Math.floor((time - beijingDay(time) * DAY_MS + BEIJING_MS) / 60_000);
  // What began the day before may run over midnight.
  return within(rules, time, minute) || within(rules, time - DAY_MS, minute + DAY_MINUTES);
}

function within(rules: readonly HoursRule[], day: number, minute: number): boolean {
  const rule = rules.findLast((each) => isAbout(each, day));
  return rule?.hours.some(([from, to]) => minute >= from && minute < to) ?? false;
}

function isAbout({ weekdays, dates }: HoursRule, time: number): boolean {
  if (weekdays && !weekdays.includes(weekday(time))) return false;
  if (!dates) return true;
  const date = new Date(time + BEIJING_MS);
  const at = (date.getUTCMonth() + 1) * 100 + date.getUTCDate();
  const [from, to] = dates;
  return from <= to ? at >= from && at <= to : at >= from || at <= to;
}

function readRule(text: string): HoursRule | null {
  if (text === '24/7') return { hours: [[0, DAY_MINUTES]] };
  const dates = DATES.exec(text);
  let rest = text.slice(dates?.[0].length ?? 0);
  const days = WEEKDAYS.exec(rest);
  rest = rest.slice(days?.[0].length ?? 0);
  const hours = readTimes(rest);
  const span = dates && readDates(dates);
  if (!hours || (dates && !span) || (rest === '' && !dates && !days)) return null;
  return { ...(days && { weekdays: readWeekdays(days[1]) }), ...(span && { dates: span }), hours };
}

/** Month and day as one number: 1231 is the last of December. Both ends belong to it. */
function readDates([text, month, day, toMonth, toDay]: RegExpExecArray): [number, number] | null {
  const from = (MONTHS.indexOf(month) + 1) * 100 + Number(day ?? 1);
  const isRange = text.includes('-');
  if (isRange && toMonth === undefined && (day === undefined || toDay === undefined)) return null;
  if (toMonth !== undefined && (day === undefined) !== (toDay === undefined)) return null;
  const last = isRange ? (toDay ?? '31') : (day ?? '31');
  const to = (MONTHS.indexOf(toMonth ?? month) + 1) * 100 + Number(last);
  return [from, to].every((date) => date % 100 >= 1 && date % 100 <= 31) ? [from, to] : null;
}

function readWeekdays(text: string): number[] {
  return text.split(',').flatMap((part) => {
    const [from, to = from] = part.split('-').map((name) => DAYS.indexOf(name));
    const count = ((to - from + 7) % 7) + 1;
    return Array.from({ length: count }, (_, i) => ((from + i) % 7) + 1);
  });
}

/** Minutes after midnight; what runs over midnight ends after 24:00. */
function readTimes(text: string): [number, number][] | null {
  if (text === '') return [[0, DAY_MINUTES]];
  if (text === 'off' || text === 'closed') return [];
  if (!TIMES.test(text)) return null;
  const spans = text.split(',').map((span): [number, number] => {
    const [from, to] = span.split('-').map(minutes);
    return [from, to > from ? to : to + DAY_MINUTES];
  });
  return spans.every(([from, to]) => from < DAY_MINUTES && to - from <= DAY_MINUTES) ? spans : null;
}

/** NaN where there is no such time; up to 48:00 of the next day. */
function minutes(text: string): number {
  const [hour, minute] = text.split(':').map(Number);
  return minute < 60 && hour * 60 + minute <= 2 * DAY_MINUTES ? hour * 60 + minute : NaN;
}
