import { z } from 'zod';
import { isUnknown } from '../../geo/conditional-limits.js';
import { RoadIndex } from '../../geo/road-index.js';
import { parseRoad, type RoadInput } from '../../geo/road-input.js';
import { conditionalTexts, LIMIT_TAGS, type Road, USUAL_ROAD_SET } from '../../model/road.js';
import type { App } from '../app.js';
import type { Answer } from '../http/endpoint.js';
import { ApiError, type ErrorDetail } from '../http/errors.js';
import { refusal } from '../http/refusal.js';
import { type Bbox, bboxParam, cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { json, NO_CONTENT, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';
import {
  revisionParam,
  roadCollectionSchema,
  roadId,
  roadInputSchema,
  roadSchema,
  roadSetName,
  roadSetSchema,
  roadsPutSchema,
} from '../schemas/roads.js';

const BULK_BYTES = 8 * 1024 * 1024;
const MAX_FEATURES = 5000;
/** Problems that one answer names, of however many features. */
const MAX_DETAILS = 100;
/** Of clauses that are not understood. */
const MAX_EXAMPLES = 5;
const GEOJSON_TYPES = ['application/json', 'application/geo+json'];

export function roadRoutes(app: App): Route[] {
  const { catalog, registry } = app.deps;
  const { roads } = catalog;
  /** Made when somebody first asks for a box: rules have an index of their own, in the engine's thread. */
  let index: RoadIndex | undefined;
  const body = { types: GEOJSON_TYPES, limit: BULK_BYTES };

  return [
    route({
      method: 'get',
      path: '/v1/roads',
      auth: 'key',
      tag: 'Roads',
      summary: 'Roads and their limits',
      query: z.strictObject({
        bbox: bboxParam.optional(),
        set: roadSetName.optional(),
        limit: limitParam(5000, 1000),
        cursor: cursorParam.optional(),
      }),
      responses: { 200: { description: 'a page of GeoJSON Features, by id', schema: listOf(roadSchema) } },
      handle({ query }) {
        const { set, limit } = query;
        const ids = query.bbox ? within(query.bbox) : roads.ids();
        const after = query.cursor === undefined ? '' : readCursor('roads', query.cursor, ['text'])[0];
        const items: Road[] = [];
        let i = firstAfter(ids, after);
        for (; i < ids.length && items.length < limit; i++) {
          const road = roads.get(ids[i]) as Road;
          if (set === undefined || road.set === set) items.push(road);
        }
        const cursor = i < ids.length ? writeCursor('roads', [ids[i - 1]]) : null;
        return json({ items: items.map(roadJson), cursor });
      },
    }),
    route({
      method: 'post',
      path: '/v1/roads',
      auth: 'key',
      tag: 'Roads',
      summary: 'Make or replace roads',
      description: `A Feature, or a FeatureCollection of at most ${MAX_FEATURES}: either all of them are taken, as one change, or none. A road with an id that is known replaces that one; where a Feature has none, one is made of its places.`,
      query: z.strictObject({ set: roadSetName.default(USUAL_ROAD_SET) }),
      body: { ...body, schema: z.union([roadInputSchema, roadCollectionSchema]) as z.ZodType<unknown> },
      responses: { 200: { description: 'what was done', schema: roadsPutSchema } },
      errors: ['busy'],
      async handle({ query: { set }, body: given }) {
        const { roads: read, notUnderstood } = parsed(featuresOf(given));
        const outcome = await registry.putRoads(set, read);
        if ('refused' in outcome) throw refusal(outcome);
        const examples = notUnderstood.slice(0, MAX_EXAMPLES);
        return json({ set, ...outcome, notUnderstood: { clauses: notUnderstood.length, examples } });
      },
    }),
    route({
      method: 'delete',
      path: '/v1/roads',
      auth: 'key',
      tag: 'Roads',
      summary: 'Remove a set of roads',
      description:
        'With `before`, only the roads that were last put below that revision: what a newer import left over.',
      query: z.strictObject({ set: roadSetName, before: revisionParam.optional() }),
      responses: { 200: { description: 'how many', schema: z.object({ set: z.string(), removed: z.int() }) } },
      errors: ['not-found', 'busy'],
      async handle({ query: { set, before } }) {
        const outcome = await registry.deleteRoadSet(set, before);
        if ('refused' in outcome) throw refusal(outcome);
        return json({ set, ...outcome });
      },
    }),
    route({
      method: 'get',
      path: '/v1/road-sets',
      auth: 'key',
      tag: 'Roads',
      summary: 'Sets of roads',
      responses: { 200: { description: 'all of them', schema: listOf(roadSetSchema) } },
      handle: () => json({ items: roads.sets(), cursor: null }),
    }),
    route({
      method: 'get',
      path: '/v1/roads/{id}',
      auth: 'key',
      tag: 'Roads',
      summary: 'One road',
      params: z.strictObject({ id: roadId }),
      responses: { 200: { description: 'a GeoJSON Feature', schema: roadSchema } },
      errors: ['not-found'],
      handle({ params }): Answer {
        const road = roads.get(params.id);
        if (road) return json(roadJson(road));
        throw new ApiError('not-found', `no road with id "${params.id}"`, [
          { path: 'path.id', message: 'there is none' },
        ]);
      },
    }),
    route({
      method: 'put',
      path: '/v1/roads/{id}',
      auth: 'key',
      tag: 'Roads',
      summary: 'Make or replace a road',
      params: z.strictObject({ id: roadId }),
      query: z.strictObject({
        set: roadSetName.optional().describe('the one that it is in, or "roads", where absent'),
      }),
      body: { ...body, schema: roadInputSchema as z.ZodType<unknown> },
      responses: {
        200: { description: 'replaced', schema: roadSchema },
        201: { description: 'made', schema: roadSchema },
      },
      errors: ['busy'],
      async handle({ params: { id }, query, body: given }) {
        const read = parseRoad(given, id);
        if ('problems' in read) throw wrong(read.problems.map((problem) => atBody(problem, 'body')));
        const set = query.set ?? roads.get(id)?.set ?? USUAL_ROAD_SET;
        const outcome = await registry.putRoads(set, [read.road]);
        if ('refused' in outcome) throw refusal(outcome);
        const { revision, made } = outcome;
        const { notUnderstood } = read;
        const road = roadJson({ ...read.road, set, revision });
        return json({ ...road, ...(notUnderstood.length > 0 && { notUnderstood }) }, made > 0 ? 201 : 200);
      },
    }),
    route({
      method: 'delete',
      path: '/v1/roads/{id}',
      auth: 'key',
      tag: 'Roads',
      summary: 'Remove a road',
      params: z.strictObject({ id: roadId }),
      responses: { 204: { description: 'gone' } },
      errors: ['not-found', 'busy'],
      async handle({ params }) {
        const outcome = await registry.deleteRoad(params.id);
        if ('refused' in outcome) throw refusal(outcome);
        return NO_CONTENT;
      },
    }),
  ];

  function within([minX, minY, maxX, maxY]: Bbox): readonly string[] {
    if (!index) {
      index = new RoadIndex();
      roads.follow(index);
    }
    return index.within({ minX, minY, maxX, maxY });
  }
}

function featuresOf(body: unknown): readonly unknown[] {
  const { type, features } = body as { type: string; features?: unknown[] };
  if (type !== 'FeatureCollection' || !features) return [body];
  if (features.length > 0 && features.length <= MAX_FEATURES) return features;
  const message = `1 to ${MAX_FEATURES} features are needed; got ${features.length}`;
  throw new ApiError('bad-request', `body.features: ${message}`, [{ path: 'body.features', message }]);
}

/** All of them, or an error that says what is wrong with which. */
function parsed(features: readonly unknown[]): { roads: RoadInput[]; notUnderstood: string[] } {
  const details: ErrorDetail[] = [];
  const roads: RoadInput[] = [];
  const notUnderstood: string[] = [];
  for (const [i, feature] of features.entries()) {
    const read = parseRoad(feature);
    if ('road' in read) {
      roads.push(read.road);
      notUnderstood.push(...read.notUnderstood.map((clause) => `${read.road.id}: ${clause}`));
    } else if (details.length < MAX_DETAILS) {
      details.push(...read.problems.map((problem) => atBody(problem, `body.features[${i}]`)));
    }
  }
  if (details.length > 0) throw wrong(details);
  return { roads, notUnderstood };
}

function atBody({ path, message }: ErrorDetail, under: string): ErrorDetail {
  return { path: `${under}.${path}`, message };
}

function wrong(details: ErrorDetail[]): ApiError {
  return new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
}

/** A road as GeoJSON with the tags that say what is known of it. */
export function roadJson({ id, set, revision, name, highway, oneWay, limits, conditional, lines }: Road) {
  const coordinates = lines.map((line) => {
    const places: [number, number][] = [];
    for (let i = 0; i < line.length; i += 2) places.push([withinTurn(line[i]), line[i + 1]]);
    return places;
  });
  const tags = LIMIT_TAGS.flatMap((tag) => (tag in limits ? [[tag, limits[tag] ?? 'none'] as const] : []));
  const unknown = Object.values(conditional ?? {}).flatMap((clauses) =>
    clauses.filter(isUnknown).map(({ text }) => text),
  );
  return {
    type: 'Feature' as const,
    id,
    geometry:
      coordinates.length === 1
        ? { type: 'LineString' as const, coordinates: coordinates[0] }
        : { type: 'MultiLineString' as const, coordinates },
    properties: {
      ...(name === null ? {} : { name }),
      ...(highway === null ? {} : { highway }),
      oneway: oneWay === null ? 'no' : oneWay === 'forward' ? 'yes' : '-1',
      ...Object.fromEntries(tags),
      ...conditionalTexts({ conditional }),
    },
    set,
    revision,
    ...(unknown.length > 0 && { notUnderstood: unknown }),
  };
}

function withinTurn(lon: number): number {
  return lon > 180 ? lon - 360 : lon < -180 ? lon + 360 : lon;
}

/** Place of the first id behind `after`, in ascending ids. */
function firstAfter(ids: readonly string[], after: string): number {
  let [low, high] = [0, ids.length];
  while (low < high) {
    const middle = (low + high) >> 1;
    if (ids[middle] <= after) low = middle + 1;
    else high = middle;
  }
  return low;
}
