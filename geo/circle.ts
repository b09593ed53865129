import type { Box } from './box.js';
import { distanceM, EARTH_RADIUS_M, segmentDistanceM } from './distance.js';
import { type Cover, INSIDE, type LonLat, MIXED, OUTSIDE, type Shape } from './shape.js';

const DEGREES = 180 / Math.PI;
/** Keeps the box from cutting off a point that the exact test would take. */
const BOX_SLACK = 1e-9;

/** Everything within `radiusM` of a point, on the sphere. */
export class Circle implements Shape {
  readonly box: Box;

  constructor(
    readonly lon: number,
    readonly lat: number,
    readonly radiusM: number,
  ) {
    const angle = radiusM / EARTH_RADIUS_M;
    const minY = lat - angle * DEGREES - BOX_SLACK;
    const maxY = lat + angle * DEGREES + BOX_SLACK;
    // The circle touches its outermost meridians north or south of the centre's own parallel, hence the arcsine.
    const reach = Math.sin(angle) / Math.cos(lat / DEGREES);
    if (minY <= -90 || maxY >= 90 || reach >= 1) {
      this.box = { minX: -180, minY: Math.max(-90, minY), maxX: 180, maxY: Math.min(90, maxY) };
    } else {
      const dx = Math.asin(reach) * DEGREES + BOX_SLACK;
      this.box = { minX: lon - dx, minY, maxX: lon + dx, maxY };
    }
  }

  contains(lon: number, lat: number): boolean {
    return distanceM(lon, lat, this.lon, this.lat) <= this.radiusM;
  }

  meets(from: LonLat, to: LonLat): boolean {
    if (this.contains(from.lon, from.lat) || this.contains(to.lon, to.lat)) return true;
    return segmentDistanceM(this.lon, this.lat, from.lon, from.lat, to.lon, to.lat) <= this.radiusM;
  }

  cover(box: Box): Cover {
    const x = (box.minX + box.maxX) / 2;
    const y = (box.minY + box.maxY) / 2;
    const centre = distanceM(x, y, this.lon, this.lat);
    // The farthest place of a small box from its middle is a corner; 1 % and 1 m cover the sphere's share.
    const half = Math.max(distanceM(x, y, box.minX, box.minY), distanceM(x, y, box.minX, box.maxY)) * 1.01 + 1;
    if (centre - half > this.radiusM) return OUTSIDE;
    return centre + half < this.radiusM ? INSIDE : MIXED;
  }
}
