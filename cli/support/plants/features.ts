import type { WeatherBody } from '../../../geo/weather-input.js';
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
export function roadFeature({ id, maxspeed, conditional, highway, line }: Planting['roads'][number]): object {
  return {
    type: 'Feature',
    id,
    geometry: { type: 'LineString', coordinates: line },
    properties: { maxspeed, 'maxspeed:conditional': conditional, highway },
  };
}

/** Fog of a planting as `PUT /v1/weather/{id}` takes it. `from` in epoch ms. */
export function fogBody({ visibility, ring }: Planting['fog'][number], from: number): WeatherBody {
  const area = { type: 'Polygon', coordinates: [ring] };
  return { kind: 'fog', visibility, area, from: new Date(from).toISOString() };
}
