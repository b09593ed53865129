import { ALARM_EMERGENCY } from '../../model/alarm.js';
import { LOCATED, Position } from '../../model/position.js';
import { knotsToKmh } from '../../model/units.js';
import type { AisMessage } from './messages.js';

/** Active: a search and rescue transponder, a man overboard, an emergency beacon. */
const STATUS_DISTRESS = 14;
/** The first three digits of identities that only such devices have. */
const DISTRESS_DEVICES: ReadonlySet<number> = new Set([970, 972, 974]);
const MINUTE_MS = 60_000;

/**
 * The fix of a position report; null for a message without one. `base`: when it was received, epoch ms: AIS tells the
 * second alone. A place beyond the poles or the date line happens, and is not known.
 */
export function positionOf(message: AisMessage, base: number): Position | null {
  if (message.second === undefined) return null;
  const { lon, lat, sogKn, cogDeg, headingDeg, second, navStatus } = message as Record<string, number | null>;
  const p = new Position();
  p.lon = within(lon, 180);
  p.lat = within(lat, 90);
  p.speedKmh = sogKn === null ? Number.NaN : knotsToKmh(sogKn);
  // Where it goes rather than where it looks; at anchor it may only look.
  p.headingDeg = Math.round(direction(cogDeg) ?? direction(headingDeg) ?? Number.NaN) % 360;
  p.fixTime = atSecond(base, second as number);
  if (Number.isFinite(p.lon) && Number.isFinite(p.lat)) p.flags = LOCATED;
  p.statusWord = navStatus ?? 0;
  const isDistress = navStatus === STATUS_DISTRESS || DISTRESS_DEVICES.has(Math.floor(message.mmsi / 1e6));
  p.alarms = p.alarmWord = isDistress ? 1 << ALARM_EMERGENCY : 0;
  return p;
}

/** The time nearest to `base` that has this second; `base` itself where the ship has none (60 and more). */
function atSecond(base: number, second: number): number {
  if (second > 59) return base;
  const time = Math.floor(base / MINUTE_MS) * MINUTE_MS + second * 1000;
  if (time - base > MINUTE_MS / 2) return time - MINUTE_MS;
  return base - time > MINUTE_MS / 2 ? time + MINUTE_MS : time;
}

/** Values from 360° on are reserved (ITU-R M.1371), and occur. */
function direction(degrees: number | null): number | null {
  return degrees !== null && degrees < 360 ? degrees : null;
}

function within(degrees: number | null, most: number): number {
  return degrees !== null && Math.abs(degrees) <= most ? degrees : Number.NaN;
}
