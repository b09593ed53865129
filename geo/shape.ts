import type { Box } from './box.js';

/** How a closed box lies to a shape. `MIXED` where it is not certain. */
export const OUTSIDE = 0;
export const MIXED = 1;
export const INSIDE = 2;
export type Cover = typeof OUTSIDE | typeof MIXED | typeof INSIDE;

/** Degrees. */
export interface LonLat {
  lon: number;
  lat: number;
}

/** One connected piece of a fence, prepared for many questions. Longitudes are in the frame of its box, which may pass 180°. */
export interface Shape {
  readonly box: Box;
  /** Closed: the edge belongs to the shape. */
  contains(lon: number, lat: number): boolean;
  cover(box: Box): Cover;
  /** Whether the way, straight in longitude and latitude, has a place in the shape. */
  meets(from: LonLat, to: LonLat): boolean;
  /**
   * Of a shape that is all straight edges, asked even-odd: x1, y1, x2, y2 of every edge that may pass through the box.
   * Where there is none, one place of the box answers for all.
   */
  edgesNear?(box: Box): Float64Array;
}
