import { BACKFILLED, LOCATED, type Position } from '../../../model/position.js';
import { bcd, knotsToKmh } from '../../../model/units.js';
import { frameBytes } from '../../common/frame.js';

/**
 * Location of a container lock, 0x5501, and one from a blind spot, 0x5502 (Jointech). Of no text: read as traccar reads it
 * (Jt808ProtocolDecoder, fixture 65). The header has a serial number of one byte, and its attribute bits 10–12 and 15 are
 * the maker's; bit 15 asks for an acknowledgement of its own, 0x4401.
 *
 * Body: day, month, year, hour, minute, second BCD[6] in UTC · latitude ddmm.mmmm BCD[4] · longitude dddmm.mmmm in nine
 * digits and a digit of flags (bit 1 north, bit 2 east) BYTE[5] · speed in knots BCD[1] · heading in 2° BYTE · signal BYTE ·
 * satellites BYTE · mileage in km DWORD · battery and state of the lock.
 */
export const LOCK_LOCATION_ID = 0x5501;
export const LOCK_BLIND_LOCATION_ID = 0x5502;

const MILEAGE_AT = 19;
const FIXED_BYTES = MILEAGE_AT + 4;
const SIGNAL_AT = 17;
const NORTH = 0b0010;
const EAST = 0b0100;
const WANTS_ACKNOWLEDGEMENT = 0x8000;
const ACKNOWLEDGEMENT_ID = 0x4401;
/** A range that 2013 leaves to makers: no text gives this item a meaning. */
const RAW_ITEM = 0xe1;

/** Reads the body at `bytes[start…end)` into `p`. False, and nothing read, where its fixed part is cut off. */
export function readLockLocation(messageId: number, bytes: Buffer, start: number, end: number, p: Position): boolean {
  if (end - start < FIXED_BYTES) return false;
  const blind = messageId === LOCK_BLIND_LOCATION_ID;
  const flags = bytes[start + 14] & 0x0f;
  const lat = degrees(digits(bytes, start + 6, 4));
  const lon = degrees(digits(bytes, start + 10, 4) * 10 + (bytes[start + 14] >> 4));
  p.flags = blind ? BACKFILLED : LOCATED;
  p.lat = flags & NORTH ? lat : -lat;
  p.lon = flags & EAST ? lon : -lon;
  p.fixTime = utcBcdToMs(bytes, start);
  p.speedKmh = knotsToKmh(bcd(bytes[start + 15]));
  p.headingDeg = (bytes[start + 16] * 2) % 360;
  p.mileageKm = bytes.readUInt32BE(start + MILEAGE_AT);
  const rest = bytes.subarray(start + SIGNAL_AT, end);
  p.items = Uint8Array.of(RAW_ITEM, rest.length & 0xff, ...rest.subarray(0, 0xff));
  return true;
}

/** The frame that acknowledges it; null where the terminal does not ask for one. */
export function lockAcknowledgement(messageId: number, attributes: number, number: Uint8Array): Buffer | null {
  if ((attributes & WANTS_ACKNOWLEDGEMENT) === 0) return null;
  const content = Buffer.from([0, 0, 0, 3, ...number, 1, 0, 0, 0]);
  content.writeUInt16BE(ACKNOWLEDGEMENT_ID, 0);
  content.writeUInt16BE(messageId, 5 + number.length);
  return frameBytes(content);
}

/** The digits of `length` bytes as one number; NaN where one of them is none. */
function digits(bytes: Buffer, at: number, length: number): number {
  let value = 0;
  for (let i = 0; i < length; i++) value = value * 100 + bcd(bytes[at + i]);
  return value;
}

/** Degrees and minutes, dddmmmmmm, to degrees. */
function degrees(value: number): number {
  return Math.floor(value / 1e6) + (value % 1e6) / 1e4 / 60;
}

function utcBcdToMs(bytes: Buffer, at: number): number {
  const [day, month, year, hour, minute, second] = Array.from(bytes.subarray(at, at + 6), bcd);
  const ms = Date.UTC(2000 + year, month - 1, day, hour, minute, second);
  return day >= 1 && day <= 31 && month >= 1 && month <= 12 && hour < 24 && minute < 60 && second < 60
    ? ms
    : Number.NaN;
}
