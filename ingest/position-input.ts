import { DATUMS, type Datum, datumFlags } from '../model/datum.js';
import { LOCATED, Position } from '../model/position.js';
import { rfc3339ToMs } from '../model/units.js';

/** What is wrong with a position in JSON, and where. */
export interface PositionProblem {
  field: string;
  message: string;
}

export interface PositionInput {
  vehicleId: string;
  position: Position;
}

const MAX_ID_LENGTH = 64;
const MAX_U32 = 0xffffffff;

/**
 * One position as a platform sends it (contract §5), checked by hand: there are many in a body. Numbers are rounded to
 * what the log keeps, so that the same position sent again equals the one in the log.
 *
 * `lon` and `lat` are both given, or both null for a report without a fix. Anything else may be absent or null.
 * `usual`: what coordinates refer to of an item of this vehicle that does not say its own. Members that we do not know are let be.
 */
export function parsePosition(item: unknown, usual: (vehicleId: string) => Datum): PositionInput | PositionProblem {
  if (typeof item !== 'object' || item === null || Array.isArray(item)) {
    return { field: '', message: 'must be an object' };
  }
  const from = item as Record<string, unknown>;
  const { vehicleId, time, lon, lat } = from;
  if (typeof vehicleId !== 'string' || vehicleId.length === 0 || vehicleId.length > MAX_ID_LENGTH) {
    return { field: 'vehicleId', message: `must be a text of 1 to ${MAX_ID_LENGTH} characters` };
  }
  const fixTime = typeof time === 'string' ? rfc3339ToMs(time) : NaN;
  if (Number.isNaN(fixTime)) {
    return {
      field: 'time',
      message: 'must be an RFC 3339 time with seconds and zone, such as 2026-03-01T08:00:00+08:00',
    };
  }
  const p = new Position();
  p.fixTime = fixTime;
  if (lon !== null || lat !== null) {
    if (!isWithin(lon, -180, 180)) return { field: 'lon', message: 'must be a number from -180 to 180 degrees' };
    if (!isWithin(lat, -90, 90)) return { field: 'lat', message: 'must be a number from -90 to 90 degrees' };
    p.lon = Math.round(lon * 1e7) / 1e7;
    p.lat = Math.round(lat * 1e7) / 1e7;
    p.flags = LOCATED;
  }
  return readOptional(from, p, from.datum ?? usual(vehicleId)) ?? { vehicleId, position: p };
}

/** The members that may be absent; what is wrong with the first bad one, or undefined. */
function readOptional(from: Record<string, unknown>, p: Position, datum: unknown): PositionProblem | undefined {
  const { speed, heading, altitude, mileage, alarm, status } = from;
  if (speed != null) {
    if (!isWithin(speed, 0, 6_500)) return { field: 'speed', message: 'must be a number from 0 to 6500 km/h' };
    p.speedKmh = Math.round(speed * 10) / 10;
  }
  if (heading != null) {
    if (!isWithin(heading, 0, 360)) return { field: 'heading', message: 'must be a number from 0 to 360 degrees' };
    p.headingDeg = Math.round(heading) % 360;
  }
  if (altitude != null) {
    if (!isWithin(altitude, -32_000, 32_000)) return { field: 'altitude', message: 'must be a number of metres' };
    p.altitudeM = Math.round(altitude);
  }
  if (mileage != null) {
    if (!isWithin(mileage, 0, 400_000_000)) return { field: 'mileage', message: 'must be a number of kilometres' };
    p.mileageKm = Math.round(mileage * 10) / 10;
  }
  if (alarm != null) {
    if (!isU32(alarm)) return { field: 'alarm', message: 'must be a whole number of 32 bits, one for each alarm' };
    p.alarms = p.alarmWord = alarm;
  }
  if (status != null) {
    if (!isU32(status)) return { field: 'status', message: 'must be a whole number of 32 bits' };
    p.statusWord = status;
  }
  if (!DATUMS.includes(datum as Datum)) return { field: 'datum', message: `must be one of ${DATUMS.join(', ')}` };
  p.flags |= datumFlags(datum as Datum);
}

function isWithin(value: unknown, low: number, high: number): value is number {
  return typeof value === 'number' && value >= low && value <= high;
}

function isU32(value: unknown): value is number {
  return isWithin(value, 0, MAX_U32) && Number.isInteger(value);
}
