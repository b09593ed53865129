import type { Position } from '../../model/position.js';
import type { Edition } from '../common/edition.js';
import { STATUS_SOUTH, STATUS_WEST } from './status-bits.js';

/** How a terminal speaks, where the standard leaves no choice and terminals take one. */
export interface Habits {
  /** Frames with a wrong check code count. */
  anyChecksum: boolean;
  /** Frames whose length field is wrong count; the bytes that are there are the body. */
  anyLength: boolean;
  /** What its bodies follow, whatever its frames look like; null: as they show it. */
  edition: Edition | null;
  /** Added to its times, which the standard wants in GMT+8. */
  clockOffsetMs: number;
  /** Alarm bits that mean something else. */
  ignoredAlarms: number;
  /** A latitude that cannot be one is the longitude, and the other way round. */
  swappedPlace: boolean;
  /** Numbers among the parameters of a terminal control are bytes, not decimal digits. */
  binaryControlNumbers: boolean;
}

export const STANDARD: Habits = {
  anyChecksum: false,
  anyLength: false,
  edition: null,
  clockOffsetMs: 0,
  ignoredAlarms: 0,
  swappedPlace: false,
  binaryControlNumbers: false,
};

/** Puts right what was read by the standard from the location body at `bytes[start]`. */
export function bend(p: Position, bytes: Buffer, start: number, habits: Habits): void {
  if (habits === STANDARD) return;
  p.fixTime += habits.clockOffsetMs;
  p.alarms = (p.alarms & ~habits.ignoredAlarms) >>> 0;
  if (habits.swappedPlace && Number.isNaN(p.lat)) {
    const lon = bytes.readUInt32BE(start + 8) / 1e6;
    const lat = bytes.readUInt32BE(start + 12) / 1e6;
    if (lon > 180 || lat > 90) return;
    p.lon = p.statusWord & STATUS_WEST ? -lon : lon;
    p.lat = p.statusWord & STATUS_SOUTH ? -lat : lat;
  }
}
