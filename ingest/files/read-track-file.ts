import { basename, extname } from 'node:path';
import { BadFileError } from './bad-file.js';
import type { RecordedFix, TrackItem } from './recorded-fix.js';
import { type CsvTrackOptions, readCsvTracks } from './track-csv.js';
import { readGeojsonTracks } from './track-geojson.js';
import { readGpxTracks } from './track-gpx.js';

export interface TrackFileOptions extends CsvTrackOptions {
  /** The vehicle of a track that names none; the name of the file where absent. */
  vehicle?: string;
}

/** How files of tracks are read, by the end of their name. */
const READERS: Readonly<Record<string, (file: string, options: TrackFileOptions) => AsyncIterable<TrackItem>>> = {
  '.csv': readCsvTracks,
  '.gpx': (file, options) => readGpxTracks(file, options.vehicle ?? nameOf(file)),
  '.geojson': (file, options) => readGeojsonTracks(file, options.vehicle ?? nameOf(file)),
  '.geojsonl': (file, options) => readGeojsonTracks(file, options.vehicle ?? nameOf(file)),
};

export const TRACK_EXTENSIONS: readonly string[] = Object.keys(READERS);

/** The fixes of a recording in the order of the file, which may be of any size. Throws BadFileError where it cannot be used. */
export function readTrackFile(file: string, options: TrackFileOptions = {}): AsyncIterable<TrackItem> {
  const extension = extname(file).toLowerCase();
  const read = READERS[extension];
  if (read !== undefined) return read(file, options);
  throw new BadFileError(`${file}: tracks are read from files that end in ${TRACK_EXTENSIONS.join(', ')}`);
}

function nameOf(file: string): string {
  return basename(file, extname(file));
}

/** A position as `POST /v1/positions` takes it. */
export interface PositionInput {
  vehicleId: string;
  time: string;
  lon: number;
  lat: number;
  [more: string]: unknown;
}

export function positionInput({ vehicle, fix }: { vehicle: string; fix: RecordedFix }): PositionInput {
  const known = (value: number) => (Number.isNaN(value) ? undefined : value);
  return {
    vehicleId: vehicle,
    time: new Date(fix.time).toISOString(),
    lon: fix.lon,
    lat: fix.lat,
    speed: known(fix.speedKmh),
    heading: known(fix.headingDeg),
    altitude: known(fix.altitudeM),
    mileage: known(fix.mileageKm),
  };
}
