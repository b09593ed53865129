import { ACC_KNOWN, ACC_ON, LOCATED, type Position } from '../../../model/position.js';
import { gmt8BcdToMs } from '../../../model/units.js';
import { locationBody } from '../location-fields.js';
import type { Message } from '../message.js';
import { STATUS_ACC, STATUS_POSITIONED, STATUS_SOUTH, STATUS_WEST } from '../status-bits.js';

/**
 * Location report, 位置信息汇报, 0x0200.
 * Body: 28 bytes of basic information, then {id, length, value} items.
 */
export const locationReport: Message = {
  id: 0x0200,
  clauses: { 2011: '§8.12 tables 16–18', 2013: '§8.18 tables 23–32', 2019: '§8.21 tables 23–25' },
  body: locationBody,
};

export const LOCATION_BASIC_BYTES = 28;

const HIGHEST_DEGREES = 180e6;
const ITEM_MILEAGE = 0x01;

/**
 * Reads the location body at `bytes[start…end)` into `p`: the fast half of `locationBody`, which the tests hold beside it.
 * False, and nothing read, where the basic information is cut off.
 *
 * A place that does not exist and a time that is none become NaN: the fix still tells which alarms are on.
 * `flags` are set besides those that the status word gives. `p.items` borrows from `bytes`; whoever keeps the position past the call copies them.
 */
export function readLocation(
  bytes: Buffer,
  start: number,
  end: number,
  alarmMask: number,
  flags: number,
  p: Position,
): boolean {
  if (end - start < LOCATION_BASIC_BYTES) return false;
  const alarmWord = dword(bytes, start);
  const status = dword(bytes, start + 4);
  p.alarmWord = alarmWord;
  p.alarms = (alarmWord & alarmMask) >>> 0;
  p.statusWord = status;
  p.flags =
    flags | ACC_KNOWN | ((status & STATUS_ACC) !== 0 ? ACC_ON : 0) | ((status & STATUS_POSITIONED) !== 0 ? LOCATED : 0);
  const lat = degrees(dword(bytes, start + 8), (status & STATUS_SOUTH) !== 0);
  const lon = degrees(dword(bytes, start + 12), (status & STATUS_WEST) !== 0);
  p.lat = lat >= -90 && lat <= 90 ? lat : Number.NaN;
  p.lon = lon >= -180 && lon <= 180 ? lon : Number.NaN;
  // Printed unsigned; terminals below sea level send two's complement.
  p.altitudeM = (((bytes[start + 16] << 8) | bytes[start + 17]) << 16) >> 16;
  p.speedKmh = ((bytes[start + 18] << 8) | bytes[start + 19]) / 10;
  const direction = (bytes[start + 20] << 8) | bytes[start + 21];
  p.headingDeg = direction < 360 ? direction : direction === 360 ? 0 : Number.NaN;
  // Printed at 21; the WORD before it makes it 22, as the 2011 table has it.
  p.fixTime = gmt8BcdToMs(bytes, start + 22);

  let mileageKm = Number.NaN;
  let at = start + LOCATION_BASIC_BYTES;
  // A plain view: making a Buffer costs twice as much, and there is one for each location.
  p.items = at < end ? new Uint8Array(bytes.buffer, bytes.byteOffset + at, end - at) : null;
  while (at + 2 <= end) {
    const length = bytes[at + 1];
    if (at + 2 + length > end) break; // a cut item is kept in `items` and otherwise let be
    if (bytes[at] === ITEM_MILEAGE && length === 4) mileageKm = dword(bytes, at + 2) / 10;
    at += 2 + length;
  }
  p.mileageKm = mileageKm;
  return true;
}

function degrees(raw: number, negative: boolean): number {
  const signed = raw > HIGHEST_DEGREES ? raw | 0 : raw; // two's complement, against the standard
  return (negative && signed > 0 ? -signed : signed) / 1e6;
}

function dword(bytes: Buffer, at: number): number {
  return ((bytes[at] << 24) | (bytes[at + 1] << 16) | (bytes[at + 2] << 8) | bytes[at + 3]) >>> 0;
}
