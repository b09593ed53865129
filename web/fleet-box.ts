import type { Bbox } from './api-types.js';

/** A place, and how many vehicles stand for it: 1 unless it is a cell of a density. */
export interface CountedPlace {
  lon: number;
  lat: number;
  count?: number;
}

/** Degrees: about 2 km. A fleet in one yard is shown with the streets around it. */
const MIN_SIDE = 0.02;
/** The densest part of a fleet is what so many of its vehicles keep within. */
const SHARE = 0.9;
/** Vehicles outside the densest part are shown too while the view does not grow by more than this for them. */
const GROWTH = 2;

/** The box around all places; null where there is none. */
export function boxAround(places: readonly CountedPlace[]): Bbox | null {
  if (places.length === 0) return null;
  const box: Bbox = [Infinity, Infinity, -Infinity, -Infinity];
  for (const { lon, lat } of places) {
    box[0] = Math.min(box[0], lon);
    box[1] = Math.min(box[1], lat);
    box[2] = Math.max(box[2], lon);
    box[3] = Math.max(box[3], lat);
  }
  return box;
}

/**
 * Where to look at a fleet: around its densest part, so that one vehicle in another province does not make the city a
 * dot; around all of it where nobody strays. Null where there is no vehicle.
 */
export function fleetBox(places: readonly CountedPlace[]): Bbox | null {
  const whole = boxAround(places);
  if (whole === null) return null;
  const [west, east] = densest(places.map(({ lon, count }) => [lon, count ?? 1]));
  const [south, north] = densest(places.map(({ lat, count }) => [lat, count ?? 1]));
  const dense = widened([west, south, east, north]);
  const wide = widened(whole);
  const grows = Math.max((wide[2] - wide[0]) / (dense[2] - dense[0]), (wide[3] - wide[1]) / (dense[3] - dense[1]));
  return grows <= GROWTH ? wide : dense;
}

/** The shortest stretch of a line that holds `SHARE` of what stands on it. Of a few it leaves out one, of two none. */
function densest(places: [at: number, count: number][]): [low: number, high: number] {
  places.sort((a, b) => a[0] - b[0]);
  const total = places.reduce((sum, [, count]) => sum + count, 0);
  const wanted = total < 3 ? total : Math.min(total - 1, Math.ceil(total * SHARE));
  let best: [number, number] = [places[0][0], places[places.length - 1][0]];
  let held = 0;
  for (let first = 0, last = 0; last < places.length; last++) {
    held += places[last][1];
    while (held - places[first][1] >= wanted) held -= places[first++][1];
    if (held < wanted) continue;
    const [low, high] = [places[first][0], places[last][0]];
    if (high - low < best[1] - best[0]) best = [low, high];
  }
  return best;
}

function widened([west, south, east, north]: Bbox): Bbox {
  const dx = Math.max(0, MIN_SIDE - (east - west)) / 2;
  const dy = Math.max(0, MIN_SIDE - (north - south)) / 2;
  return [west - dx, south - dy, east + dx, north + dy];
}
