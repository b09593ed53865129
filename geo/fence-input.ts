import type { Position as Place } from 'geojson';
import type { FenceGeometry, FenceProperties } from '../model/fence.js';
import { unwrapRings } from './antimeridian.js';
import { readFenceProperties } from './fence-properties.js';
import { jsonProblem } from './json-bounds.js';
import { checkOnTerminal } from './on-terminal.js';
import { type Problem, Problems } from './problems.js';
import { ringsProblem } from './ring-checks.js';
import { forSegments } from './segment-values.js';

export const MAX_VERTICES = 10_000;
const MAX_RADIUS_M = 1_000_000;
const MAX_WIDTH_M = 100_000;

/**
 * A fence as people and programs send it: a GeoJSON Feature (RFC 7946).
 *
 * - Polygon (holes allowed; a rectangle is one) and MultiPolygon are areas, a Point with `properties.radius` (metres) a
 *   circle, a LineString with `properties.width` (metres from edge to edge, of all of it or of each segment) a corridor.
 * - Rings that are not closed are closed; altitudes are left out. An edge that spans more than 180° of longitude goes
 *   the short way, across the 180° meridian.
 * - `properties`: see fence-properties.ts. `name` is `id`, or the Feature's own id, where it is absent.
 *
 * Bounded: at most 10,000 vertices, 16 levels and 64 KiB of properties. Everything that is wrong is named, with its place.
 */
export function parseFence(
  input: unknown,
  id?: string,
): { geometry: FenceGeometry; properties: FenceProperties } | { problems: Problem[] } {
  const problems = new Problems();
  if (!isObject(input)) return { problems: [{ path: '', message: 'must be a GeoJSON Feature, an object' }] };
  if (input.type !== 'Feature') {
    const got = typeof input.type === 'string' ? `'${input.type.slice(0, 40)}'` : 'none';
    const hint = input.type === 'FeatureCollection' ? '; send its features one by one' : '';
    return { problems: [{ path: 'type', message: `must be 'Feature', not ${got}${hint}` }] };
  }
  const given = input.properties ?? {};
  const bad = isObject(given) ? jsonProblem(given) : { path: '', message: 'must be an object' };
  if (bad) return { problems: [{ path: `properties${bad.path}`, message: bad.message }] };

  const geometry = readGeometry(input.geometry, problems);
  const ownId = typeof input.id === 'string' || typeof input.id === 'number' ? String(input.id) : undefined;
  const properties = readFenceProperties(given as Record<string, unknown>, id ?? ownId ?? 'fence', problems);
  if (geometry) readSize(geometry, properties, isObject(given) && Array.isArray(given.speedLimit), problems);
  if (geometry && properties.onTerminal !== undefined) checkOnTerminal(geometry, properties, problems);
  if (!geometry || problems.count > 0) return { problems: problems.list };
  return { geometry, properties };
}

/** `shortLimits`: limits of segments were given as `speedLimit`, which has become the last of the rules. */
function readSize(
  geometry: FenceGeometry,
  properties: FenceProperties,
  shortLimits: boolean,
  problems: Problems,
): void {
  const { type } = geometry;
  if (type === 'Point') checkMetres('radius', properties.radius, 'a Point is a circle', MAX_RADIUS_M);
  else delete properties.radius;
  const segments = type === 'LineString' ? geometry.coordinates.length - 1 : 0;
  if (type !== 'LineString') delete properties.width;
  else if (!Array.isArray(properties.width)) checkWidth('width', properties.width);
  else {
    properties.width = forSegments(properties.width, segments, 'properties.width', problems);
    for (const [i, width] of properties.width.entries()) checkWidth(`width[${i}]`, width);
  }
  for (const [i, rule] of properties.rules.entries()) {
    if (rule.type !== 'overspeed' || !Array.isArray(rule.limit)) continue;
    const isShort = shortLimits && i === properties.rules.length - 1;
    const path = isShort ? 'properties.speedLimit' : `properties.rules[${i}].limit`;
    if (type === 'LineString') rule.limit = forSegments(rule.limit, segments, path, problems);
    else problems.add(path, 'must be one number: only a corridor has segments');
  }

  function checkWidth(name: string, value: unknown): void {
    checkMetres(name, value, 'a LineString is a corridor', MAX_WIDTH_M);
  }

  function checkMetres(name: string, value: unknown, why: string, max: number): void {
    if (typeof value === 'number' && value > 0 && value <= max) return;
    problems.add(`properties.${name}`, `must be metres, more than 0 and at most ${max}: ${why}`);
  }
}

