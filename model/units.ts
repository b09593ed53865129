/** Conversions, named from→to. Outside the codecs everything is degrees WGS-84, km/h, metres, kilometres and epoch ms. */

const GMT8_MS = 8 * 3_600_000;

/** 1 knot is 1.852 km/h exactly (ISO 31-1). */
export function knotsToKmh(knots: number): number {
  return toKmh(knots, 'knots');
}

/** Factors to km/h of the units that publishers give speeds in; a mile is 1,609.344 m exactly (BS 350). */
const TO_KMH = { 'km/h': 1, knots: 1.852, 'm/s': 3.6, mph: 1.609344 } as const;

export type SpeedUnit = keyof typeof TO_KMH;
export const SPEED_UNITS = Object.keys(TO_KMH) as SpeedUnit[];

export function toKmh(speed: number, unit: SpeedUnit): number {
  return speed * TO_KMH[unit];
}

/**
 * BCD[6] `YY MM DD hh mm ss` in GMT+8 to epoch ms; NaN where a digit or a date is impossible.
 * JT/T 808 all editions, section on data types (时间 BCD[6]); years count from 2000.
 */
export function gmt8BcdToMs(bytes: Uint8Array, offset: number): number {
  const year = bcd(bytes[offset]);
  const month = bcd(bytes[offset + 1]);
  const day = bcd(bytes[offset + 2]);
  const hour = bcd(bytes[offset + 3]);
  const minute = bcd(bytes[offset + 4]);
  const second = bcd(bytes[offset + 5]);
  // A digit above 9 made its value NaN; NaN fails every comparison below.
  if (!(year >= 0 && month >= 1 && month <= 12 && day >= 1 && hour < 24 && minute < 60 && second < 60)) return NaN;
  if (day > daysInMonth(year, month)) return NaN;
  return utcMs(year, month, day) + hour * 3_600_000 + minute * 60_000 + second * 1000 - GMT8_MS;
}

/** Epoch ms to BCD[6] in GMT+8, written at `offset`; milliseconds are cut off. */
export function msToGmt8Bcd(ms: number, out: Uint8Array, offset: number): void {
  const t = new Date(ms + GMT8_MS);
  out[offset] = toBcd(t.getUTCFullYear() % 100);
  out[offset + 1] = toBcd(t.getUTCMonth() + 1);
  out[offset + 2] = toBcd(t.getUTCDate());
  out[offset + 3] = toBcd(t.getUTCHours());
  out[offset + 4] = toBcd(t.getUTCMinutes());
  out[offset + 5] = toBcd(t.getUTCSeconds());
}

/** Epoch ms to RFC 3339 with `Z`; null where the time is not known. */
export function msToRfc3339(ms: number): string | null {
  return Number.isFinite(ms) ? new Date(ms).toISOString() : null;
}

/** Epoch ms to `YYYY-MM-DDThh:mm:ss+08:00`, as Chinese protocols print it; null where the time is not known. */
export function msToBeijing(ms: number): string | null {
  return Number.isFinite(ms) ? `${new Date(ms + GMT8_MS).toISOString().slice(0, 19)}+08:00` : null;
}

/** One packed decimal byte to its number; NaN where a half is not a decimal digit. */
export function bcd(byte: number): number {
  const high = byte >> 4;
  const low = byte & 15;
  return high > 9 || low > 9 ? NaN : high * 10 + low;
}

function toBcd(value: number): number {
  return (Math.floor(value / 10) << 4) | (value % 10);
}

function daysInMonth(year: number, month: number): number {
  // Years are 2000–2099, where every fourth is a leap year.
  return month === 2 ? (year % 4 === 0 ? 29 : 28) : month === 4 || month === 6 || month === 9 || month === 11 ? 30 : 31;
}

// Date.UTC costs three times this; a location frame needs one of them.
function utcMs(yearOf2000: number, month: number, day: number): number {
  const beforeMonth = DAYS_BEFORE[month - 1] + (month > 2 && yearOf2000 % 4 === 0 ? 1 : 0);
  const leapDays = (yearOf2000 + 3) >> 2;
  return DAY_2000_MS + (yearOf2000 * 365 + leapDays + beforeMonth + day - 1) * 86_400_000;
}

const DAYS_BEFORE = [0, 31, 59, 90, 120, 151, 181, 212, 243, 273, 304, 334];
const DAY_2000_MS = Date.UTC(2000, 0, 1);

const RFC3339 = /^(\d{4})-(\d\d)-(\d\d)[Tt ](?:[01]\d|2[0-3]):\d\d:\d\d(?:\.\d{1,9})?(?:[Zz]|[+-]\d\d:?\d\d)$/;

/**
 * Epoch ms of an RFC 3339 time; its zone may be written without the colon, too. NaN where the text is none, or names a day or
 * an hour that does not exist. Date.parse alone takes a time without a zone for one of this machine, and 30 February for 1 March.
 */
export function rfc3339ToMs(text: string): number {
  const [whole, year, month, day] = RFC3339.exec(text) ?? [];
  if (whole === undefined) return Number.NaN;
  const date = new Date(Date.UTC(Number(year), Number(month) - 1, Number(day)));
  if (date.getUTCDate() !== Number(day) || date.getUTCMonth() !== Number(month) - 1) return Number.NaN;
  return Date.parse(text.replace(' ', 'T'));
}
