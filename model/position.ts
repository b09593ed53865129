import { type Datum, datumOf } from './datum.js';
import { qualityNames } from './quality.js';
import { SOURCE_NAMES } from './source.js';
import { msToRfc3339 } from './units.js';

export const NO_FENCES: readonly number[] = Object.freeze([]) as readonly number[];

/** Bits of `Position.flags`. */
export const LOCATED = 1 << 0; //    the terminal calls the fix good (定位)
export const BACKFILLED = 1 << 1; // sent later, after a blind spot (盲区补报)
export const ACC_KNOWN = 1 << 2; //  the source says whether the ignition is on …
export const ACC_ON = 1 << 3; //     … and it is

/** One GNSS fix of one vehicle: the record every part of the system hands on. NaN means not known. */
export class Position {
  // Read from the message, in protocols/.
  lon = NaN; //        degrees east, WGS-84
  lat = NaN; //        degrees north, WGS-84
  altitudeM = NaN; //  metres above sea level
  speedKmh = NaN; //   km/h
  headingDeg = NaN; // 0–359, clockwise from true north
  mileageKm = NaN; //  odometer
  fixTime = NaN; //    epoch ms by the terminal's clock
  flags = 0; //        LOCATED | BACKFILLED | ACC_KNOWN | ACC_ON, and what the place referred to (model/datum.ts)
  alarms = 0; //       what the terminal reports, bits of model/alarm.ts (unsigned 32)
  alarmWord = 0; //    the source's own alarm word, kept as it came (unsigned 32)
  statusWord = 0; //   the source's own status word, kept as it came (unsigned 32)
  items: Uint8Array | null = null; // the source's additional items, undecoded; read by the protocol that wrote them
  // Added on the way.
  raw: Uint8Array | null = null; // ingest/intake.ts, on its way to the log where frames are kept; FixBatch.raw has it then
  vehicleNo = 0; //     ingest: the vehicle's number in the catalog; 0 until the terminal is recognised
  source = 0; //        ingest: model/source.ts
  receivedTime = NaN; // ingest: epoch ms by our clock
  quality = 0; //       ingest/verdict.ts: bits of model/quality.ts
  subSeq = 0; //        ingest/verdict.ts: tells apart fixes of one vehicle in the same second
  seq = 0; //           store/spool.ts: place in the log
  fenceNos: readonly number[] = NO_FENCES; // geo/fence-step.ts: catalog numbers of the fences that contain the fix
}

/** A position as the API and the stream show it (contract §5). */
export interface PositionJson {
  vehicleId: string;
  time: string | null;
  receivedAt: string | null;
  lon: number | null;
  lat: number | null;
  speed: number | null;
  heading: number | null;
  altitude: number | null;
  alarm: number;
  status: number;
  mileage: number | null;
  source: string;
  quality: string[];
  /** What the source's coordinates referred to, where that was not WGS-84; `lon` and `lat` are converted. */
  sourceDatum?: Exclude<Datum, 'wgs84'>;
}

/** Number for JSON: null where it is not known, at most `digits` decimals. */
export function jsonNumber(value: number, digits: number): number | null {
  if (!Number.isFinite(value)) return null;
  const scale = 10 ** digits;
  return Math.round(value * scale) / scale;
}

/** The form in which a fix leaves the system; `alarm` is the common set of bits, `status` the source's own word. */
export function positionJson(p: Position, vehicleId: string): PositionJson {
  const sourceDatum = datumOf(p.flags);
  return {
    vehicleId,
    time: msToRfc3339(p.fixTime),
    receivedAt: msToRfc3339(p.receivedTime),
    lon: jsonNumber(p.lon, 7),
    lat: jsonNumber(p.lat, 7),
    speed: jsonNumber(p.speedKmh, 1),
    heading: jsonNumber(p.headingDeg, 0),
    altitude: jsonNumber(p.altitudeM, 0),
    alarm: p.alarms,
    status: p.statusWord,
    mileage: jsonNumber(p.mileageKm, 1),
    source: SOURCE_NAMES[p.source],
    quality: qualityNames(p.quality),
    ...(sourceDatum !== 'wgs84' && { sourceDatum }),
  };
}
