import { rfc3339ToMs } from '../../model/units.js';
import { BadFileError } from './bad-file.js';
import { isPlace, type RecordedFix } from './recorded-fix.js';

/** What a column can mean, and the headings that are taken for it when nobody says. */
const FIELDS = {
  vehicle: ['vehicle', 'vehicle_id', 'vehicleid', 'plate', 'id', 'taxi_id', 'device_id', 'terminal'],
  time: ['time', 'timestamp', 'gps_time', 'datetime', 'time_of_day'],
  lon: ['lon', 'lng', 'longitude'],
  lat: ['lat', 'latitude'],
  speed: ['speed', 'speed_kmh'],
  heading: ['heading', 'direction', 'course', 'bearing'],
  altitude: ['altitude', 'alt', 'altitude_m'],
  mileage: ['mileage', 'mileage_km', 'odometer'],
} as const;

export type Field = keyof typeof FIELDS;
export const FIELD_NAMES = Object.keys(FIELDS) as Field[];
const REQUIRED: readonly Field[] = ['vehicle', 'time', 'lon', 'lat'];

/** Which column means what. Throws BadFileError where one that must be there is not. */
export function readHeading(row: string[], map: Record<string, string>): Partial<Record<Field, number>> {
  const headings = row.map((heading) => heading.replace(/^\ufeff/, ''));
  const columns: Partial<Record<Field, number>> = {};
  for (const [column, field] of Object.entries(map)) {
    const at = headings.indexOf(column);
    if (at < 0) throw new BadFileError(`line 1: no column "${column}"; there are ${headings.join(', ')}`);
    columns[field as Field] = at;
  }
  for (const field of FIELD_NAMES) {
    if (columns[field] !== undefined) continue;
    const at = headings.findIndex((heading) => (FIELDS[field] as readonly string[]).includes(heading.toLowerCase()));
    if (at >= 0) columns[field] = at;
  }
  const missing = REQUIRED.filter((field) => columns[field] === undefined);
  if (missing.length > 0) {
    const hint = missing.map((field) => `--map COLUMN=${field}`).join(' ');
    throw new BadFileError(
      `line 1: no column for ${missing.join(', ')} among ${headings.join(', ')}; name it with ${hint}`,
    );
  }
  return columns;
}

/** The fix, or the reason why the line is none. */
export function readRow(row: string[], columns: Partial<Record<Field, number>>, date?: string): RecordedFix | string {
  const cell = (field: Field) => (columns[field] === undefined ? '' : (row[columns[field]] ?? ''));
  const number = (field: Field) => (cell(field) === '' ? NaN : Number(cell(field)));
  if (cell('vehicle') === '') return 'no vehicle';
  const time = readTime(cell('time'), date);
  if (typeof time === 'string') return time;
  const fix: RecordedFix = {
    time,
    lon: number('lon'),
    lat: number('lat'),
    speedKmh: number('speed'),
    headingDeg: number('heading'),
    altitudeM: number('altitude'),
    mileageKm: number('mileage'),
  };
  if (!isPlace(fix.lon, 0)) return `lon "${cell('lon')}" is not a longitude`;
  if (!isPlace(0, fix.lat)) return `lat "${cell('lat')}" is not a latitude`;
  for (const field of ['speed', 'heading', 'altitude', 'mileage'] as const) {
    if (cell(field) !== '' && Number.isNaN(number(field))) return `${field} "${cell(field)}" is not a number`;
  }
  return fix;
}

const LOCAL = /^\d{4}[-/]\d\d[-/]\d\d[T ]\d\d:\d\d:\d\d(\.\d+)?$/;

/** Epoch ms, or the reason why the text is no time. One without a zone is that of China. */
function readTime(text: string, date?: string): number | string {
  let ms = rfc3339ToMs(text);
  if (LOCAL.test(text)) ms = rfc3339ToMs(`${text.replaceAll('/', '-')}+08:00`);
  else if (/^\d{9,10}(\.\d+)?$/.test(text)) ms = Math.round(Number(text) * 1000);
  else if (/^\d{12,13}$/.test(text)) ms = Number(text);
  else if (/^\d\d:\d\d:\d\d$/.test(text)) {
    if (!date) return `time "${text}" has no date; give it with --date YYYY-MM-DD`;
    ms = rfc3339ToMs(`${date}T${text}+08:00`);
  }
  return Number.isNaN(ms) ? `time "${text}" is not a time` : ms;
}
