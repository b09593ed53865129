/** Web Mercator on the unit square: x east from 180° W, y south from 85.05° N. */

/** The latitude at which the square ends. */
export const MAX_LAT = 85.0511;

const EARTH_CIRCUMFERENCE_M = 2 * Math.PI * 6_378_137;

export function mercatorX(lon: number): number {
  return (lon + 180) / 360;
}

export function mercatorY(lat: number): number {
  const bounded = Math.max(-MAX_LAT, Math.min(MAX_LAT, lat));
  return 0.5 - Math.log(Math.tan(Math.PI / 4 + (bounded * Math.PI) / 360)) / (2 * Math.PI);
}

export function lonOf(x: number): number {
  return x * 360 - 180;
}

export function latOf(y: number): number {
  return (360 / Math.PI) * Math.atan(Math.exp((0.5 - y) * 2 * Math.PI)) - 90;
}

/** Length of `metres` on the unit square at mercator `y`. */
export function metresToMercator(metres: number, y: number): number {
  return metres / (EARTH_CIRCUMFERENCE_M * Math.cos((latOf(y) * Math.PI) / 180));
}
