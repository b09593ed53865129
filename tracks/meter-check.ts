import { distanceM } from '../geo/distance.js';
import type { MeterTrip, TripEnd } from '../model/meter-trip.js';
import { tripTimes } from '../model/meter-trip.js';
import { occupancyOf } from '../model/occupancy.js';
import { BACKFILLED, type Position } from '../model/position.js';
import { legBetween, type PlaceInTime } from './leg.js';
import { isUsable } from './usable.js';

/** `unknown`: there is not enough to compare with. */
export type CheckVerdict = 'agrees' | 'differs' | 'unknown';

/** Each check of a trip against the track, with its figures; NaN where one is not known. */
export interface MeterChecks {
  /** `by`: what the meter was held against. */
  distance: {
    verdict: CheckVerdict;
    meterKm: number;
    trackKm: number;
    odometerKm: number;
    by: 'odometer' | 'track' | null;
  };
  /** `metres` from the place that the trip names to where the track has the vehicle at that time. */
  start: EndCheck;
  end: EndCheck;
  /** Fixes of the trip, and those among them that say loaded. */
  loaded: { verdict: CheckVerdict; fixes: number; loaded: number };
  /** How far the meter's clock is from the terminal's at the end where it is farther. */
  clock: { verdict: CheckVerdict; seconds: number };
}

interface EndCheck {
  verdict: CheckVerdict;
  metres: number;
}

export interface CheckedTrip {
  /** Where it began and ended, WGS-84; null where the terminal knew no place. */
  start: PlaceInTime | null;
  end: PlaceInTime | null;
  checks: MeterChecks;
}

/** Fixes that a check wants from before and after the trip, ms. */
export const CHECK_MARGIN_MS = 120_000;
/** Longer ones are not compared: the track of a day is read for no single trip. */
export const LONGEST_TRIP_MS = 24 * 3_600_000;

/** Meter and odometer both round to 0.1 km, and a track cuts corners: what either may be off. */
const DISTANCE_SHARE = 0.1;
const DISTANCE_KM = 0.3;
/** Silence over which a track no longer says how far it was, ms. */
const KNOWN_WAY_MS = 120_000;
const END_METRES = 300;
const LOADED_SHARE = 0.9;
const FEWEST_FIXES = 3;
/** The sign at the roof and the report are not of one moment, ms. */
const SWITCHING_MS = 60_000;
/** The meter tells whole minutes; alarm bit 28 is for clocks that are farther apart than this. */
const CLOCK_S = 180;

/**
 * Holds a trip against the fixes of its vehicle from CHECK_MARGIN_MS before to as long after it, oldest first. The two
 * positions that the trip itself brought into the track prove nothing: they are what is checked.
 */
export function checkMeterTrip(trip: MeterTrip, fixes: readonly Position[]): CheckedTrip {
  const { start: from, end: to } = tripTimes(trip);
  const [own, track] = divided(trip, fixes.filter(isUsable));
  const start = placeOf(trip.pickUp, trip, own);
  const end = placeOf(trip.dropOff, trip, own);
  const inside = track.filter(({ fixTime }) => fixTime > from && fixTime < to);
  const settled = inside.filter(({ fixTime }) => fixTime > from + SWITCHING_MS && fixTime < to - SWITCHING_MS);
  const way = [start, ...inside, end].filter((place) => place !== null);
  const checks: MeterChecks = {
    distance: distanceCheck(trip, way, track),
    start: endCheck(start, track),
    end: endCheck(end, track),
    loaded: loadedCheck(settled),
    clock: clockCheck(trip),
  };
  return { start, end, checks };
}

/** One that differs decides; `unknown` where nothing could be compared. */
export function overall(checks: MeterChecks): CheckVerdict {
  const verdicts = Object.values(checks).map(({ verdict }) => verdict);
  if (verdicts.includes('differs')) return 'differs';
  return verdicts.includes('agrees') ? 'agrees' : 'unknown';
}

/** The trip's own positions by their time, and the fixes of the source that has most to say. */
function divided(trip: MeterTrip, fixes: readonly Position[]): [Map<number, Position>, Position[]] {
  const own = new Map<number, Position>();
  const bySource = new Map<number, Position[]>();
  for (const fix of fixes) {
    const isEnd = fix.fixTime === trip.pickUp.time || fix.fixTime === trip.dropOff.time;
    if (isEnd && fix.flags & BACKFILLED) own.set(fix.fixTime, fix);
    else bySource.set(fix.source, [...(bySource.get(fix.source) ?? []), fix]);
  }
  const [most = []] = [...bySource.values()].sort((a, b) => b.length - a.length);
  return [own, most];
}

