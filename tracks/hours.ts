import type { Position } from '../model/position.js';
import { type OdometerJump, SPEED_BANDS_KMH, type VehicleHour } from '../model/vehicle-hour.js';
import { IMPOSSIBLE_KMH, legBetween, type PlaceInTime } from './leg.js';
import { isQualified } from './usable.js';

export const HOUR_MS = 3_600_000;
const MINUTE_MS = 60_000;
/** Slower than a person walks, a vehicle does not move. */
const MOVING_KMH = 5;
/** Odometers tell tenths of a kilometre, and do not count in step with the fixes. */
const ODOMETER_SLACK_KM = 0.5;

interface WayEnd extends PlaceInTime {
  mileageKm: number;
}

function wayEndOf({ lon, lat, fixTime, mileageKm }: Position): WayEnd {
  return { lon, lat, fixTime, mileageKm };
}

/** Sums as they are between two fixes, to go on from. */
export interface SumsSoFar {
  /** The hour under way; null before the first fix. */
  hour: VehicleHour | null;
  before: WayEnd | null;
  minute: number;
}

/**
 * Sums up the fixes of one vehicle, given in order of time, by hour. The way between two fixes counts for the hour of
 * the later one, so hours may be summed again from any hour on if the last qualified fix before it is given first.
 */
export class HourSums {
  readonly hours: VehicleHour[] = [];
  /** What the next way begins with: of the last qualified fix, of which nothing else is kept. */
  #before: WayEnd | null;
  #minute = NaN;

  /** `before`: the last qualified fix before the first hour, where there is one. */
  constructor(before: Position | null = null) {
    this.#before = before && wayEndOf(before);
  }

  /** Goes on where other sums were; their hour is the first. */
  static after({ hour, before, minute }: SumsSoFar): HourSums {
    const sums = new HourSums();
    if (hour) sums.hours.push(copyOfHour(hour));
    sums.#before = before;
    sums.#minute = minute;
    return sums;
  }

  soFar(): SumsSoFar {
    const hour = this.hours.at(-1);
    return { hour: hour ? copyOfHour(hour) : null, before: this.#before, minute: this.#minute };
  }

  add(p: Position): void {
    const hour = this.#hourOf(p.fixTime);
    hour.fixes++;
    const minute = Math.floor(p.fixTime / MINUTE_MS);
    if (minute !== this.#minute) hour.onlineMinutes++;
    this.#minute = minute;
    if (!isQualified(p)) return;
    hour.qualified++;
    if (!Number.isNaN(p.speedKmh)) addSpeed(hour, p.speedKmh);
    if (this.#before) addWay(hour, this.#before, p);
    this.#before = wayEndOf(p);
  }

  #hourOf(time: number): VehicleHour {
    const hour = Math.floor(time / HOUR_MS) * HOUR_MS;
    const last = this.hours.at(-1);
    if (last?.hour === hour) return last;
    const next = emptyHour(hour);
    this.hours.push(next);
    return next;
  }
}

export function emptyHour(hour: number): VehicleHour {
  return {
    hour,
    fixes: 0,
    qualified: 0,
    onlineMinutes: 0,
    distanceM: 0,
    completeM: 0,
    odometerKm: 0,
    jumps: [],
    movingMs: 0,
    maxSpeedKmh: NaN,
    speedProfile: new Array(SPEED_BANDS_KMH.length + 1).fill(0),
    drift: 0,
  };
}

function copyOfHour(hour: VehicleHour): VehicleHour {
  return { ...hour, jumps: [...hour.jumps], speedProfile: [...hour.speedProfile] };
}

function addSpeed(hour: VehicleHour, speed: number): void {
  if (!(speed <= hour.maxSpeedKmh)) hour.maxSpeedKmh = speed;
  const band = SPEED_BANDS_KMH.findIndex((edge) => speed < edge);
  hour.speedProfile[band < 0 ? SPEED_BANDS_KMH.length : band]++;
}

function addWay(hour: VehicleHour, a: WayEnd, b: WayEnd): void {
  const leg = legBetween(a, b);
  if (leg.kind === 'drift') {
    hour.drift++; // counts on neither side of the rate
    return;
  }
  hour.distanceM += leg.metres;
  if (leg.kind !== 'unseen') hour.completeM += leg.metres;
  if (leg.kind === 'seen' && leg.metres * 3600 >= MOVING_KMH * leg.ms) hour.movingMs += leg.ms;
  const jump = odometerJump(a, b);
  if (jump) hour.jumps.push(jump);
  else if (b.mileageKm > a.mileageKm) hour.odometerKm += b.mileageKm - a.mileageKm;
}

/** Backwards, or farther than anything can have gone in that time. */
function odometerJump(a: WayEnd, b: WayEnd): OdometerJump | null {
  const km = b.mileageKm - a.mileageKm;
  const most = (IMPOSSIBLE_KMH * (b.fixTime - a.fixTime)) / HOUR_MS + ODOMETER_SLACK_KM;
  const plausible = Number.isNaN(km) || (km >= 0 && km <= most);
  return plausible ? null : { at: b.fixTime, fromKm: a.mileageKm, toKm: b.mileageKm };
}
