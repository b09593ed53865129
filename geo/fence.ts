import { type Fence, type FenceGeometry, type FenceProperties, segmentWidths } from '../model/fence.js';
import { unwrap, unwrapRings } from './antimeridian.js';
import { Area } from './area.js';
import { type Box, boxAlong, boxContains, boxesTouch } from './box.js';
import { Circle } from './circle.js';
import { Corridor } from './corridor.js';
import { CorridorLine } from './corridor-line.js';
import type { LonLat, Shape } from './shape.js';

/** Segments in one piece of a corridor: a long route has a large box, its pieces have small ones. */
const SEGMENTS_PER_PIECE = 16;

/** Whole turns between the longitudes of a way and those of a shape. */
const TURNS = [-360, 0, 360];

/** A fence ready for many questions. */
export interface PreparedFence {
  readonly no: number;
  /** A place is in the fence where it is in any of them. */
  readonly shapes: readonly Shape[];
}

/** `fence` has been through `parseFence`. */
export function prepareFence(fence: Pick<Fence, 'no' | 'geometry' | 'properties'>): PreparedFence {
  return { no: fence.no, shapes: shapesOf(fence.geometry, fence.properties) };
}

/** The plain test, without an index: what every faster way must agree with. Degrees, longitude −180 … 180. */
export function fenceContains(fence: PreparedFence, lon: number, lat: number): boolean {
  for (const shape of fence.shapes) {
    for (const shift of turnsOf(shape)) {
      if (boxContains(shape.box, lon + shift, lat) && shape.contains(lon + shift, lat)) return true;
    }
  }
  return false;
}

/**
 * Whether a way, straight in longitude and latitude, passes through the fence or touches it. Degrees; the way may go on past ±180, by as much as
 * it is long.
 */
export function fenceMeets(fence: PreparedFence, from: LonLat, to: LonLat): boolean {
  return fence.shapes.some((shape) =>
    TURNS.some((turn) => {
      const [a, b] = [from, to].map(({ lon, lat }) => ({ lon: lon + turn, lat }));
      return boxesTouch(shape.box, boxAlong(a, b)) && shape.meets(a, b);
    }),
  );
}

/** The box of all its shapes. */
export function fenceBox({ shapes }: PreparedFence): Box {
  return {
    minX: Math.min(...shapes.map(({ box }) => box.minX)),
    minY: Math.min(...shapes.map(({ box }) => box.minY)),
    maxX: Math.max(...shapes.map(({ box }) => box.maxX)),
    maxY: Math.max(...shapes.map(({ box }) => box.maxY)),
  };
}

/** What to add to a longitude of −180 … 180 to meet the shape: a shape across 180° is met from both sides. */
export function turnsOf(shape: Shape): readonly number[] {
  if (shape.box.maxX > 180) return shape.box.minX < -180 ? [-360, 0, 360] : [0, 360];
  return shape.box.minX < -180 ? [-360, 0] : [0];
}

/** The line of a corridor, to ask which of its segments a place is on; null for fences of other shapes. */
export function corridorLineOf({ geometry, properties }: Pick<Fence, 'geometry' | 'properties'>): CorridorLine | null {
  if (geometry.type !== 'LineString') return null;
  return new CorridorLine(geometry.coordinates, halfWidths(geometry.coordinates.length - 1, properties));
}

function halfWidths(segments: number, properties: FenceProperties): number[] {
  return segmentWidths(segments, properties).map((width) => width / 2);
}

function shapesOf(geometry: FenceGeometry, properties: FenceProperties): Shape[] {
  switch (geometry.type) {
    case 'Polygon':
      return [new Area(unwrapRings(geometry.coordinates))];
    case 'MultiPolygon':
      return geometry.coordinates.map((rings) => new Area(unwrapRings(rings)));
    case 'Point': {
      const [lon, lat] = geometry.coordinates;
      return [new Circle(lon, lat, properties.radius ?? 0)];
    }
    case 'LineString': {
      const line = unwrap(geometry.coordinates);
      const pieces: Shape[] = [];
      const halves = halfWidths(geometry.coordinates.length - 1, properties);
      for (let i = 0; i < line.length - 1; i += SEGMENTS_PER_PIECE) {
        const end = i + SEGMENTS_PER_PIECE;
        pieces.push(new Corridor(line.slice(i, end + 1), halves.slice(i, end)));
      }
      return pieces;
    }
  }
}
