import { createHash } from 'node:crypto';
import { conditionalTag, LIMIT_TAGS, type Road } from '../model/road.js';
import { unwrap } from './antimeridian.js';
import { isUnknown, MAX_TAG_LENGTH, readConditionalLimits } from './conditional-limits.js';
import { MAX_SPEED_FORMS, maxSpeedKmh } from './max-speed.js';
import { type Problem, Problems } from './problems.js';

const MAX_VERTICES = 10_000;
const MAX_LINES = 1000;
const MAX_NAME = 200;
/** Limits with conditions, of all tags of a road: each is kept with every road, and asked for every fix on it. */
const MAX_CLAUSES = 50;
/** As ids of other things, and with the `/` of `way/123`. */
const ID = /^[A-Za-z0-9._:/\-\p{Script=Han}]{1,64}$/u;
export const ROAD_ID_RULE = '1 to 64 letters, digits, Chinese characters or any of . _ : / -';
const HIGHWAY = /^[a-z_]{1,40}$/;
/** Where programs that write OpenStreetMap's roads as GeoJSON put the id, when the Feature has none of its own. */
const ID_PROPERTIES = ['id', '@id', 'osm_id'];

const ONE_WAY: Record<string, Road['oneWay']> = {
  yes: 'forward',
  true: 'forward',
  '1': 'forward',
  '-1': 'backward',
  reverse: 'backward',
  no: null,
  false: null,
  '0': null,
  // By the hour or by signals: who goes against the line may be right.
  reversible: null,
  alternating: null,
};
/** One-way where no tag says otherwise. */
const ONE_WAY_CLASSES: ReadonlySet<string> = new Set(['motorway', 'motorway_link']);

/** A road as it is sent, before it is in a set and has a revision. */
export type RoadInput = Omit<Road, 'set' | 'revision'>;

/**
 * A road as people and programs send it: a GeoJSON LineString or MultiLineString (RFC 7946) with tags of OpenStreetMap as
 * properties: `name`, `highway`, `oneway`, and `maxspeed` with its forms for directions and kinds of vehicles (LIMIT_TAGS), each
 * with `:conditional`, too.
 *
 * A road without any limit is a road nevertheless: who is on it is not on the one beside it. Where neither `id` nor the Feature
 * gives an id, it is made of the places, the same for the same line. Everything that is wrong is named, with its place. `notUnderstood`: clauses of conditional tags, each
 * with its tag, of which nobody here can say when they hold, or what they allow.
 */
export function parseRoad(
  input: unknown,
  id?: string,
): { road: RoadInput; notUnderstood: string[] } | { problems: Problem[] } {
  const problems = new Problems();
  if (!isObject(input) || input.type !== 'Feature') {
    return { problems: [{ path: 'type', message: "must be a GeoJSON 'Feature'" }] };
  }
  const tags = input.properties ?? {};
  if (!isObject(tags)) return { problems: [{ path: 'properties', message: 'must be an object' }] };
  const lines = readLines(input.geometry, problems);
  const highway = textOf(tags.highway);
  if (highway !== null && !HIGHWAY.test(highway)) {
    problems.add('properties.highway', 'must be a value of OpenStreetMap such as primary: lower-case letters and _');
  }
  const { conditional, notUnderstood } = readConditional(tags, problems);
  const road: RoadInput = {
    id: readId(id ?? input.id ?? ID_PROPERTIES.map((name) => tags[name]).find(isGiven), lines, problems),
    name: textOf(tags.name)?.slice(0, MAX_NAME) ?? null,
    highway,
    oneWay: readOneWay(tags.oneway, highway, problems),
    limits: readLimits(tags, problems),
    ...(conditional && { conditional }),
    lines,
  };
  return problems.count > 0 ? { problems: problems.list } : { road, notUnderstood };
}

function readId(given: unknown, lines: RoadInput['lines'], problems: Problems): string {
  if (!isGiven(given)) return `road-${createHash('sha1').update(JSON.stringify(lines)).digest('hex').slice(0, 16)}`;
  const id = typeof given === 'string' || typeof given === 'number' ? String(given) : '';
  if (!ID.test(id)) problems.add('id', `must be ${ROAD_ID_RULE}`);
  return id;
}

