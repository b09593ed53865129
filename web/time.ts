import { language, t } from './text/language.js';

/** The page speaks Beijing time, whatever the clock of the computer it is seen on. */
const BEIJING = 'Asia/Shanghai';
const parts = new Intl.DateTimeFormat('sv-SE', {
  timeZone: BEIJING,
  dateStyle: 'short',
  timeStyle: 'medium',
});
const GMT8_MS = 8 * 3_600_000;

/** `2026-07-18 09:07:17` in Beijing; `–` where the time is not known. */
export function beijing(time: string | number | null): string {
  const ms = epochMs(time);
  return Number.isFinite(ms) ? parts.format(ms) : '–';
}

/** Only `09:07:17`, for a time of today; otherwise the whole. */
export function beijingShort(time: string | number | null, now = Date.now()): string {
  const whole = beijing(time);
  return whole.slice(0, 10) === beijing(now).slice(0, 10) ? whole.slice(11) : whole.slice(5, 16);
}

/** Start of the Beijing day that holds `ms`, as epoch ms. */
export function beijingDayStart(ms: number): number {
  return Math.floor((ms + GMT8_MS) / 86_400_000) * 86_400_000 - GMT8_MS;
}

/** Value of a `datetime-local` input that shows `ms` in Beijing time. */
export function toInputValue(ms: number): string {
  return new Date(ms + GMT8_MS).toISOString().slice(0, 16);
}

/** Epoch ms of a `datetime-local` value read as Beijing time; NaN where it is empty. */
export function fromInputValue(value: string): number {
  return Date.parse(`${value}:00+08:00`);
}

/** "just now", "3 min ago", in the language of the page. */
export function ago(time: string | number | null, now = Date.now()): string {
  const seconds = Math.round((now - epochMs(time)) / 1000);
  if (!Number.isFinite(seconds)) return '–';
  if (seconds < 10) return t('just-now');
  const relative = new Intl.RelativeTimeFormat(language(), { numeric: 'always', style: 'short' });
  if (seconds < 60) return relative.format(-seconds, 'second');
  if (seconds < 3600) return relative.format(-Math.round(seconds / 60), 'minute');
  if (seconds < 86_400) return relative.format(-Math.round(seconds / 3600), 'hour');
  return relative.format(-Math.round(seconds / 86_400), 'day');
}

/** RFC 3339 or epoch ms to epoch ms; NaN where it is null. */
export function epochMs(time: string | number | null): number {
  return typeof time === 'number' ? time : time === null ? NaN : Date.parse(time);
}

/** "1 h 12 min", "12 min", in the language of the page. */
export function duration(seconds: number): string {
  const minutes = Math.round(seconds / 60);
  if (minutes < 60) return t('duration-minutes', { minutes });
  return t('duration-hours', { hours: Math.floor(minutes / 60), minutes: minutes % 60 });
}
