import { linesMeet } from './contains.js';
import type { LonLat } from './shape.js';

/** Mean radius of the earth in metres (IUGG R1), the one that turf uses. */
export const EARTH_RADIUS_M = 6_371_008.8;
/** Metres along a meridian in one degree. */
export const METRES_PER_DEGREE = (EARTH_RADIUS_M * Math.PI) / 180;

const RADIANS = Math.PI / 180;

/** Great-circle distance in metres (haversine); degrees in. */
export function distanceM(lon1: number, lat1: number, lon2: number, lat2: number): number {
  const sinLat = Math.sin(((lat2 - lat1) * RADIANS) / 2);
  const sinLon = Math.sin(((lon2 - lon1) * RADIANS) / 2);
  const a = sinLat * sinLat + Math.cos(lat1 * RADIANS) * Math.cos(lat2 * RADIANS) * sinLon * sinLon;
  return 2 * EARTH_RADIUS_M * Math.asin(Math.min(1, Math.sqrt(a)));
}

/**
 * Metres from a point to the segment (x1, y1)–(x2, y2), which is straight in longitude and latitude.
 *
 * Local equirectangular: a degree of longitude counts as much as it does at the point. Exact to a few parts in a
 * thousand where the segment's nearest place is within some kilometres, which is where the answer is used. All
 * longitudes must be on the same side of 180°.
 */
export function segmentDistanceM(
  lon: number,
  lat: number,
  x1: number,
  y1: number,
  x2: number,
  y2: number,
  lonScale = METRES_PER_DEGREE * Math.cos(lat * RADIANS),
): number {
  const ax = (x1 - lon) * lonScale;
  const ay = (y1 - lat) * METRES_PER_DEGREE;
  const dx = (x2 - x1) * lonScale;
  const dy = (y2 - y1) * METRES_PER_DEGREE;
  const squared = dx * dx + dy * dy;
  const along = squared === 0 ? 0 : Math.max(0, Math.min(1, -(ax * dx + ay * dy) / squared));
  const px = ax + along * dx;
  const py = ay + along * dy;
  return Math.sqrt(px * px + py * py);
}

/** Metres in one degree of longitude at this latitude. */
export function lonMetresPerDegree(lat: number): number {
  return METRES_PER_DEGREE * Math.cos(lat * RADIANS);
}

/** Metres between two straight lines, a to b and c to d, where they are nearest; 0 where they meet. As near to the truth as `segmentDistanceM`. */
export function linesDistanceM(a: LonLat, b: LonLat, c: LonLat, d: LonLat): number {
  if (linesMeet(a.lon, a.lat, b.lon, b.lat, c.lon, c.lat, d.lon, d.lat)) return 0;
  return Math.min(
    segmentDistanceM(a.lon, a.lat, c.lon, c.lat, d.lon, d.lat),
    segmentDistanceM(b.lon, b.lat, c.lon, c.lat, d.lon, d.lat),
    segmentDistanceM(c.lon, c.lat, a.lon, a.lat, b.lon, b.lat),
    segmentDistanceM(d.lon, d.lat, a.lon, a.lat, b.lon, b.lat),
  );
}