function readOneWay(tag: unknown, highway: string | null, problems: Problems): Road['oneWay'] {
  if (!isGiven(tag)) return highway !== null && ONE_WAY_CLASSES.has(highway) ? 'forward' : null;
  if (Object.hasOwn(ONE_WAY, String(tag))) return ONE_WAY[String(tag)];
  problems.add('properties.oneway', `must be one of ${Object.keys(ONE_WAY).join(', ')}`);
  return null;
}

function readLimits(tags: Record<string, unknown>, problems: Problems): Road['limits'] {
  const limits: Road['limits'] = {};
  for (const tag of LIMIT_TAGS) {
    if (!isGiven(tags[tag])) continue;
    const kmh = maxSpeedKmh(tags[tag]);
    if (kmh === undefined) {
      problems.add(`properties.${tag}`, `"${String(tags[tag]).slice(0, 40)}" is not ${MAX_SPEED_FORMS}`);
    } else if (!Number.isNaN(kmh)) {
      limits[tag] = kmh === Infinity ? null : kmh;
    }
  }
  return limits;
}

function readConditional(
  tags: Record<string, unknown>,
  problems: Problems,
): { conditional: Road['conditional']; notUnderstood: string[] } {
  const notUnderstood: string[] = [];
  let clauses = 0;
  let conditional: Road['conditional'];
  for (const limitTag of LIMIT_TAGS) {
    const tag = conditionalTag(limitTag);
    if (!isGiven(tags[tag])) continue;
    const text = String(tags[tag]);
    if (text.length > MAX_TAG_LENGTH) {
      problems.add(`properties.${tag}`, `must be at most ${MAX_TAG_LENGTH} characters, as in OpenStreetMap`);
      continue;
    }
    const { limits, unread } = readConditionalLimits(text);
    const unknown = limits.filter(isUnknown).map((limit) => limit.text);
    notUnderstood.push(...[...unread, ...unknown].map((clause) => `${tag}=${clause}`));
    clauses += limits.length;
    if (limits.length > 0) conditional = { ...conditional, [limitTag]: limits };
  }
  if (clauses > MAX_CLAUSES)
    problems.add('properties', `has ${clauses} limits with conditions; at most ${MAX_CLAUSES}`);
  return { conditional, notUnderstood };
}

function readLines(geometry: unknown, problems: Problems): number[][] {
  const { type, coordinates } = isObject(geometry) ? geometry : {};
  if (type !== 'LineString' && type !== 'MultiLineString') {
    problems.add('geometry.type', 'must be LineString or MultiLineString');
    return [];
  }
  const path = 'geometry.coordinates';
  if (type === 'LineString') return [readLine(coordinates, path, problems)];
  if (!Array.isArray(coordinates) || coordinates.length === 0 || coordinates.length > MAX_LINES) {
    problems.add(path, `must be an array of 1 to ${MAX_LINES} lines`);
    return [];
  }
  return coordinates.map((line, i) => readLine(line, `${path}[${i}]`, problems));
}

function readLine(input: unknown, path: string, problems: Problems): number[] {
  if (!Array.isArray(input) || input.length < 2 || input.length > MAX_VERTICES) {
    problems.add(path, `must be an array of 2 to ${MAX_VERTICES} positions`);
    return [];
  }
  const bad = input.findIndex((place) => !isPlace(place));
  if (bad < 0) return unwrap(input as number[][]).flat();
  problems.add(`${path}[${bad}]`, 'must be [longitude, latitude], within ±180 and ±90');
  return [];
}

function isPlace(place: unknown): boolean {
  const [lon, lat] = Array.isArray(place) ? (place as unknown[]) : [];
  return typeof lon === 'number' && typeof lat === 'number' && Math.abs(lon) <= 180 && Math.abs(lat) <= 90;
}

function textOf(value: unknown): string | null {
  return typeof value === 'string' && value.trim() !== '' ? value.trim() : null;
}

function isGiven(value: unknown): boolean {
  return value !== undefined && value !== null && value !== '';
}

function isObject(value: unknown): value is Record<string, unknown> {
  return typeof value === 'object' && value !== null && !Array.isArray(value);
}
