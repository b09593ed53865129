import { z } from 'zod';
import type { Datum } from '../../model/datum.js';
import type { Fence } from '../../model/fence.js';
import { msToRfc3339 } from '../../model/units.js';
import { jsonBytes } from '../../model/written-geometry.js';
import type { Refusal } from '../../store/registry.js';
import type { App } from '../app.js';
import { datumParam, datumQuery, inDatum } from '../datum.js';
import { type FenceBody, type FenceRead, MAX_FEATURES } from '../fences/fence-body.js';
import type { Answer, Request } from '../http/endpoint.js';
import { ApiError } from '../http/errors.js';
import { InOrder } from '../http/in-order.js';
import { plainBody } from '../http/json-body.js';
import { refusal } from '../http/refusal.js';
import { cursorParam, limitParam, readCursor, writeCursor } from '../parameters.js';
import { check, json, NO_CONTENT, type Route, route } from '../route.js';
import { fenceId, listOf } from '../schemas/common.js';
import { fenceCollectionSchema, fenceInputSchema, fenceSchema } from '../schemas/fences.js';

const BULK_BYTES = 16 * 1024 * 1024;
const MAX_TOLD_IDS = 100;
const GEOJSON_TYPES = ['application/json', 'application/geo+json'];

const idParam = z.strictObject({ id: fenceId });
const listQuery = z.strictObject({
  limit: limitParam(1000, 1000),
  cursor: cursorParam.optional(),
  datum: datumParam,
});

export function fenceRoutes(app: App): Route[] {
  const { catalog, registry } = app.deps;
  const inOrder = new InOrder();

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
        const found = numbers.slice(0, query.limit).map((no) => catalog.fences.get(no)!);
        return json(listText(query.datum, found, next === undefined ? null : writeCursor('fences', [next])));
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
        schema: bytesOf(z.union([fenceInputSchema, fenceCollectionSchema])),
        types: GEOJSON_TYPES,
        limit: BULK_BYTES,
        read: plainBody,
      },
      responses: {
        201: {
          description: 'the fence, or the list of them',
          schema: z.union([fenceSchema, listOf(fenceSchema)]),
          headers: { Location: 'of a single fence', ETag: 'of a single fence' },
        },
      },
      errors: ['conflict', 'busy'],
      async handle({ body, query: { datum } }) {
        const read = await app.fenceReader.read(body, datum);
        // All in one turn: nobody makes one of the same id in between, and they share a flush.
        const outcomes = await Promise.all(putAll(newFences(read)));
        const made = outcomes.flatMap((outcome) => ('fence' in outcome ? [outcome.fence] : []));
        const refused = outcomes.find((outcome) => 'refused' in outcome);
        if (refused) throw partlyRefused(refused, made);
        if (read.many) return json(listText(datum, made, null), 201);
        return json(fenceText(datum, made[0]), 201, [
          ...etag(made[0]),
          ['Location', `/v1/fences/${encodeURIComponent(made[0].id)}`],
        ]);
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
        return json(fenceText(query.datum, fence), 200, etag(fence));
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
        schema: bytesOf(fenceInputSchema),
        types: GEOJSON_TYPES,
        limit: 1024 * 1024,
        read: plainBody,
      },
      responses: {
        200: { description: 'replaced', schema: fenceSchema, headers: { ETag: 'its revision' } },
        201: { description: 'made', schema: fenceSchema, headers: { ETag: 'its revision' } },
      },
      errors: ['precondition-failed', 'busy'],
      async handle({ params, query: { datum }, body, request }) {
        const reading = app.fenceReader.read(body, datum, params.id);
        const outcome = await inOrder.run(params.id, reading, (read) => {
          const [fence] = goodFences(read);
          demandMatch(request, catalog.fenceById(params.id));
          return registry.putFence({ ...fence, id: params.id });
        });
        if ('refused' in outcome) throw refusal(outcome);
        return json(fenceText(datum, outcome.fence), outcome.created ? 201 : 200, etag(outcome.fence));
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
        const outcome = await inOrder.run(params.id, null, () => {
          demandMatch(request, knownFence(params.id));
          return registry.deleteFence(params.id);
        });
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

  /** Fences that must not exist yet. */
  function newFences(read: FenceBody): FenceRead[] {
    const pathOf = (i: number) => (read.many ? `body.features[${i}].id` : 'body.id');
    for (const [i, { id }] of read.fences.entries()) {
      if (id === undefined) continue;
      check(fenceId, id, pathOf(i));
      if (!catalog.fenceById(id)) continue;
      const path = pathOf(i);
      throw new ApiError('conflict', `${path}: a fence "${id}" exists; PUT replaces it`, [{ path, message: 'exists' }]);
    }
    const fences = goodFences(read);
    const seen = new Set<string>();
    for (const [i, { id }] of fences.entries()) {
      if (id === undefined) continue;
      const path = pathOf(i);
      if (seen.has(id)) throw new ApiError('bad-request', `${path}: "${id}" twice`, [{ path, message: 'given twice' }]);
      seen.add(id);
    }
    return fences;
  }

  /** Those that have an id come first: none that is made up for another may be theirs. The outcomes are in the order given. */
  function putAll(fences: readonly FenceRead[]): ReturnType<typeof registry.putFence>[] {
    const outcomes: ReturnType<typeof registry.putFence>[] = [];
    for (const hasId of [true, false]) {
      for (const [i, input] of fences.entries()) {
        if ((input.id !== undefined) === hasId) outcomes[i] = registry.putFence(input);
      }
    }
    return outcomes;
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

/** `fenceJson` with its places in `datum`, as text in UTF-8. */
function fenceText(datum: Datum, fence: Fence): Uint8Array {
  return jsonBytes(inDatum(datum, fenceJson(fence)), 'geometry');
}

function listText(datum: Datum, fences: readonly Fence[], cursor: string | null): Uint8Array {
  const items = fences.flatMap((fence, i) => [Buffer.from(i === 0 ? '' : ','), fenceText(datum, fence)]);
  return Buffer.concat([Buffer.from('{"items":['), ...items, Buffer.from(`],"cursor":${JSON.stringify(cursor)}}`)]);
}

/** All of them, or what was wrong with one is thrown. */
function goodFences({ fences, refused }: FenceBody): FenceRead[] {
  if (refused) throw new ApiError(refused.code, refused.message, refused.details);
  return fences;
}

/** What the body must be, of a body that the handler gets as bytes. */
function bytesOf(schema: z.ZodType): z.ZodType<Buffer> {
  return schema as z.ZodType<unknown> as z.ZodType<Buffer>;
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
