import { METRES_PER_DEGREE } from '../../geo/distance.js';
import { LOCATED, Position } from '../../model/position.js';

/** Midnight in China, 2025-01-01. */
export const DAY = Date.UTC(2024, 11, 31, 16);

/** A fix of one vehicle `seconds` after DAY, `east` and `north` metres from 120 E, 31 N. */
export function at(seconds: number, east: number, north = 0, more: Partial<Position> = {}): Position {
  const lonScale = METRES_PER_DEGREE * Math.cos((31 * Math.PI) / 180);
  const fixTime = DAY + seconds * 1000;
  return Object.assign(new Position(), {
    vehicleNo: 1,
    fixTime,
    receivedTime: fixTime + 500,
    lon: 120 + east / lonScale,
    lat: 31 + north / METRES_PER_DEGREE,
    flags: LOCATED,
    ...more,
  });
}

/** `hh:mm:ss` in China. */
export function clock(ms: number): string {
  return new Date(ms + 8 * 3_600_000).toISOString().slice(11, 19);
}
