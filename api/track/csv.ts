import { writeToString } from 'fast-csv';
import { ACC_KNOWN, ACC_ON, jsonNumber, LOCATED, type Position } from '../../model/position.js';
import { SOURCE_NAMES } from '../../model/source.js';
import { msToBeijing, msToRfc3339 } from '../../model/units.js';
import type { Vehicle } from '../../model/vehicle.js';
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
  async *write(batches, { vehicle, excel }) {
    yield (excel ? BYTE_ORDER_MARK : '') + (await csvHeader());
    for await (const batch of batches) if (batch.length > 0) yield csvRows(batch, vehicle);
  },
};

export function csvHeader(): Promise<string> {
  return writeToString([COLUMNS], ROWS);
}

/** At least one fix. */
export function csvRows(fixes: readonly Position[], vehicle: Vehicle): Promise<string> {
  return writeToString(
    fixes.map((p) => row(p, vehicle)),
    ROWS,
  );
}

function row(p: Position, vehicle: Vehicle): (string | number | null)[] {
  return [
    guardCell(vehicle.id),
    vehicle.plate && guardCell(vehicle.plate),
    vehicle.plateColor,
    msToRfc3339(p.fixTime),
    msToBeijing(p.fixTime),
    jsonNumber(p.lon, 7),
    jsonNumber(p.lat, 7),
    'WGS84',
    jsonNumber(p.speedKmh, 1),
    jsonNumber(p.headingDeg, 0),
    jsonNumber(p.altitudeM, 0),
    jsonNumber(p.mileageKm, 1),
    p.flags & ACC_KNOWN ? (p.flags & ACC_ON ? 1 : 0) : null,
    p.flags & LOCATED ? 1 : 0,
    hex(p.alarmWord),
    hex(p.statusWord),
    null,
    null,
    null,
    SOURCE_NAMES[p.source],
    msToRfc3339(p.receivedTime),
  ];
}

function hex(word: number): string {
  return word.toString(16).padStart(8, '0');
}

/**
 * Text that a spreadsheet would run as a formula gets an apostrophe in front (SEC-064): = + - @ tab or return at the
 * start, their full-width forms, also after a quote. Plain numbers stay as they are.
 */
export function guardCell(text: string): string {
  if (!/^["']?[=+\-@\t\r＝＋－＠]/.test(text) || /^[+-]?\d+(\.\d+)?$/.test(text)) return text;
  return `'${text}`;
}
