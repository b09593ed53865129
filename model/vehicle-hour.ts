/** Upper edges, km/h, of the speed bands that fixes are counted in: standing, and six of 20 km/h; a last one is above them all. */
export const SPEED_BANDS_KMH = [1, 20, 40, 60, 80, 100, 120] as const;

/** An odometer that did not count on: it was reset, replaced, or made up. */
export interface OdometerJump {
  /** Epoch ms of the fix that shows it. */
  at: number;
  fromKm: number;
  toKm: number;
}

/** One hour of one vehicle, summed so that hours add up to days and vehicles to companies. */
export interface VehicleHour {
  /** Epoch ms at which the hour begins. */
  hour: number;
  /** Fixes, and those of them that pass the ranges of the assessment sheet §2.2. */
  fixes: number;
  qualified: number;
  /** Minutes from which there is a fix. */
  onlineMinutes: number;
  /** Along the qualified fixes, and how much of that is complete (assessment sheet §2.1). */
  distanceM: number;
  completeM: number;
  /** By the odometer without its jumps, km. */
  odometerKm: number;
  jumps: OdometerJump[];
  movingMs: number;
  /** km/h; NaN where no fix tells a speed. */
  maxSpeedKmh: number;
  /** Fixes by band of speed: SPEED_BANDS_KMH, and one more. */
  speedProfile: number[];
  /** Pairs of fixes between which no vehicle can have gone (§2.3). */
  drift: number;
}
