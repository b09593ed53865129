import type { Box } from './box.js';
import { distanceM, linesDistanceM, lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from './distance.js';
import { type Cover, INSIDE, type LonLat, MIXED, OUTSIDE, type Shape } from './shape.js';

const BOX_SLACK = 1e-9;
/** Nearer to a pole a degree of longitude changes too fast within one box for `cover` to be sure. */
const SURE_LATITUDE = 85;

/** Everything within half the width of each segment of a run of a line, ends rounded. */
export class Corridor implements Shape {
  readonly box: Box;
  readonly #points: Float64Array;

  /** `line`: at least 2 positions, without a jump at 180°. `halfWidthsM`: of each segment, one less than positions. */
  constructor(
    line: readonly (readonly number[])[],
    readonly halfWidthsM: readonly number[],
  ) {
    const widest = Math.max(...halfWidthsM);
    this.#points = new Float64Array(line.length * 2);
    const box = { minX: Infinity, minY: Infinity, maxX: -Infinity, maxY: -Infinity };
    for (const [i, [lon, lat]] of line.entries()) {
      this.#points[2 * i] = lon;
      this.#points[2 * i + 1] = lat;
      box.minX = Math.min(box.minX, lon);
      box.maxX = Math.max(box.maxX, lon);
      box.minY = Math.min(box.minY, lat);
      box.maxY = Math.max(box.maxY, lat);
    }
    const dy = widest / METRES_PER_DEGREE + BOX_SLACK;
    box.minY -= dy;
    box.maxY += dy;
    // A degree of longitude is shortest at the box's end nearest to a pole.
    const dx = widest / lonMetresPerDegree(Math.min(89.9, Math.max(-box.minY, box.maxY))) + BOX_SLACK;
    box.minX -= dx;
    box.maxX += dx;
    this.box = box;
  }

  contains(lon: number, lat: number): boolean {
    return this.#within(lon, lat, 1, 0);
  }

  meets(from: LonLat, to: LonLat): boolean {
    for (const [i, halfM] of this.halfWidthsM.entries()) {
      if (linesDistanceM(from, to, this.#pointAt(i), this.#pointAt(i + 1)) <= halfM) return true;
    }
    return false;
  }

  cover(box: Box): Cover {
    if (Math.max(-box.minY, box.maxY) > SURE_LATITUDE) return MIXED;
    const x = (box.minX + box.maxX) / 2;
    const y = (box.minY + box.maxY) / 2;
    const half = Math.max(distanceM(x, y, box.minX, box.minY), distanceM(x, y, box.minX, box.maxY));
    // From the box's middle to its edge a degree of longitude changes by less than 1 %, and so do distances.
    if (!this.#within(x, y, 1.02, half * 1.02 + 1)) return OUTSIDE;
    return this.#within(x, y, 0.98, -half * 1.02 - 1) ? INSIDE : MIXED;
  }

  #pointAt(i: number): LonLat {
    return { lon: this.#points[2 * i], lat: this.#points[2 * i + 1] };
  }

  /** Within so many times a segment's half width, and so many metres more. */
  #within(lon: number, lat: number, times: number, more: number): boolean {
    const points = this.#points;
    const lonScale = lonMetresPerDegree(lat);
    for (let i = 2; i < points.length; i += 2) {
      const d = segmentDistanceM(lon, lat, points[i - 2], points[i - 1], points[i], points[i + 1], lonScale);
      if (d <= this.halfWidthsM[i / 2 - 1] * times + more) return true;
    }
    return false;
  }
}
