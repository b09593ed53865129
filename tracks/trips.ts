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

/**
 * Trips and stops of one vehicle, from its fixes in order of time. The one definition: whoever shows a trip, of today
 * or of last year, has it from here.
 *
 * A stop is a stay within STOP_RADIUS_M of its first fix for STOP_MIN_MS (stay points after Li et al. 2008). Silence of
 * more than SILENCE_MS belongs to a stop where the vehicle then is within UNSEEN_MOVE_M, and is a gap otherwise: it
 * moved and nobody knows how. What lies between stops and gaps is a trip.
 *
 * `standing` is a stop of an earlier call: then the first fix must be the one of its `seenUntil`, and the answer is the
 * same as if all fixes since the stop began had been given, for none of them can change what follows.
 */
export function tripsAndStops(positions: readonly Position[], standing?: Stop): Journey {
  const fixes = positions.filter(isUsable);
  const journey: Journey = { trips: [], stops: [] };
  if (fixes.length === 0) return standing ? { trips: [], stops: [standing] } : journey;

  let from = 0;
  for (const stand of joined(standsIn(fixes, standing), fixes, standing)) {
    addTrips(fixes, from, stand.first, 'stop', journey.trips);
    journey.stops.push(stopOf(fixes, stand, stand.first === 0 ? standing : undefined));
    from = fixes[stand.last].fixTime === stand.end ? stand.last : stand.last + 1;
  }
  addTrips(fixes, from, fixes.length - 1, null, journey.trips);
  return journey;
}

function standsIn(fixes: readonly Position[], standing?: Stop): Stand[] {
  const stands: Stand[] = [];
  for (let i = 0; i < fixes.length; ) {
    const stand = standFrom(fixes, i, i === 0 ? standing : undefined);
    if (stand) stands.push(stand);
    i = stand ? stand.last + 1 : i + 1;
  }
  return stands;
}

/** The stand that begins with fix `first`, or with the stop before it; null where the vehicle leaves too soon. */
function standFrom(fixes: readonly Position[], first: number, standing?: Stop): Stand | null {
  const { lon: ownLon, lat: ownLat, fixTime } = fixes[first];
  const { restLon: lon, restLat: lat } = standing ?? { restLon: ownLon, restLat: ownLat };
  let off = isOff(fixes[first]);
  const stand: Stand = { first, rest: first, last: first, end: fixTime, silentMs: standing?.silentMs ?? 0 };
  for (let next = first + 1; next < fixes.length; next++) {
    const a = fixes[stand.last];
    const b = fixes[next];
    const away = distanceM(lon, lat, b.lon, b.lat) > STOP_RADIUS_M;
    if (b.fixTime - a.fixTime > SILENCE_MS) {
      if (distanceM(a.lon, a.lat, b.lon, b.lat) > UNSEEN_MOVE_M) break;
      stand.end = b.fixTime;
      if (away) return stand; // it left at some time while nothing was heard of it
      stand.silentMs += b.fixTime - a.fixTime;
    } else if (away) break;
    stand.last = next;
    stand.end = b.fixTime;
    off ||= isOff(b);
  }
  return standing || stand.end - fixTime >= (off ? STOP_MIN_OFF_MS : STOP_MIN_MS) ? stand : null;
}

/** Stands between which the vehicle stayed near become one. */
function joined(stands: readonly Stand[], fixes: readonly Position[], standing?: Stop): Stand[] {
  const whole: Stand[] = [];
  for (const stand of stands) {
    const before = whole.at(-1);
    if (!before || !staysNear(fixes, before, stand, before.first === 0 ? standing : undefined)) {
      whole.push(stand);
      continue;
    }
    // Where the first was left in silence, that silence is now inside.
    const silent = fixes[before.last].fixTime === before.end ? 0 : before.end - fixes[before.last].fixTime;
    whole[whole.length - 1] = { ...stand, first: before.first, silentMs: before.silentMs + silent + stand.silentMs };
  }
  return whole;
}

function staysNear(fixes: readonly Position[], a: Stand, b: Stand, standing?: Stop): boolean {
  const { lon, lat } = standing ?? fixes[a.first];
  for (let i = a.last + 1; i <= b.first; i++) {
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
function addTrips(fixes: readonly Position[], from: number, to: number, ended: Trip['ended'], trips: Trip[]): void {
  let start = from;
  for (let i = from + 1; i <= to; i++) {
    if (!isGap(fixes[i - 1], fixes[i])) continue;
    if (i - 1 > start) trips.push(tripOf(fixes.slice(start, i), 'gap'));
    start = i;
  }
  if (to > start) trips.push(tripOf(fixes.slice(start, to + 1), ended));
}

function tripOf(fixes: readonly Position[], ended: Trip['ended']): Trip {
  const first = fixes[0];
  const last = fixes[fixes.length - 1];
  let metres = 0;
  let fastest = NaN;
  for (const [i, p] of fixes.entries()) {
    if (i > 0) metres += distanceM(fixes[i - 1].lon, fixes[i - 1].lat, p.lon, p.lat);
    if (!(p.speedKmh <= fastest) && !Number.isNaN(p.speedKmh)) fastest = p.speedKmh;
  }
  return {
    start: first.fixTime,
    end: last.fixTime,
    startLon: first.lon,
    startLat: first.lat,
    endLon: last.lon,
    endLat: last.lat,
    ended,
    distanceM: metres,
    odometerKm: last.mileageKm - first.mileageKm,
    maxSpeedKmh: fastest,
    fixes: fixes.length,
  };
}

function isGap(a: Position, b: Position): boolean {
  return b.fixTime - a.fixTime > SILENCE_MS && distanceM(a.lon, a.lat, b.lon, b.lat) > UNSEEN_MOVE_M;
}

function isOff(p: Position): boolean {
  return (p.flags & ACC_KNOWN) !== 0 && (p.flags & ACC_ON) === 0;
}
