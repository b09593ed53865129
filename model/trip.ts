/** Times are epoch ms of fixes; places degrees WGS-84. */

/** A vehicle on its way, from where it left to where it stood again or was lost from sight. */
export interface Trip {
  start: number;
  end: number;
  startLon: number;
  startLat: number;
  endLon: number;
  endLat: number;
  /** What came then: it stood, or it moved unseen; null: nothing yet, it may go on. */
  ended: 'stop' | 'gap' | null;
  /** Along the fixes. */
  distanceM: number;
  /** By the odometer, km; NaN where either end does not tell it. */
  odometerKm: number;
  /** km/h, the largest that a fix tells; NaN where none does. */
  maxSpeedKmh: number;
  /** Fixes, both ends among them. */
  fixes: number;
}

/** A vehicle in one place. */
export interface Stop {
  start: number;
  /** When it was seen on its way, or last seen standing. */
  end: number;
  /** The last fix that was still here; earlier than `end` where it left while nothing was heard of it. */
  seenUntil: number;
  /** Of the fix it began with. */
  lon: number;
  lat: number;
  /** Of the fix its last rest began with: another one where the vehicle went some steps and stood again. */
  restLon: number;
  restLat: number;
  /** Nothing came after it yet. */
  open: boolean;
  /** Time between fixes up to `seenUntil` in which nothing was heard for long, ms. */
  silentMs: number;
  /** Time with the ignition known to be on, ms. */
  idleMs: number;
  /** The ignition was known to be off at some fix. */
  ignitionOff: boolean;
  fixes: number;
}

/** What a vehicle did, in the order of time. Every moment between its first and last fix is in one of them or in a gap. */
export interface Journey {
  trips: Trip[];
  stops: Stop[];
}
