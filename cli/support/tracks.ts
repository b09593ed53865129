import { BadFileError } from '../../ingest/files/bad-file.js';
import { readTrackFile, type TrackFileOptions } from '../../ingest/files/read-track-file.js';
import type { Datum } from '../../model/datum.js';
import { wgs84Of } from '../../model/datum-shift.js';
import { stripZeros } from '../../model/vehicle.js';
import type { TerminalFix } from './terminal-messages.js';

export interface TrackOptions extends TrackFileOptions {
  /** What its coordinates refer to; fixes are WGS-84. */
  datum?: Datum;
  /** Throw at the first bad line instead of collecting it. */
  strict?: boolean;
}

export interface Tracks {
  /** The fixes of each vehicle, oldest first; by vehicle as the file names it, numbers without leading zeros. */
  byVehicle: Map<string, TerminalFix[]>;
  fixes: number;
  bad: { line: number; reason: string }[];
}

/**
 * Reads recorded tracks from a file (ingest/files/read-track-file.ts); about 200 bytes of memory per fix, because a file may be
 * sorted by vehicle and is played by time. Throws BadFileError where it cannot be used.
 */
export async function readTracks(file: string, options: TrackOptions = {}): Promise<Tracks> {
  const tracks: Tracks = { byVehicle: new Map(), fixes: 0, bad: [] };
  for await (const item of readTrackFile(file, options)) {
    if ('reason' in item) {
      if (options.strict) throw new BadFileError(`${file}:${item.line}: ${item.reason}`);
      tracks.bad.push(item);
      continue;
    }
    const [lon, lat] = wgs84Of([item.fix.lon, item.fix.lat], options.datum ?? 'wgs84');
    const fix = { ...item.fix, lon, lat };
    const vehicle = stripZeros(item.vehicle);
    const known = tracks.byVehicle.get(vehicle);
    if (known) known.push(fix);
    else tracks.byVehicle.set(vehicle, [fix]);
    tracks.fixes++;
  }
  for (const fixes of tracks.byVehicle.values()) fixes.sort((a, b) => a.time - b.time);
  return tracks;
}
