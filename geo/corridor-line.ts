import { unwrap } from './antimeridian.js';
import { lonMetresPerDegree, METRES_PER_DEGREE, segmentDistanceM } from './distance.js';

/** Segments that are passed over together where their box is too far away to matter. */
const SEGMENTS_PER_RUN = 16;
/** Distances to boxes are taken for a little less than they are: the scale of longitude changes across them. */
const SURE = 0.98;

/** The segment of a corridor that a place belongs to. */
export interface NearSegment {
  /** From 0. */
  segment: number;
  /** From the segment itself. */
  metres: number;
  /** Of its corridor. */
  halfWidthM: number;
  /** Beyond the edge of its corridor; negative inside. */
  beyondM: number;
}

interface Run {
  from: number;
  to: number;
  minX: number;
  minY: number;
  maxX: number;
  maxY: number;
  widest: number;
}

/** A line whose segments have each a corridor of its own width: which of them is a place on? */
export class CorridorLine {
  readonly #points: readonly (readonly [lon: number, lat: number])[];
  readonly #runs: Run[] = [];

  /** `line`: at least two positions. `halfWidthsM`: of each segment, one less than positions. */
  constructor(
    line: readonly (readonly number[])[],
    readonly halfWidthsM: readonly number[],
  ) {
    this.#points = unwrap(line);
    for (let from = 0; from < line.length - 1; from += SEGMENTS_PER_RUN) {
      const to = Math.min(line.length - 1, from + SEGMENTS_PER_RUN);
      const places = this.#points.slice(from, to + 1);
      const [lons, lats] = [places.map(([lon]) => lon), places.map(([, lat]) => lat)];
      this.#runs.push({
        from,
        to,
        minX: Math.min(...lons),
        minY: Math.min(...lats),
        maxX: Math.max(...lons),
        maxY: Math.max(...lats),
        widest: Math.max(...halfWidthsM.slice(from, to)),
      });
    }
  }

  /**
   * Of the segments whose corridors hold the place, the nearest; outside of all, the one whose edge is nearest. The first of
   * several that are the same. Degrees.
   */
  nearest(lon: number, lat: number): NearSegment {
    const x = this.#inFrame(lon);
    const lonScale = lonMetresPerDegree(lat);
    let best: NearSegment = { segment: 0, metres: Infinity, halfWidthM: 0, beyondM: Infinity };
    for (const run of this.#runs) {
      const least = boxDistanceM(run, x, lat, lonScale) * SURE;
      if (best.beyondM <= 0 ? least >= best.metres : least - run.widest >= best.beyondM) continue;
      for (let i = run.from; i < run.to; i++) {
        const [[x1, y1], [x2, y2]] = [this.#points[i], this.#points[i + 1]];
        const metres = segmentDistanceM(x, lat, x1, y1, x2, y2, lonScale);
        const found = { segment: i, metres, halfWidthM: this.halfWidthsM[i], beyondM: metres - this.halfWidthsM[i] };
        if (isBetter(found, best)) best = found;
      }
    }
    return best;
  }

  /** The longitude on the turn on which the line is. */
  #inFrame(lon: number): number {
    const first = this.#points[0][0];
    return lon < first - 180 ? lon + 360 : lon > first + 180 ? lon - 360 : lon;
  }
}

function isBetter(a: NearSegment, b: NearSegment): boolean {
  if (a.beyondM <= 0 || b.beyondM <= 0) return a.beyondM <= 0 && (b.beyondM > 0 || a.metres < b.metres);
  return a.beyondM < b.beyondM;
}

function boxDistanceM({ minX, minY, maxX, maxY }: Run, x: number, y: number, lonScale: number): number {
  const dx = Math.max(minX - x, 0, x - maxX) * lonScale;
  const dy = Math.max(minY - y, 0, y - maxY) * METRES_PER_DEGREE;
  return Math.hypot(dx, dy);
}
