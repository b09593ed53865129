import { datumOf } from '../../model/datum.js';
import type { Position } from '../../model/position.js';
import { qualityNames } from '../../model/quality.js';
import { SOURCE_NAMES } from '../../model/source.js';
import { ascii, type TextWriter } from './text-writer.js';

type Shown = Pick<
  Position,
  | 'fixTime'
  | 'receivedTime'
  | 'lon'
  | 'lat'
  | 'speedKmh'
  | 'headingDeg'
  | 'altitudeM'
  | 'alarms'
  | 'statusWord'
  | 'mileageKm'
  | 'source'
  | 'quality'
  | 'flags'
>;

export const VEHICLE_ID = ascii('{"vehicleId":');
const TIME = ascii(',"time":');
const RECEIVED_AT = ascii(',"receivedAt":');
const LON = ascii(',"lon":');
const LAT = ascii(',"lat":');
const SPEED = ascii(',"speed":');
const HEADING = ascii(',"heading":');
const ALTITUDE = ascii(',"altitude":');
const ALARM = ascii(',"alarm":');
const STATUS = ascii(',"status":');
const MILEAGE = ascii(',"mileage":');
const SOURCES = SOURCE_NAMES.map((name) => ascii(`,"source":"${name}"`));
const NO_QUALITY = ascii(',"quality":[]');

/**
 * Writes what JSON.stringify(positionJson(p, id)) would give, directly: tracks and lists are made of little else.
 * `id` is the vehicle's id as JSON already. The closing brace is left to the caller, who may have more to say of the fix.
 */
export function writePosition(out: TextWriter, p: Shown, id: Uint8Array): void {
  out.raw(VEHICLE_ID).raw(id);
  writeFix(out, p);
}

/** The same without the vehicle's id, for whoever has written that. */
export function writeFix(out: TextWriter, p: Shown): void {
  out.raw(TIME).jsonTime(p.fixTime);
  out.raw(RECEIVED_AT).jsonTime(p.receivedTime);
  out.raw(LON).decimal(p.lon, 7);
  out.raw(LAT).decimal(p.lat, 7);
  out.raw(SPEED).decimal(p.speedKmh, 1);
  out.raw(HEADING).decimal(p.headingDeg, 0);
  out.raw(ALTITUDE).decimal(p.altitudeM, 0);
  out.raw(ALARM).decimal(p.alarms, 0);
  out.raw(STATUS).decimal(p.statusWord, 0);
  out.raw(MILEAGE).decimal(p.mileageKm, 1);
  out.raw(SOURCES[p.source]);
  if (p.quality === 0) out.raw(NO_QUALITY);
  else out.text(`,"quality":${JSON.stringify(qualityNames(p.quality))}`);
  const datum = datumOf(p.flags);
  if (datum !== 'wgs84') out.text(`,"sourceDatum":"${datum}"`);
}
