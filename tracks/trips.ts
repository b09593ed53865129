import { distanceM } from '../geo/distance.js';
import { ACC_KNOWN, ACC_ON, type Position } from '../model/position.js';
import type { Journey, Stop, Trip } from '../model/trip.js';
import { SILENCE_MS, UNSEEN_MOVE_M } from './leg.js';
import { isUsable } from './usable.js';

/**
 * As long as a vehicle stays this near to the fix it came to rest with, it stands. A parked receiver between high
 * buildings wanders by 30 to 60 m and its speed is rarely 0, so the place decides, not the speed.
 */
export const STOP_RADIUS_M = 100;
/** Shorter rests are traffic: a red light takes up to 3 min. */
export const STOP_MIN_MS = 300_000;
/** Who switches off the engine means to stay. */
export const STOP_MIN_OFF_MS = 120_000;
/** Who never gets farther from a stop than this before standing again has not left it: a queue, a yard, a stray fix. */
export const SAME_PLACE_M = 200;

/** A run of fixes in one place: `first` to `last`, and when it was over. */
interface Stand {
  first: number;
  /** The fix that its last rest began with; `first`, unless rests were joined. */
  rest: number;
  last: number;
  end: number;
  silentMs: number;
}

/** A trip up to a fix before which nothing will change, whatever comes after it: what was driven so far. */
export interface Driving {
  /** Its `end` is that fix; `ended` is null. */
  trip: Trip;
  startMileageKm: number;
}

/** What is known of the time before the first fix that is given; at most one of the two. */
export interface Begun {
  /** A stop: then the first fix is the one of its `seenUntil`. */
  standing?: Stop;
  /** Then the first fix is the last of its trip. */
  driving?: Driving;
}

/**
 * Trips and stops of one vehicle, from its fixes in order of time. The one definition: whoever shows a trip, of today
 * or of last year, has it from here.
 *
 * A stop is a stay within STOP_RADIUS_M of its first fix for STOP_MIN_MS (stay points after Li et al. 2008). Silence of
 * more than SILENCE_MS belongs to a stop where the vehicle then is within UNSEEN_MOVE_M, and is a gap otherwise: it
 * moved and nobody knows how. What lies between stops and gaps is a trip.
 */
export function tripsAndStops(positions: readonly Position[]): Journey {
  const { trips, stops } = journeyFrom(positions, {}, -Infinity);
  return { trips, stops };
}

/**
 * The same where something is known of before: the answer is the one that all fixes since that stop or trip began would give, for
 * none of them can change what follows. Answers as well with what can be gone on from next time if nothing comes that is older than
 * `time` (epoch ms); null where the last stop serves for that, or nothing yet.
 */
export function journeyFrom(
  positions: readonly Position[],
  begun: Begun,
  time: number,
): Journey & { driving: Driving | null } {
  const { standing, driving } = begun;
  const fixes = positions.filter(isUsable);
  const trips: Trip[] = [];
  const stops: Stop[] = [];
  if (fixes.length === 0) {
    if (standing) stops.push(standing);
    if (driving && driving.trip.fixes > 1) trips.push(driving.trip);
    return { trips, stops, driving: null };
  }
  const { stands, certain } = standsIn(fixes, standing);
  const whole = joined(stands, fixes, standing);
  let from = 0;
  for (const stand of whole) {
    addTrips(fixes, from, stand.first, 'stop', driving, trips);
    stops.push(stopOf(fixes, stand, stand.first === 0 ? standing : undefined));
    from = fixes[stand.last].fixTime === stand.end ? stand.last : stand.last + 1;
  }
  addTrips(fixes, from, fixes.length - 1, null, driving, trips);

  let last = Math.min(certain, fixes.length - 1);
  // Of several fixes of one time the first, because by its time it will be found.
  while (last > from && !(fixes[last].fixTime < time && fixes[last - 1].fixTime < fixes[last].fixTime)) last--;
  if (last <= from) return { trips, stops, driving: (from === 0 && driving) || null };
  const stand = whole.at(-1);
  const near = stand && staysNear(fixes, stand, last, stand.first === 0 ? standing : undefined);
  return { trips, stops, driving: near ? null : drivenTo(fixes, from, last, driving) };
}

/** Stands in order, and the first fix of which later ones will tell whether one begins with it. */
function standsIn(fixes: readonly Position[], standing?: Stop): { stands: Stand[]; certain: number } {
  const stands: Stand[] = [];
  let certain = fixes.length;
  for (let i = 0; i < fixes.length; ) {
    const { stand, over } = standFrom(fixes, i, i === 0 ? standing : undefined);
    if (stand) stands.push(stand);
    if (!over) certain = Math.min(certain, i);
    i = stand ? stand.last + 1 : i + 1;
  }
  return { stands, certain };
}

/**
 * The stand that begins with fix `first`, or with the stop before it; null where the vehicle leaves too soon. `over`: that it left
 * was seen.
 */
function standFrom(fixes: readonly Position[], first: number, standing?: Stop): { stand: Stand | null; over: boolean } {
  const { lon: ownLon, lat: ownLat, fixTime } = fixes[first];
  const { restLon: lon, restLat: lat } = standing ?? { restLon: ownLon, restLat: ownLat };
  let off = isOff(fixes[first]);
  const stand: Stand = { first, rest: first, last: first, end: fixTime, silentMs: standing?.silentMs ?? 0 };
  let over = false;
  for (let next = first + 1; next < fixes.length; next++) {
    const a = fixes[stand.last];
    const b = fixes[next];
    const away = distanceM(lon, lat, b.lon, b.lat) > STOP_RADIUS_M;
    if (b.fixTime - a.fixTime > SILENCE_MS) {
      over = distanceM(a.lon, a.lat, b.lon, b.lat) > UNSEEN_MOVE_M;
      if (over) break;
      stand.end = b.fixTime;
      if (away) return { stand, over: true }; // it left at some time while nothing was heard of it
      stand.silentMs += b.fixTime - a.fixTime;
    } else if (away) {
      over = true;
      break;
    }
    stand.last = next;
    stand.end = b.fixTime;
    off ||= isOff(b);
  }
  const long = stand.end - fixTime >= (off ? STOP_MIN_OFF_MS : STOP_MIN_MS);
  return { stand: standing || long ? stand : null, over };
}

