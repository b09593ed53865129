import { ALARM_EMERGENCY } from '../model/alarm.js';
import type { Fleet } from '../model/fleet.js';
import { BACKFILLED, LOCATED, type Position } from '../model/position.js';
import {
  LATE,
  NO_FIX,
  OUT_OF_ORDER,
  REPEAT,
  SUSPECT_MOTION,
  SUSPECT_PLACE,
  SUSPECT_TIME,
  VERY_LATE,
} from '../model/quality.js';
import type { RejectReason } from '../model/reject.js';

/** West, south, east, north in degrees WGS-84; west < east. */
export type Box = readonly [number, number, number, number];

export interface VerdictPolicy {
  /** `live` classes a fix by its distance from now; `replay` trusts the terminal's time however old or fast. */
  time: 'live' | 'replay';
  /** Older fixes are refused under `live`. */
  retentionMs: number;
  /** Where the installation's vehicles drive; null: anywhere. */
  region: Box | null;
}

const MINUTE_MS = 60_000;
const HOUR_MS = 60 * MINUTE_MS;
const DAY_MS = 24 * HOUR_MS;
const YEAR_2010_MS = Date.UTC(2010, 0, 1);
const YEAR_2000_MS = Date.UTC(2000, 0, 1);
const YEAR_2100_MS = Date.UTC(2100, 0, 1);

const REGION_MARGIN_KM = 50;
const KM_PER_DEGREE = 111.195;
const RADIANS = Math.PI / 180;

const MAX_SPEED_KMH = 220;
const MAX_IMPLIED_KMH = 300;
const MIN_MOTION_MS = 3_000;

/**
 * Judges fixes by the reliability sheet §7 and §8. The same fix, fleet and policy give the same verdict, and the fleet is
 * a function of the log, so a fix that is sent again after a crash is recognised as the one the log already has.
 */
export class Verdict {
  readonly #policy: VerdictPolicy;
  /** The region and its margin. */
  readonly #box: Box | null;

  constructor(policy: VerdictPolicy) {
    this.#policy = policy;
    this.#box = policy.region && widened(policy.region);
  }

  /**
   * Fills `quality` and `subSeq` of a fix whose `vehicleNo` and `receivedTime` are known, or says why it is refused.
   * `head` is not changed.
   *
   * A call for help is never refused: with an impossible time it counts as made when it came, with an impossible place
   * as made without a fix.
   */
  judge(p: Position, head: Fleet): RejectReason | null {
    const emergency = (p.alarms >>> ALARM_EMERGENCY) & 1;
    let marks = this.#timeMarks(p.fixTime - p.receivedTime, p);
    if (typeof marks === 'string') {
      if (!emergency) return marks;
      p.fixTime = p.receivedTime;
      marks = SUSPECT_TIME;
    }
    if (!(Math.abs(p.lon) <= 180 && Math.abs(p.lat) <= 90)) {
      // Without a fix the place means nothing, so an impossible one is no reason to lose the report.
      if (p.flags & LOCATED && !emergency) return 'bad-place';
      p.lon = NaN;
      p.lat = NaN;
      p.flags &= ~LOCATED;
    }
    if (p.flags & LOCATED) {
      if (this.#isSuspectPlace(p.lon, p.lat)) marks |= SUSPECT_PLACE;
    } else {
      marks |= NO_FIX;
    }
    if (p.speedKmh > MAX_SPEED_KMH) marks |= SUSPECT_MOTION;
    p.subSeq = 0;
    p.quality = head.hasFix(p.vehicleNo) ? this.#againstHead(p, head, marks) : marks;
    return null;
  }

  /** `ahead`: ms by which the fix is ahead of our clock; NaN where it has no time. */
  #timeMarks(ahead: number, p: Position): number | RejectReason {
    const backfilled = p.flags & BACKFILLED ? LATE : 0;
    if (this.#policy.time === 'replay') {
      return p.fixTime >= YEAR_2000_MS && p.fixTime < YEAR_2100_MS ? backfilled : 'bad-time';
    }
    if (!(p.fixTime >= YEAR_2010_MS && ahead <= DAY_MS)) return 'bad-time';
    if (ahead > 2 * MINUTE_MS) return SUSPECT_TIME;
    if (ahead > -10 * MINUTE_MS) return backfilled;
    if (ahead > -72 * HOUR_MS) return LATE;
    if (ahead > -this.#policy.retentionMs) return VERY_LATE;
    return 'too-old';
  }

  #isSuspectPlace(lon: number, lat: number): boolean {
    if (lon === 0 && lat === 0) return true;
    const box = this.#box;
    return box !== null && (lon < box[0] || lat < box[1] || lon > box[2] || lat > box[3]);
  }

  /** The vehicle's newest fix decides what is a repeat, what comes too late and what is a jump. */
  #againstHead(p: Position, head: Fleet, marks: number): number {
    const i = p.vehicleNo;
    const later = p.fixTime - head.fixTime[i];
    if (later < 0) return marks & (LATE | VERY_LATE | SUSPECT_TIME) ? marks : marks | OUT_OF_ORDER;
    const located = (marks & (NO_FIX | SUSPECT_PLACE)) === 0;
    if (later === 0) {
      if (head.source[i] !== p.source) return marks; // two sources, two facts
      const samePlace = p.lon === head.lon[i] && p.lat === head.lat[i];
      const sameSpeed = Object.is(Math.fround(p.speedKmh), head.speedKmh[i]);
      if (samePlace && sameSpeed && p.alarmWord === head.alarmWord[i]) {
        p.subSeq = head.subSeq[i];
        return marks | REPEAT;
      }
      // Two fixes of one second are legal, and when they are sent again they come as a pair: the first must find its
      // own row again. So there is one number more, and after it whatever is not a repeat goes by the first's.
      if (head.subSeq[i] > 0) return marks | OUT_OF_ORDER;
      p.subSeq = 1;
    } else if (later >= MIN_MOTION_MS && located && jumps(p, head.lon[i], head.lat[i], later)) {
      marks |= SUSPECT_MOTION;
    }
    return marks;
  }
}

/** True where going from (lon, lat) to `p` in `ms` takes more than 300 km/h. Good to 1 % over the distances that matter. */
function jumps(p: Position, lon: number, lat: number, ms: number): boolean {
  const limitKm = (MAX_IMPLIED_KMH * ms) / HOUR_MS;
  const eastDegrees = Math.abs(p.lon - lon);
  const east = eastDegrees > 180 ? 360 - eastDegrees : eastDegrees; // across the date line
  const north = Math.abs(p.lat - lat);
  if ((east + north) * KM_PER_DEGREE <= limitKm) return false; // nearly every fix: no cosine needed
  const eastKm = east * KM_PER_DEGREE * Math.cos(((p.lat + lat) / 2) * RADIANS);
  return Math.hypot(eastKm, north * KM_PER_DEGREE) > limitKm;
}

function widened([west, south, east, north]: Box): Box {
  const dLat = REGION_MARGIN_KM / KM_PER_DEGREE;
  const widest = Math.min(Math.max(Math.abs(south), Math.abs(north)) + dLat, 89);
  const dLon = dLat / Math.cos(widest * RADIANS);
  return [west - dLon, south - dLat, east + dLon, north + dLat];
}
