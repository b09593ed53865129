import { bbox, buffer, circle, lineString, pointOnFeature } from '@turf/turf';
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
      const line = lineString(geometry.coordinates);
      const area = buffer(line, (properties.width ?? 0) / 2, { units: 'meters', steps: 12 })!.geometry;
      const middle = geometry.coordinates[Math.floor(geometry.coordinates.length / 2)];
      return { area, label: [middle[0], middle[1]], box: boxOf(area) };
    }
    default: {
      const [lon, lat] = pointOnFeature(geometry).geometry.coordinates;
      return { area: geometry, label: [lon, lat], box: boxOf(geometry) };
    }
  }
}

function boxOf(geometry: GeoJSON.Geometry): Bbox {
  return bbox(geometry).slice(0, 4) as Bbox;
}
