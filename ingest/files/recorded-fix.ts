/** A fix as a file has it; NaN means not known. */
export interface RecordedFix {
  /** Epoch ms. */
  time: number;
  /** Degrees, in the datum of the file. */
  lon: number;
  lat: number;
  speedKmh: number;
  headingDeg: number;
  altitudeM: number;
  mileageKm: number;
}

/** What one line, or one point, of a file of tracks says; or why it says nothing. `line` counts from 1 and never falls. */
export type TrackItem = { line: number; vehicle: string; fix: RecordedFix } | { line: number; reason: string };

export function isPlace(lon: number, lat: number): boolean {
  return Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}
