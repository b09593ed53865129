import { bbox, buffer, circle, featureCollection, lineString, pointOnFeature, union } from '@turf/turf';
import type { Bbox, FenceFeature } from '../api-types.js';

/** A fence as it is drawn: the area it covers, where its name stands, and the box around it. */
export interface FenceShape {
  area: GeoJSON.Polygon | GeoJSON.MultiPolygon;
  label: [lon: number, lat: number];
  box: Bbox;
}

/** The true area of any kind of fence: circles round on the ground, corridors as wide as they are. */
export function fenceShape({ geometry, properties }: FenceFeature): FenceShape {
  switch (geometry.type) {
    case 'Point': {
      const [lon, lat] = geometry.coordinates;
      const area = circle([lon, lat], properties.radius ?? 0, { units: 'meters', steps: 96 }).geometry;
      return { area, label: [lon, lat], box: boxOf(area) };
    }
    case 'LineString': {
      const area = corridorArea(geometry.coordinates, properties.width ?? 0);
      const middle = geometry.coordinates[Math.floor(geometry.coordinates.length / 2)];
      return { area, label: [middle[0], middle[1]], box: boxOf(area) };
    }
    default: {
      const [lon, lat] = pointOnFeature(geometry).geometry.coordinates;
      return { area: geometry, label: [lon, lat], box: boxOf(geometry) };
    }
  }
}

/** `width`: metres from edge to edge, of all of it or of each segment. */
function corridorArea(line: GeoJSON.Position[], width: number | number[]): GeoJSON.Polygon | GeoJSON.MultiPolygon {
  const around = (part: GeoJSON.Position[], metres: number) =>
    buffer(lineString(part), metres / 2, { units: 'meters', steps: 12 })!;
  if (typeof width === 'number') return around(line, width).geometry;
  const parts: GeoJSON.Feature<GeoJSON.Polygon | GeoJSON.MultiPolygon>[] = [];
  for (let from = 0, to = 1; to <= width.length; to++) {
    if (to < width.length && width[to] === width[from]) continue;
    parts.push(around(line.slice(from, to + 1), width[from]));
    from = to;
  }
  return parts.length === 1 ? parts[0].geometry : union(featureCollection(parts))!.geometry;
}

function boxOf(geometry: GeoJSON.Geometry): Bbox {
  return bbox(geometry).slice(0, 4) as Bbox;
}
