import { rfc3339ToMs } from '../../model/units.js';
import { readFeatures } from './geojson-features.js';
import { isPlace, type RecordedFix, type TrackItem } from './recorded-fix.js';

interface Feature {
  geometry?: { type?: unknown; coordinates?: unknown } | null;
  properties?: Record<string, unknown> | null;
}

/**
 * Fixes of GeoJSON, `line` being the Feature: lines whose `properties.times` (or `coordTimes`, as converters of GPX write it) has
 * the time of each coordinate in the same nesting, as our own export does; and points with a `time`, and `speed` (km/h) and
 * `heading` where they are known. Times are RFC 3339 or epoch ms. `vehicleId`, or else `vehicle`, names the vehicle.
 */
export async function* readGeojsonTracks(file: string, usual: string): AsyncGenerator<TrackItem> {
  for await (const { line, value } of readFeatures(file)) {
    const { geometry, properties } = (typeof value === 'object' && value !== null ? value : {}) as Feature;
    const p = properties ?? {};
    const vehicle = String(p.vehicleId ?? p.vehicle ?? usual);
    if (geometry === null) continue; // a track without a place
    const { type, coordinates } = geometry ?? {};
    const times = p.times ?? p.coordTimes;
    if (type === 'Point') yield { line, ...itemOf(vehicle, coordinates, p.time, p) };
    else if (type === 'LineString') yield* lineOf(line, vehicle, coordinates, times);
    else if (type === 'MultiLineString' && Array.isArray(coordinates)) {
      for (const [i, part] of coordinates.entries()) yield* lineOf(line, vehicle, part, nested(times, i, coordinates));
    } else yield { line, reason: 'no Feature with a Point, a LineString or a MultiLineString' };
  }
}

/** Converters write the times of many lines in one list where there is but one line. */
function nested(times: unknown, i: number, lines: readonly unknown[]): unknown {
  if (!Array.isArray(times)) return undefined;
  return lines.length === 1 && !Array.isArray(times[0]) ? times : times[i];
}

function* lineOf(line: number, vehicle: string, coordinates: unknown, times: unknown): Generator<TrackItem> {
  if (!Array.isArray(coordinates) || !Array.isArray(times) || times.length !== coordinates.length) {
    yield { line, reason: 'properties.times does not have a time for each coordinate' };
    return;
  }
  for (let i = 0; i < coordinates.length; i++) {
    // A fix alone stands there twice, because a line needs two places.
    if (i > 0 && times[i] === times[i - 1] && String(coordinates[i]) === String(coordinates[i - 1])) continue;
    yield { line, ...itemOf(vehicle, coordinates[i], times[i], {}) };
  }
}

function itemOf(
  vehicle: string,
  coordinate: unknown,
  time: unknown,
  p: Record<string, unknown>,
): { vehicle: string; fix: RecordedFix } | { reason: string } {
  const [lon, lat, altitude] = (Array.isArray(coordinate) ? coordinate : []).map(number);
  const ms = typeof time === 'string' ? rfc3339ToMs(time) : number(time);
  if (!isPlace(lon ?? Number.NaN, lat ?? Number.NaN))
    return { reason: 'a coordinate that is no longitude and latitude' };
  if (!Number.isFinite(new Date(ms).getTime()))
    return { reason: `time ${JSON.stringify(time) ?? 'missing'} is not a time` };
  const fix = { time: ms, lon, lat, altitudeM: altitude ?? Number.NaN, mileageKm: number(p.mileage) };
  return { vehicle, fix: { ...fix, speedKmh: number(p.speed), headingDeg: number(p.heading) } };
}

function number(value: unknown): number {
  return typeof value === 'number' ? value : Number.NaN;
}