function readGeometry(input: unknown, problems: Problems): FenceGeometry | null {
  if (!isObject(input)) {
    problems.add('geometry', 'must be a GeoJSON geometry, an object');
    return null;
  }
  const path = 'geometry.coordinates';
  const { coordinates } = input;
  const budget = { left: MAX_VERTICES };
  const before = problems.count;
  let geometry: FenceGeometry;
  switch (input.type) {
    case 'Point':
      geometry = { type: 'Point', coordinates: readPlace(coordinates, path, problems) };
      break;
    case 'LineString':
      geometry = { type: 'LineString', coordinates: readLine(coordinates, path, budget, problems) };
      break;
    case 'Polygon':
      geometry = { type: 'Polygon', coordinates: readPolygon(coordinates, path, budget, problems) };
      break;
    case 'MultiPolygon': {
      const polygons = list(coordinates, path, 1, problems);
      const read = (polygon: unknown, i: number) => readPolygon(polygon, `${path}[${i}]`, budget, problems);
      geometry = { type: 'MultiPolygon', coordinates: polygons.map(read) };
      break;
    }
    default:
      problems.add('geometry.type', 'must be Polygon, MultiPolygon, Point or LineString');
      return null;
  }
  return problems.count === before ? geometry : null;
}

function readPolygon(input: unknown, path: string, budget: { left: number }, problems: Problems): Place[][] {
  const before = problems.count;
  const rings = list(input, path, 1, problems).map((ring, i) => readRing(ring, `${path}[${i}]`, budget, problems));
  if (problems.count > before) return rings;
  const flat = unwrapRings(rings);
  const open = flat.findIndex((ring) => ring[0][0] !== ring[ring.length - 1][0]);
  if (open >= 0) {
    problems.add(`${path}[${open}]`, 'goes round a pole; cut it at 180°');
    return rings;
  }
  const wrong = ringsProblem(flat);
  if (wrong) problems.add(`${path}[${wrong.ring}]`, wrong.message);
  return rings;
}

function readRing(input: unknown, path: string, budget: { left: number }, problems: Problems): Place[] {
  const places = readPlaces(input, path, 3, budget, problems);
  const first = places[0];
  const last = places[places.length - 1];
  if (places.length > 0 && (first[0] !== last[0] || first[1] !== last[1])) places.push([...first]);
  if (places.length > 0 && places.length < 4)
    problems.add(path, 'a ring needs at least 4 positions, the last the first');
  return places;
}

function readLine(input: unknown, path: string, budget: { left: number }, problems: Problems): Place[] {
  const places = readPlaces(input, path, 2, budget, problems);
  if (places.length >= 2 && places.every(([lon, lat]) => lon === places[0][0] && lat === places[0][1])) {
    problems.add(path, 'a line needs two different positions');
  }
  return places;
}

function readPlaces(
  input: unknown,
  path: string,
  least: number,
  budget: { left: number },
  problems: Problems,
): Place[] {
  const items = list(input, path, least, problems);
  budget.left -= items.length;
  if (budget.left < 0) {
    problems.add('geometry.coordinates', `has more than ${MAX_VERTICES} vertices; simplify it`);
    return [];
  }
  return items.map((place, i) => readPlace(place, path, problems, i));
}

/** `i`: which one of a list at `path`; the place is named only where something is wrong with it. */
function readPlace(input: unknown, path: string, problems: Problems, i?: number): Place {
  const given = Array.isArray(input) ? (input as unknown[]) : [];
  const lon = given[0];
  const lat = given[1];
  const where = () => (i === undefined ? path : `${path}[${i}]`);
  if (typeof lon !== 'number' || typeof lat !== 'number' || !Number.isFinite(lon) || !Number.isFinite(lat)) {
    problems.add(where(), 'must be [longitude, latitude], two numbers');
  } else if (Math.abs(lon) > 180 || Math.abs(lat) > 90) {
    const swapped = Math.abs(lat) <= 180 && Math.abs(lon) <= 90 ? '; longitude comes first' : '';
    problems.add(where(), `[${lon}, ${lat}] is outside ±180, ±90${swapped}`);
  } else {
    return [lon, lat];
  }
  return [0, 0];
}

function list(input: unknown, path: string, least: number, problems: Problems): unknown[] {
  if (Array.isArray(input) && input.length >= least && input.length <= MAX_VERTICES + 1) return input;
  if (Array.isArray(input) && input.length > least) {
    problems.add(path, `has ${input.length} members; at most ${MAX_VERTICES} vertices are taken`);
  } else {
    problems.add(path, `must be an array of at least ${least}`);
  }
  return [];
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
