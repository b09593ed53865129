import { z } from 'zod';
import { parseFence } from '../../geo/fence-input.js';
import type { Fence } from '../../model/fence.js';
import { msToRfc3339 } from '../../model/units.js';
import type { Refusal } from '../../store/registry.js';
import type { App } from '../app.js';
import { datumParam, datumQuery, fromDatum, inDatum } from '../datum.js';
import { ApiError, type ErrorDetail } from '../errors.js';
import type { Answer, Request } from '../http.js';
import { jsonBody } from '../json-body.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { refusal } from '../refusal.js';
import { check, json, NO_CONTENT, type Route, route } from '../route.js';
import { fenceCollectionSchema, fenceId, fenceInputSchema, fenceSchema, listOf } from '../schemas.js';

const BULK_BYTES = 16 * 1024 * 1024;
const MAX_FEATURES = 1000;
const MAX_TOLD_IDS = 100;
const GEOJSON_TYPES = ['application/json', 'application/geo+json'];

const idParam = z.strictObject({ id: fenceId });
const listQuery = z.strictObject({
  limit: limitParam(1000, 1000),
  cursor: cursorParam.optional(),
  datum: datumParam,
});

type Parsed = Exclude<ReturnType<typeof parseFence>, { problems: unknown }>;

export function fenceRoutes(app: App): Route[] {
  const { catalog, registry } = app.deps;

  return [
    route({
      method: 'get',
      path: '/v1/fences',
      auth: 'key',
      tag: 'Fences',
      summary: 'Fences',
      query: listQuery,
      responses: { 200: { description: 'a page of GeoJSON Features', schema: listOf(fenceSchema) } },
      handle({ query }) {
        const from = query.cursor === undefined ? 0 : readCursor('fences', query.cursor, ['number'])[0];
        // Sorted by number, so that a page continues where the one before ended, whatever was edited meanwhile.
        const numbers = [...catalog.fences.keys()].filter((no) => no >= from).sort((a, b) => a - b);
        const next = numbers[query.limit];
        const items = numbers.slice(0, query.limit).map((no) => fenceJson(catalog.fences.get(no)!));
        const cursor = next === undefined ? null : writeCursor('fences', [next]);
        return json({ items: inDatum(query.datum, items), cursor });
      },
    }),
    route({
      method: 'post',
      path: '/v1/fences',
      auth: 'key',
      tag: 'Fences',
      summary: 'Make a fence, or many',
      description: `A Feature, or a FeatureCollection of at most ${MAX_FEATURES}: none is taken where one of them is wrong. Ids are made up where a Feature has none.`,
      query: datumQuery,
      body: {
        schema: z.union([fenceInputSchema, fenceCollectionSchema]) as z.ZodType<unknown>,
        types: GEOJSON_TYPES,
        limit: BULK_BYTES,
        read: jsonBody,
      },
      responses: {
        201: {
          description: 'the fence, or the list of them',
          schema: z.union([fenceSchema, listOf(fenceSchema)]),
          headers: { Location: 'of a single fence', ETag: 'of a single fence' },
        },
      },
      errors: ['conflict', 'busy'],
      async handle({ body: sent, query: { datum } }) {
        const body = fromDatum(datum, sent);
        const many = isCollection(body);
        const parsed = many ? parseCollection(body.features) : [newFence(body, 'body')];
        // All in one turn: nobody makes one of the same id in between, and they share a flush.
        const outcomes = await Promise.all(putAll(parsed));
        const made = outcomes.flatMap((outcome) => ('fence' in outcome ? [outcome.fence] : []));
        const refused = outcomes.find((outcome) => 'refused' in outcome);
        if (refused) throw partlyRefused(refused, made);
        const items = inDatum(datum, made.map(fenceJson));
        if (many) return json({ items, cursor: null }, 201);
        return json(items[0], 201, [...etag(made[0]), ['Location', `/v1/fences/${encodeURIComponent(made[0].id)}`]]);
      },
    }),
    route({
      method: 'get',
      path: '/v1/fences/{id}',
      auth: 'key',
      tag: 'Fences',
      summary: 'One fence',
      params: idParam,
      query: datumQuery,
      responses: {
        200: { description: 'a GeoJSON Feature', schema: fenceSchema, headers: { ETag: 'its revision' } },
        304: { description: 'unchanged since the version that If-None-Match names' },
      },
      errors: ['not-found'],
      handle({ params, query, request }): Answer {
        const fence = knownFence(params.id);
        if (names(request.headers['if-none-match'], fence)) return { status: 304, headers: etag(fence), body: null };
        return json(inDatum(query.datum, fenceJson(fence)), 200, etag(fence));
      },
    }),
    route({
      method: 'put',
      path: '/v1/fences/{id}',
      auth: 'key',
      tag: 'Fences',
      summary: 'Make or replace a fence',
      description: 'With If-Match, only where nobody has changed it since.',
      params: idParam,
      query: datumQuery,
      body: {
        schema: fenceInputSchema as z.ZodType<unknown>,
        types: GEOJSON_TYPES,
        limit: 1024 * 1024,
        read: jsonBody,
      },
      responses: {
        200: { description: 'replaced', schema: fenceSchema, headers: { ETag: 'its revision' } },
        201: { description: 'made', schema: fenceSchema, headers: { ETag: 'its revision' } },
      },
      errors: ['precondition-failed', 'busy'],
      async handle({ params, query: { datum }, body, request }) {
        const own = idOf(body);
        if (own !== undefined && own !== params.id) {
          const message = `"${own}" is not the id of the path, "${params.id}"`;
          throw new ApiError('bad-request', `body.id: ${message}`, [{ path: 'body.id', message }]);
        }
        const parsed = parse(fromDatum(datum, body), 'body', params.id);
        demandMatch(request, catalog.fenceById(params.id));
        const outcome = await registry.putFence({ ...parsed, id: params.id });
        if ('refused' in outcome) throw refusal(outcome);
        return json(inDatum(datum, fenceJson(outcome.fence)), outcome.created ? 201 : 200, etag(outcome.fence));
      },
    }),
    route({
      method: 'delete',
      path: '/v1/fences/{id}',
      auth: 'key',
      tag: 'Fences',
      summary: 'Remove a fence',
      description: 'Alerts that it holds open are cleared, with the reason `fence-removed`.',
      params: idParam,
      responses: { 204: { description: 'gone' } },
      errors: ['not-found', 'precondition-failed', 'busy'],
      async handle({ params, request }) {
        demandMatch(request, knownFence(params.id));
        const outcome = await registry.deleteFence(params.id);
        if ('refused' in outcome) throw refusal(outcome);
        return NO_CONTENT;
      },
    }),
  ];

  function knownFence(id: string): Fence {
    const fence = catalog.fenceById(id);
    if (fence) return fence;
    throw new ApiError('not-found', `no fence with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
  }

  /** A fence that must not exist yet. */
  function newFence(feature: unknown, path: string): Parsed & { id?: string } {
    const id = idOf(feature);
    const parsed = parse(feature, path, id);
    if (id === undefined) return parsed;
    check(fenceId, id, `${path}.id`);
    if (catalog.fenceById(id)) {
      throw new ApiError('conflict', `${path}.id: a fence "${id}" exists; PUT replaces it`, [
        { path: `${path}.id`, message: 'exists' },
      ]);
    }
    return { ...parsed, id };
  }

  /** Those that have an id come first: none that is made up for another may be theirs. The outcomes are in the order given. */
  function putAll(parsed: readonly (Parsed & { id?: string })[]): ReturnType<typeof registry.putFence>[] {
    const outcomes: ReturnType<typeof registry.putFence>[] = [];
    for (const hasId of [true, false]) {
      for (const [i, input] of parsed.entries()) {
        if ((input.id !== undefined) === hasId) outcomes[i] = registry.putFence(input);
      }
    }
    return outcomes;
  }

  function parseCollection(features: readonly unknown[]): (Parsed & { id?: string })[] {
    if (features.length === 0 || features.length > MAX_FEATURES) {
      const message = `1 to ${MAX_FEATURES} features are needed; got ${features.length}`;
      throw new ApiError('bad-request', `body.features: ${message}`, [{ path: 'body.features', message }]);
    }
    const parsed = features.map((feature, i) => newFence(feature, `body.features[${i}]`));
    const seen = new Set<string>();
    parsed.forEach(({ id }, i) => {
      if (id === undefined) return;
      const path = `body.features[${i}].id`;
      if (seen.has(id)) throw new ApiError('bad-request', `${path}: "${id}" twice`, [{ path, message: 'given twice' }]);
      seen.add(id);
    });
    return parsed;
  }
}

/** The log may fill up in the middle of many: what is made by then stays, and is told. */
function partlyRefused(refused: Refusal, made: readonly Fence[]): ApiError {
  const { code, message, details, headers } = refusal(refused);
  if (made.length === 0) return new ApiError(code, message, details, headers);
  const ids = made.map(({ id }) => id);
  const path = 'body.features';
  const done = {
    path,
    message: `made all the same: ${ids.slice(0, MAX_TOLD_IDS).join(', ')}${ids.length > MAX_TOLD_IDS ? ' …' : ''}`,
  };
  return new ApiError(code, `${message}; ${made.length} of them are made`, [...details, done], headers);
}

/** A fence as GeoJSON: what its owner gave, with the system's own facts beside it. */
export function fenceJson(fence: Fence) {
  return {
    type: 'Feature' as const,
    id: fence.id,
    geometry: fence.geometry,
    properties: fence.properties,
    revision: fence.revision,
    createdAt: msToRfc3339(fence.createdAt),
    updatedAt: msToRfc3339(fence.updatedAt),
  };
}

function parse(feature: unknown, path: string, id: string | undefined): Parsed {
  const parsed = parseFence(feature, id);
  if (!('problems' in parsed)) return parsed;
  const details: ErrorDetail[] = parsed.problems.map((problem) => ({
    path: problem.path ? `${path}.${problem.path}` : path,
    message: problem.message,
  }));
  throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
}

function isCollection(body: unknown): body is { features: unknown[] } {
  return (
    typeof body === 'object' &&
    body !== null &&
    'type' in body &&
    body.type === 'FeatureCollection' &&
    'features' in body &&
    Array.isArray(body.features)
  );
}

function idOf(feature: unknown): string | undefined {
  const id = typeof feature === 'object' && feature !== null && 'id' in feature ? feature.id : undefined;
  return typeof id === 'string' || typeof id === 'number' ? String(id) : undefined;
}

function etag(fence: Fence): Answer['headers'] {
  return [['ETag', `"${fence.revision}"`]];
}

function names(header: string, fence: Fence): boolean {
  return header
    .split(',')
    .some((tag) => tag.trim() === '*' || tag.trim().replace(/^W\//, '') === `"${fence.revision}"`);
}

function demandMatch(request: Request, fence: Fence | undefined): void {
  const wanted = request.headers['if-match'];
  if (wanted === '' || (fence && names(wanted, fence))) return;
  const now = fence ? `it is at revision "${fence.revision}" now` : 'it does not exist any more';
  throw new ApiError('precondition-failed', `changed since ${wanted}: ${now}`, [{ path: 'If-Match', message: now }]);
}
