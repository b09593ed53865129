import type { Bbox } from '../parameters.js';

/**
 * The tiles by which changes are grouped: 1/8° of longitude and latitude, about 12 × 14 km in the middle of China, so
 * that a city's view holds some tens of them. A power of two, so that the edges are exact numbers.
 */
const PER_DEGREE = 8;
const COLUMNS = 360 * PER_DEGREE + 1; // 180° itself falls into a column of its own

/** Tile that a place is in; -1 where the place is not known. */
export function tileOf(lon: number, lat: number): number {
  if (Number.isNaN(lon) || Number.isNaN(lat)) return -1;
  return Math.floor((lat + 90) * PER_DEGREE) * COLUMNS + Math.floor((lon + 180) * PER_DEGREE);
}

export type Overlap = 'none' | 'some' | 'whole';

/** How much of the tile lies in the box. */
export function overlap(tile: number, [west, south, east, north]: Bbox): Overlap {
  const tileWest = (tile % COLUMNS) / PER_DEGREE - 180;
  const tileSouth = Math.floor(tile / COLUMNS) / PER_DEGREE - 90;
  const tileEast = tileWest + 1 / PER_DEGREE;
  const tileNorth = tileSouth + 1 / PER_DEGREE;
  if (tileWest > east || tileEast < west || tileSouth > north || tileNorth < south) return 'none';
  return tileWest >= west && tileEast <= east && tileSouth >= south && tileNorth <= north ? 'whole' : 'some';
}

export function contains([west, south, east, north]: Bbox, lon: number, lat: number): boolean {
  return lon >= west && lon <= east && lat >= south && lat <= north; // NaN is in no box
}
