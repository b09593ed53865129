import { z } from 'zod';
import { DATUMS, type Datum } from '../model/datum.js';
import { type Place, placeIn, wgs84Of } from '../model/datum-shift.js';
import { copyOfFix, type Fixes } from '../model/fixes.js';
import type { Position } from '../model/position.js';
import type { Answer } from './http/endpoint.js';
import type { Bbox } from './parameters.js';

/** Places are kept in WGS-84; here, at the edge, they become what the caller's map refers to (coordinates sheet §1). */
export const datumParam = z
  .enum(DATUMS)
  .default('wgs84')
  .describe(
    'what coordinates refer to, those of the question and those of the answer: of maps that are drawn in GCJ-02 or BD-09',
  );

export const datumQuery = z.strictObject({ datum: datumParam });

/** The value with every place in it moved to `datum`: members `lon` and `lat`, and `coordinates` of GeoJSON. */
export function inDatum<T>(datum: Datum, value: T): T {
  return datum === 'wgs84' ? value : (moved(value, (place) => placeIn(datum, place)) as T);
}

/** The way back: what the caller says in `datum`, in WGS-84. */
export function fromDatum<T>(datum: Datum, value: T): T {
  return datum === 'wgs84' ? value : (moved(value, (place) => wgs84Of(place, datum)) as T);
}

/** The smallest box in WGS-84 around what a map in `datum` shows. */
export function bboxFrom(datum: Datum, [west, south, east, north]: Bbox): Bbox {
  if (datum === 'wgs84') return [west, south, east, north];
  const corners = [west, east].flatMap((lon) => [south, north].map((lat) => wgs84Of([lon, lat], datum)));
  const [lons, lats] = [corners.map(([lon]) => lon), corners.map(([, lat]) => lat)];
  return [Math.min(...lons), Math.min(...lats), Math.max(...lons), Math.max(...lats)];
}

/** A JSON answer with its places in `datum`. */
export function answerIn(datum: Datum, answer: Answer): Answer {
  const { body } = answer;
  if (datum === 'wgs84' || (typeof body !== 'string' && !(body instanceof Uint8Array))) return answer;
  const value: unknown = JSON.parse(typeof body === 'string' ? body : Buffer.from(body).toString());
  return { ...answer, body: JSON.stringify(inDatum(datum, value)) };
}

/** Fixes with their places in `datum`. */
export async function* fixesIn(datum: Datum, batches: AsyncIterable<Fixes>): AsyncIterable<Fixes> {
  for await (const batch of batches) yield datum === 'wgs84' ? batch : Array.from(batch, (p) => fixIn(datum, p));
}

function fixIn(datum: Datum, p: Position): Position {
  const copy = copyOfFix(p);
  if (Number.isFinite(p.lon) && Number.isFinite(p.lat)) [copy.lon, copy.lat] = placeIn(datum, [p.lon, p.lat]);
  return copy;
}

/** Deeper than anything of ours; what a caller nests deeper is refused by whoever reads it. */
const MAX_DEPTH = 32;

function moved(value: unknown, to: (place: Place) => Place, depth = 0): unknown {
  if (typeof value !== 'object' || value === null || depth > MAX_DEPTH) return value;
  if (Array.isArray(value)) return value.map((item) => moved(item, to, depth + 1));
  const { lon, lat } = value as Record<string, unknown>;
  const isPlace = typeof lon === 'number' && typeof lat === 'number';
  const place = isPlace ? to([lon, lat]) : null;
  return Object.fromEntries(
    Object.entries(value).map(([name, member]) => {
      if (place && name === 'lon') return [name, place[0]];
      if (place && name === 'lat') return [name, place[1]];
      return [name, name === 'coordinates' ? movedCoordinates(member, to, depth) : moved(member, to, depth + 1)];
    }),
  );
}

/** Of whatever depth: a place is a list that begins with two numbers; what stands behind them stays. */
function movedCoordinates(value: unknown, to: (place: Place) => Place, depth: number): unknown {
  if (!Array.isArray(value) || depth > MAX_DEPTH) return value;
  const [lon, lat, ...more] = value;
  if (typeof lon === 'number' && typeof lat === 'number') return [...to([lon, lat]), ...more];
  return value.map((item) => movedCoordinates(item, to, depth + 1));
}
