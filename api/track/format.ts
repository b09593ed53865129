import type { Datum } from '../../model/datum.js';
import type { Fixes } from '../../model/fixes.js';
import type { Position } from '../../model/position.js';
import type { Vehicle } from '../../model/vehicle.js';

/** A silence longer than this ends a line: the vehicle's way in between is not known. */
export const GAP_MS = 10 * 60_000;

export interface TrackContext {
  vehicle: Vehicle;
  /** Epoch ms. */
  from: number;
  to: number;
  /** Where the row limit cut the track: the fix time to go on from; null while it has not. */
  cut(): number | null;
  /** Additional items of a fix as named values, where they were asked for. */
  extra: ((p: Position) => Record<string, unknown> | undefined) | null;
  /** Write a byte order mark, so that spreadsheets read UTF-8. */
  excel: boolean;
  /** What the places of the fixes refer to. */
  datum: Datum;
}

/** One way to write a track: batches of fixes in time order to chunks of text or bytes. */
export interface TrackFormat {
  contentType: string;
  /** Ending of the file to save; null where the answer is shown, not saved. */
  extension: string | null;
  /** True where a cut track can say so itself; the others are broken off. */
  tellsCut: boolean;
  write(batches: AsyncIterable<Fixes>, context: TrackContext): AsyncIterable<string | Uint8Array>;
}

/** True where the fix has a place to draw. */
export function hasPlace(p: Position): boolean {
  return Number.isFinite(p.lon) && Number.isFinite(p.lat);
}
