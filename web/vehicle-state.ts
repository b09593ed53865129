import type { PositionJson } from '../model/position.js';

/** What the map tells apart, in the order in which it draws: later ones lie on top. */
export const VEHICLE_STATES = ['stale', 'stopped', 'moving', 'alarm'] as const;
export type VehicleState = (typeof VEHICLE_STATES)[number];

/** No message for so long: what the map shows is history. */
export const STALE_AFTER_MS = 5 * 60_000;
/** Below this a GNSS speed is noise. */
const STOPPED_BELOW_KMH = 3;

/** `alerted`: the vehicle has an alert that nobody has dealt with. */
export function vehicleState(
  position: PositionJson & { online: boolean },
  alerted: boolean,
  now: number,
): VehicleState {
  if (alerted || position.alarm !== 0) return 'alarm';
  // Ships report seldom: the server says by itself when they are silent for too long.
  const silent =
    position.source !== 'ais' && position.receivedAt !== null && now - Date.parse(position.receivedAt) > STALE_AFTER_MS;
  if (silent || !position.online) return 'stale';
  // A source without speeds (some feeds) says by the heading alone that the vehicle moves.
  const moving = position.speed === null ? position.heading !== null : position.speed >= STOPPED_BELOW_KMH;
  return moving ? 'moving' : 'stopped';
}
