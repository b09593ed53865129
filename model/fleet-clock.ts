import type { Fleet } from './fleet.js';

/** Vehicles that were heard of longer ago than this, by our clock, have no say. */
const ACTIVE_MS = 120_000;
/** Time is as far as so many of the vehicles heard of have told, and never a single one of three. */
const SHARE = 0.5;
const FEWEST = 2;
/** Of a large fleet so many are asked, each as far from the next: enough to know half of them by. */
const ASKED = 4096;

/** What the fleet says of the time: epoch ms, −Infinity before the first fix; and how many vehicles were heard. */
export interface FleetTime {
  time: number;
  vehicles: number;
}

/**
 * The time that recorded tracks have reached. They bring their own, so our clock says nothing, and the newest time of all would be
 * that of the one terminal whose clock is hours ahead. So time is what half of the vehicles heard of lately have reached: wrong clocks
 * move nothing, and who is a little behind the others, because tracks run fast and wires do not, is not taken for silent. Of
 * fewer than three vehicles time is what all of them have reached.
 *
 * Vehicles that play tracks of different days at once share one clock all the same: that of the larger part.
 */
export function fleetTime({ contactTime, fixTime, capacity }: Fleet, now: number): FleetTime {
  const stride = Math.max(1, Math.floor(capacity / ASKED));
  const times: number[] = [];
  // A large fleet's numbers are as good as drawn by lot.
  for (let no = 1; no < capacity; no += stride) {
    if (contactTime[no] >= now - ACTIVE_MS && !Number.isNaN(fixTime[no])) times.push(fixTime[no]);
  }
  const vehicles = times.length;
  if (vehicles === 0) return { time: -Infinity, vehicles };
  times.sort((a, b) => b - a);
  const needed = vehicles <= FEWEST ? vehicles : Math.max(FEWEST, Math.ceil(vehicles * SHARE));
  return { time: times[needed - 1], vehicles };
}
