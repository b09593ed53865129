import { writeToString } from 'fast-csv';
import type { Datum } from '../../model/datum.js';
import type { Fixes } from '../../model/fixes.js';
import { ACC_KNOWN, ACC_ON, LOCATED, type Position } from '../../model/position.js';
import { SOURCE_NAMES } from '../../model/source.js';
import type { Vehicle } from '../../model/vehicle.js';
import { ascii, TextWriter } from '../output/text-writer.js';
import type { TrackFormat } from './format.js';

/** Fixed order; columns that no source fills yet are there all the same, and empty. */
const COLUMNS = [
  'vehicle_id',
  'plate',
  'plate_color',
  'time_utc',
  'time_cst',
  'lon',
  'lat',
  'datum',
  'speed_kmh',
  'heading_deg',
  'altitude_m',
  'odometer_km',
  'acc_on',
  'fix',
  'alarm_hex',
  'status_hex',
  'biz_status',
  'order_id',
  'driver_id',
  'source',
  'received_utc',
];

const BYTE_ORDER_MARK = '\ufeff';

const ROWS = { includeEndRowDelimiter: true, rowDelimiter: '\r\n' };

/** RFC 4180 with a header; empty where not known, 0 and 1 for no and yes. */
export const csvTrack: TrackFormat = {
  contentType: 'text/csv; charset=utf-8; header=present',
  extension: 'csv',
  tellsCut: false,
  async *write(batches, { vehicle, excel, datum }) {
    yield (excel ? BYTE_ORDER_MARK : '') + (await csvHeader());
    yield* csvRows(batches, vehicle, datum);
  },
};

export function csvHeader(): Promise<string> {
  return writeToString([COLUMNS], ROWS);
}

/** One for every track: what a batch becomes is written and taken at once, with no pause in which another could write. */
const out = new TextWriter();

/** The rows of one vehicle, a piece for each batch that has any. */
export async function* csvRows(
  batches: AsyncIterable<Fixes>,
  vehicle: Vehicle,
  datum: Datum = 'wgs84',
): AsyncIterable<Uint8Array> {
  const { id, plate, plateColor } = vehicle;
  // The only cells that can need quotes are the same in every row; the rest is written as it stands.
  const begin = Buffer.from(`${await writeToString([[guardCell(id), plate && guardCell(plate), plateColor]])},`);
  const label = DATUM_CELLS[datum];
  for await (const batch of batches) {
    for (const p of batch) writeRow(out.raw(begin), p, label);
    if (out.length > 0) yield out.take();
  }
}

const COMMA = ascii(',');
const DATUM_CELLS: Record<Datum, Uint8Array> = {
  wgs84: ascii(',WGS84,'),
  gcj02: ascii(',GCJ02,'),
  bd09: ascii(',BD09,'),
  cgcs2000: ascii(',CGCS2000,'),
};
const YES_NO = [ascii('0,'), ascii('1,')];
/** Business status, order and driver, which nothing fills yet, and the source. */
const SOURCES = SOURCE_NAMES.map((name) => ascii(`,,,,${name},`));
const END = ascii('\r\n');

/** The cells after those of the vehicle. */
function writeRow(out: TextWriter, p: Position, datum: Uint8Array): void {
  out.utc(p.fixTime).raw(COMMA).beijing(p.fixTime).raw(COMMA);
  out.decimalIfKnown(p.lon, 7).raw(COMMA).decimalIfKnown(p.lat, 7).raw(datum);
  out.decimalIfKnown(p.speedKmh, 1).raw(COMMA);
  out.decimalIfKnown(p.headingDeg, 0).raw(COMMA);
  out.decimalIfKnown(p.altitudeM, 0).raw(COMMA);
  out.decimalIfKnown(p.mileageKm, 1).raw(COMMA);
  out.raw(p.flags & ACC_KNOWN ? YES_NO[p.flags & ACC_ON ? 1 : 0] : COMMA);
  out.raw(YES_NO[p.flags & LOCATED ? 1 : 0]);
  out.hex32(p.alarmWord).raw(COMMA).hex32(p.statusWord);
  out.raw(SOURCES[p.source]);
  if (Number.isFinite(p.receivedTime)) out.utc(p.receivedTime);
  out.raw(END);
}

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe in front (SEC-064): = + - @ tab or return at the
 * start, their full-width forms, also after a quote. Plain numbers stay as they are.
 */
export function guardCell(text: string): string {
  if (!/^["']?[=+\-@\t\r＝＋－＠]/.test(text) || /^[+-]?\d+(\.\d+)?$/.test(text)) return text;
  return `'${text}`;
}
