import { distance } from '@turf/turf';
import type { FenceGeometry } from '../../model/fence.js';

export type Place = [lon: number, lat: number];

export const DRAW_KINDS = ['area', 'rectangle', 'circle', 'corridor'] as const;
export type DrawKind = (typeof DRAW_KINDS)[number];

/** The shape of a fence that is being drawn or changed. */
export interface FenceDraft {
  geometry: FenceGeometry;
  /** Metres, of a circle. */
  radius?: number;
  /** Metres from edge to edge, of a corridor: of all of it, or of each segment. */
  width?: number | number[];
}

/**
 * A shape by its corners: of an area the ring without its last place, of a corridor the line, of a rectangle two opposite
 * corners, of a circle its middle and a place on its edge.
 */
export interface Sketch {
  kind: DrawKind;
  places: Place[];
  /** Rings inside an area, which stay as they are. */
  holes: Place[][];
  width: number | number[];
}

const FEWEST: Record<DrawKind, number> = { area: 3, rectangle: 2, circle: 2, corridor: 2 };

/** The shape, as far as it has been drawn; null where it is none yet. */
export function draftOf({ kind, places, holes, width }: Sketch): FenceDraft | null {
  if (places.length < FEWEST[kind]) return null;
  const [first, second] = places;
  switch (kind) {
    case 'circle':
      return {
        geometry: { type: 'Point', coordinates: first },
        radius: Math.max(1, Math.round(metresBetween(first, second))),
      };
    case 'corridor':
      return { geometry: { type: 'LineString', coordinates: places }, width };
    case 'rectangle':
      return { geometry: { type: 'Polygon', coordinates: [closed(cornersOf(first, second))] } };
    case 'area':
      return { geometry: { type: 'Polygon', coordinates: [closed(places), ...holes] } };
  }
}

/** The corners to take hold of; null for what is not changed by its corners. */
export function sketchOf({ geometry, radius = 0, width = 0 }: FenceDraft): Sketch | null {
  const bare = (places: GeoJSON.Position[]) => places.map(([lon, lat]): Place => [lon, lat]);
  switch (geometry.type) {
    case 'Point': {
      const [middle] = bare([geometry.coordinates]);
      return { kind: 'circle', places: [middle, eastOf(middle, radius)], holes: [], width };
    }
    case 'LineString':
      return { kind: 'corridor', places: bare(geometry.coordinates), holes: [], width };
    case 'Polygon':
      return {
        kind: 'area',
        places: bare(geometry.coordinates[0].slice(0, -1)),
        holes: geometry.coordinates.slice(1).map(bare),
        width,
      };
    case 'MultiPolygon':
      return null;
  }
}

/** Corners counter-clockwise from the south-west. */
export function cornersOf([lon, lat]: Place, [otherLon, otherLat]: Place): Place[] {
  const [west, east] = [Math.min(lon, otherLon), Math.max(lon, otherLon)];
  const [south, north] = [Math.min(lat, otherLat), Math.max(lat, otherLat)];
  return [
    [west, south],
    [east, south],
    [east, north],
    [west, north],
  ];
}

export function metresBetween(a: Place, b: Place): number {
  return distance(a, b, { units: 'meters' });
}

/** The place so many metres to the east, where the edge of a circle is taken hold of. */
export function eastOf([lon, lat]: Place, metres: number): Place {
  return [lon + metres / (111_195 * Math.cos((lat * Math.PI) / 180)), lat];
}

function closed(ring: Place[]): Place[] {
  return [...ring, ring[0]];
}