/** Stands between which the vehicle stayed near become one. */
function joined(stands: readonly Stand[], fixes: readonly Position[], standing?: Stop): Stand[] {
  const whole: Stand[] = [];
  for (const stand of stands) {
    const before = whole.at(-1);
    if (!before || !staysNear(fixes, before, stand.first, before.first === 0 ? standing : undefined)) {
      whole.push(stand);
      continue;
    }
    // Where the first was left in silence, that silence is now inside.
    const silent = fixes[before.last].fixTime === before.end ? 0 : before.end - fixes[before.last].fixTime;
    whole[whole.length - 1] = { ...stand, first: before.first, silentMs: before.silentMs + silent + stand.silentMs };
  }
  return whole;
}

function staysNear(fixes: readonly Position[], a: Stand, to: number, standing?: Stop): boolean {
  const { lon, lat } = standing ?? fixes[a.first];
  for (let i = a.last + 1; i <= to; i++) {
    if (isGap(fixes[i - 1], fixes[i]) || distanceM(lon, lat, fixes[i].lon, fixes[i].lat) > SAME_PLACE_M) return false;
  }
  return true;
}

function stopOf(fixes: readonly Position[], { first, rest, last, end, silentMs }: Stand, standing?: Stop): Stop {
  const { lon, lat, fixTime } = fixes[first];
  const stop: Stop = {
    ...(standing ?? { start: fixTime, lon, lat, idleMs: 0, ignitionOff: isOff(fixes[first]), fixes: 1 }),
    restLon: standing && rest === first ? standing.restLon : fixes[rest].lon,
    restLat: standing && rest === first ? standing.restLat : fixes[rest].lat,
    end,
    seenUntil: fixes[last].fixTime,
    open: last === fixes.length - 1,
    silentMs,
  };
  for (let i = first + 1; i <= last; i++) {
    stop.fixes++;
    if (isOff(fixes[i])) stop.ignitionOff = true;
    const isOn = fixes[i].flags & ACC_KNOWN && fixes[i - 1].flags & ACC_KNOWN && fixes[i - 1].flags & ACC_ON;
    if (isOn) stop.idleMs += fixes[i].fixTime - fixes[i - 1].fixTime;
  }
  return stop;
}

/** The trips from fix `from` to fix `to`, cut where the vehicle moved unseen. One fix alone is no trip. */
function addTrips(
  fixes: readonly Position[],
  from: number,
  to: number,
  ended: Trip['ended'],
  driving: Driving | undefined,
  trips: Trip[],
): void {
  let start = from;
  const add = (last: number, why: Trip['ended']) => {
    const { trip } = driven(fixes, start, last, driving);
    if (trip.fixes > 1) trips.push({ ...trip, ended: why });
  };
  for (let i = from + 1; i <= to; i++) {
    if (!isGap(fixes[i - 1], fixes[i])) continue;
    add(i - 1, 'gap');
    start = i;
  }
  if (to >= start) add(to, ended);
}

/** The trip under way at fix `last`, which began with fix `from` or after the last gap since. */
function drivenTo(fixes: readonly Position[], from: number, last: number, driving?: Driving): Driving {
  let start = last;
  while (start > from && !isGap(fixes[start - 1], fixes[start])) start--;
  return driven(fixes, start, last, driving);
}

/** From fix `first`, of all fixes before which `driving` is the sum, to fix `last`. */
function driven(fixes: readonly Position[], first: number, last: number, driving?: Driving): Driving {
  const before = first === 0 ? driving : undefined;
  const { lon, lat, fixTime, speedKmh, mileageKm } = fixes[first];
  const startMileageKm = before?.startMileageKm ?? mileageKm;
  const end = fixes[last];
  let metres = before?.trip.distanceM ?? 0;
  let fastest = before?.trip.maxSpeedKmh ?? speedKmh;
  for (let i = first + 1; i <= last; i++) {
    const p = fixes[i];
    metres += distanceM(fixes[i - 1].lon, fixes[i - 1].lat, p.lon, p.lat);
    if (!(p.speedKmh <= fastest) && !Number.isNaN(p.speedKmh)) fastest = p.speedKmh;
  }
  const trip: Trip = {
    ...(before?.trip ?? { start: fixTime, startLon: lon, startLat: lat }),
    end: end.fixTime,
    endLon: end.lon,
    endLat: end.lat,
    ended: null,
    distanceM: metres,
    odometerKm: end.mileageKm - startMileageKm,
    maxSpeedKmh: fastest,
    fixes: (before?.trip.fixes ?? 1) + last - first,
  };
  return { trip, startMileageKm };
}

function isGap(a: Position, b: Position): boolean {
  return b.fixTime - a.fixTime > SILENCE_MS && distanceM(a.lon, a.lat, b.lon, b.lat) > UNSEEN_MOVE_M;
}

function isOff(p: Position): boolean {
  return (p.flags & ACC_KNOWN) !== 0 && (p.flags & ACC_ON) === 0;
}
