/**
 * Zoom of the tile that is stored with every position: 2^15 tiles a side, about 1.0 km at 35° north. Its number has
 * 30 bits, so it fits a database integer, and a tile of a coarser zoom z is one range of numbers:
 * from `q << 2(15 − z)` up to, not including, `(q + 1) << 2(15 − z)`.
 */
export const TILE_ZOOM = 15;
const TILES = 2 ** TILE_ZOOM;
/** Where Web Mercator ends; positions beyond it lie in the outermost row. */
const MAX_LAT = 85.0511287798066;

/** Quadkey of a place as an integer (the bits of x and y in turn, y first); NaN where the place is not known. */
export function tileOf(lon: number, lat: number): number {
  const [x, y] = [clamp(columnOf(lon)), rowOf(lat)];
  if (Number.isNaN(x + y)) return NaN;
  return spread(x) | (spread(y) << 1);
}

function clamp(n: number): number {
  return Math.max(0, Math.min(n, TILES - 1));
}

/** Puts a zero bit between any two bits of a 15-bit number. */
function spread(n: number): number {
  n = (n | (n << 8)) & 0x00ff00ff;
  n = (n | (n << 4)) & 0x0f0f0f0f;
  n = (n | (n << 2)) & 0x33333333;
  return (n | (n << 1)) & 0x55555555;
}

/** Tiles of zoom 15 − up/2, by number: a stored tile is in one of them where its number shifted right by `up` is. */
export interface TileSet {
  up: number;
  numbers: number[];
}

/** More tiles than this are asked for by coarser ones. */
const MOST_TILES = 4096;

/** Degrees, west ≤ east; closed. One that goes on beyond 180° holds the places behind it. */
export interface Bounds {
  west: number;
  south: number;
  east: number;
  north: number;
}

/** The tiles that a box touches. */
export function tilesTouching({ west, south, east, north }: Bounds): TileSet {
  // A place at 180° is in the last column, not in one behind it.
  const x1 = west <= 180 ? Math.min(columnOf(west), TILES - 1) : columnOf(west);
  const x2 = Math.min(columnOf(east), x1 + TILES - 1);
  const [y1, y2] = [rowOf(north), rowOf(south)];
  let zoomOut = 0;
  while (((x2 >> zoomOut) - (x1 >> zoomOut) + 1) * ((y2 >> zoomOut) - (y1 >> zoomOut) + 1) > MOST_TILES) zoomOut++;
  const side = TILES >> zoomOut;
  const last = Math.min(x2 >> zoomOut, (x1 >> zoomOut) + side - 1);
  const numbers: number[] = [];
  for (let y = y1 >> zoomOut; y <= y2 >> zoomOut; y++) {
    for (let x = x1 >> zoomOut; x <= last; x++) numbers.push(spread((x + side) % side) | (spread(y) << 1));
  }
  return { up: 2 * zoomOut, numbers };
}

/** Columns go on beyond 180°. */
function columnOf(lon: number): number {
  return Math.floor((lon / 360 + 0.5) * TILES);
}

function rowOf(lat: number): number {
  const sin = Math.sin((Math.max(-MAX_LAT, Math.min(lat, MAX_LAT)) * Math.PI) / 180);
  return clamp(Math.floor((0.5 - Math.log((1 + sin) / (1 - sin)) / (4 * Math.PI)) * TILES));
}
