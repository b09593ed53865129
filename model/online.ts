import type { Fleet } from './fleet.js';
import { sourceNumber } from './source.js';

/** How long after its last word something still counts as online, ms. */
export interface OnlineWindows {
  onlineMs: number;
  /** Ships at anchor report every three minutes, and receivers miss some: silence means less (ITU-R M.1371 §1). */
  vesselOnlineMs: number;
}

const AIS = sourceNumber('ais');

/** True where something of vehicle `no` came within its window before `now` (epoch ms), and it has not said since that it goes. */
export function isOnline(fleet: Fleet, no: number, now: number, windows: OnlineWindows): boolean {
  return now <= onlineUntil(fleet, no, windows);
}

/** The last moment, epoch ms, at which vehicle `no` is online if nothing more comes; NaN where it is not, or nothing ever came. */
export function onlineUntil(fleet: Fleet, no: number, { onlineMs, vesselOnlineMs }: OnlineWindows): number {
  if (no >= fleet.capacity || fleet.isGone(no)) return NaN;
  return fleet.contactTime[no] + (fleet.source[no] === AIS ? vesselOnlineMs : onlineMs);
}

export function countOnline(fleet: Fleet, now: number, windows: OnlineWindows): number {
  let online = 0;
  for (let no = 1; no < fleet.capacity; no++) if (isOnline(fleet, no, now, windows)) online++;
  return online;
}
