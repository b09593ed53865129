import type { Bbox } from './api-types.js';

/**
 * The box around the middle `share` of the places (1 for all of them): a few that strayed far do not decide the view.
 * Null where there is no place.
 */
export function fleetBox(places: readonly { lon: number; lat: number }[], share: number): Bbox | null {
  if (places.length === 0) return null;
  const lons = places.map(({ lon }) => lon).sort((a, b) => a - b);
  const lats = places.map(({ lat }) => lat).sort((a, b) => a - b);
  const low = Math.floor(((places.length - 1) * (1 - share)) / 2);
  const high = places.length - 1 - low;
  return [lons[low], lats[low], lons[high], lats[high]];
}
