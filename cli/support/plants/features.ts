import type { Planting } from './planting.js';

/** A circle of a planting as `PUT /v1/fences/{id}` takes it. It has no rules of its own. */
export function circleFeature({ id, lon, lat, radius }: Planting['fences'][number]): object {
  return {
    type: 'Feature',
    geometry: { type: 'Point', coordinates: [lon, lat] },
    properties: { name: id, rules: [], radius },
  };
}

/** A road of a planting as `POST /v1/roads` takes it. */
export function roadFeature({ id, maxspeed, line }: Planting['roads'][number]): object {
  return { type: 'Feature', id, geometry: { type: 'LineString', coordinates: line }, properties: { maxspeed } };
}
