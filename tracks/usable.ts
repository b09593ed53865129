import type { Position } from '../model/position.js';
import { UNRELIABLE } from '../model/quality.js';

/** True where trips, mileage and passages may rely on the fix. */
export function isUsable(p: Position): boolean {
  return (p.quality & UNRELIABLE) === 0 && Number.isFinite(p.lon) && Number.isFinite(p.lat);
}

/** Ranges of a qualified record, assessment sheet §2.2 (交运发〔2016〕160号 annexes). */
const LON = [73.55, 135.0833] as const;
const LAT = [3.85, 53.55] as const;
const SPEED_KMH = [0, 160] as const;
const ALTITUDE_M = [-200, 6500] as const;

/** True where the record counts as qualified: usable, and no field that is known is out of its range. */
export function isQualified(p: Position): boolean {
  return (
    isUsable(p) &&
    !isOutside(p.lon, LON) &&
    !isOutside(p.lat, LAT) &&
    !isOutside(p.speedKmh, SPEED_KMH) &&
    !isOutside(p.altitudeM, ALTITUDE_M)
  );
}

/** False where the value is not known. */
function isOutside(value: number, [low, high]: readonly [number, number]): boolean {
  return value < low || value > high;
}