/** By the fix that it brought into the track, or as it was sent where that is WGS-84. */
function placeOf({ time, lon, lat }: TripEnd, { datum }: MeterTrip, own: ReadonlyMap<number, Position>) {
  const fix: PlaceInTime | undefined = own.get(time);
  if (fix !== undefined) return fix;
  return datum === null && Number.isFinite(time + lon + lat) ? { fixTime: time, lon, lat } : null;
}

function distanceCheck(
  trip: MeterTrip,
  way: readonly PlaceInTime[],
  track: readonly Position[],
): MeterChecks['distance'] {
  const meterKm = trip.meter?.km ?? Number.NaN;
  const { start, end } = tripTimes(trip);
  const odometerKm = mileageAt(track, end) - mileageAt(track, start);
  let metres = way.length < 2 ? Number.NaN : 0;
  let known = way.length >= FEWEST_FIXES;
  for (let i = 1; i < way.length; i++) {
    const leg = legBetween(way[i - 1], way[i]);
    if (leg.kind === 'drift') continue;
    metres += leg.metres;
    if (leg.kind === 'unseen' || leg.ms > KNOWN_WAY_MS) known = false;
  }
  const trackKm = metres / 1000;
  const figures = { meterKm, trackKm, odometerKm };
  const byOdometer = verdictOf(meterKm, odometerKm);
  if (byOdometer !== 'unknown') return { verdict: byOdometer, ...figures, by: 'odometer' };
  // Straight lines are never longer than the way: a track with holes can still show that the meter has too little.
  const isShort = trackKm - meterKm > allowance(trackKm);
  if (known || isShort) return { verdict: verdictOf(meterKm, trackKm), ...figures, by: 'track' };
  return { verdict: 'unknown', ...figures, by: null };
}

function verdictOf(meterKm: number, km: number): CheckVerdict {
  if (Number.isNaN(meterKm) || Number.isNaN(km)) return 'unknown';
  return Math.abs(meterKm - km) <= allowance(km) ? 'agrees' : 'differs';
}

function allowance(km: number): number {
  return Math.max(DISTANCE_KM, DISTANCE_SHARE * km);
}

/** Odometer at a time, between the fixes around it; NaN where they are too far apart or do not tell. */
function mileageAt(track: readonly Position[], time: number): number {
  const around = neighbours(
    track.filter(({ mileageKm }) => Number.isFinite(mileageKm)),
    time,
  );
  if (around === null) return Number.NaN;
  const [a, b] = around;
  return a.mileageKm + (b.mileageKm - a.mileageKm) * shareOf(a, b, time);
}

function endCheck(end: PlaceInTime | null, track: readonly Position[]): EndCheck {
  const around = end === null ? null : neighbours(track, end.fixTime);
  if (end === null || around === null) return { verdict: 'unknown', metres: Number.NaN };
  const [a, b] = around;
  const share = shareOf(a, b, end.fixTime);
  const metres = distanceM(end.lon, end.lat, a.lon + (b.lon - a.lon) * share, a.lat + (b.lat - a.lat) * share);
  return { verdict: metres <= END_METRES ? 'agrees' : 'differs', metres };
}

/** The fixes before and after a time; null where there is none, or nothing was heard for too long. */
function neighbours<T extends PlaceInTime>(track: readonly T[], time: number): [T, T] | null {
  const next = track.findIndex(({ fixTime }) => fixTime >= time);
  if (next < 0) return null;
  const after = track[next];
  const before = after.fixTime === time ? after : track[next - 1];
  if (before === undefined || after.fixTime - before.fixTime > KNOWN_WAY_MS) return null;
  return [before, after];
}

function shareOf(a: PlaceInTime, b: PlaceInTime, time: number): number {
  return a === b ? 0 : (time - a.fixTime) / (b.fixTime - a.fixTime);
}

function loadedCheck(fixes: readonly Position[]): MeterChecks['loaded'] {
  const told = fixes.map(occupancyOf).filter((state) => state !== null);
  const loaded = told.filter((state) => state === 'loaded').length;
  const enough = told.length >= FEWEST_FIXES;
  const verdict = !enough ? 'unknown' : loaded >= LOADED_SHARE * told.length ? 'agrees' : 'differs';
  return { verdict, fixes: told.length, loaded };
}

function clockCheck({ pickUp, dropOff, meter }: MeterTrip): MeterChecks['clock'] {
  if (meter === null) return { verdict: 'unknown', seconds: Number.NaN };
  const seconds = [pickUp.time - meter.on, dropOff.time - meter.off].filter(Number.isFinite).map((ms) => ms / 1000);
  if (seconds.length === 0) return { verdict: 'unknown', seconds: Number.NaN };
  const farthest = seconds.reduce((a, b) => (Math.abs(b) > Math.abs(a) ? b : a));
  return { verdict: Math.abs(farthest) <= CLOCK_S ? 'agrees' : 'differs', seconds: farthest };
}
