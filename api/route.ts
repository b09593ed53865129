import { z } from 'zod';
import { shaped } from '../model/shape-problems.js';
import type { Answer, Request } from './http/endpoint.js';
import { ApiError, type ErrorCode } from './http/errors.js';
import { jsonBody } from './http/json-body.js';

export type Method = 'get' | 'post' | 'put' | 'delete';

/** What a route may answer with, for the document and for the tests that hold it to its word. */
export interface ResponseSpec {
  description: string;
  /** JSON of this form; where absent, see `types`. */
  schema?: z.ZodType;
  /** Content types other than JSON, each with what is in it. */
  types?: Record<string, string>;
  headers?: Record<string, string>;
}

interface BodySpec<B> {
  schema: z.ZodType<B>;
  /** Content types that are taken. */
  types: readonly string[];
  /** Bytes. */
  limit: number;
  /** Bytes to what the handler gets, where that is not simply JSON that fits the schema. */
  read?: (bytes: Buffer, request: Request) => B | Promise<B>;
  /** No body, of whatever content type, says as much as `{}`. */
  optional?: boolean;
}

/** What a handler gets: everything in it has been checked. */
export interface Call<P, Q, B> {
  params: P;
  query: Q;
  body: B;
  request: Request;
}

interface RouteSpec<P, Q, B> {
  method: Method;
  /** As OpenAPI writes it: `/v1/fences/{id}`. */
  path: string;
  /** 'key': only with a key; 'none': open to everybody who reaches the port. */
  auth: 'key' | 'none';
  tag: string;
  summary: string;
  description?: string;
  params?: z.ZodType<P>;
  query?: z.ZodType<Q>;
  body?: BodySpec<B>;
  responses: Record<number, ResponseSpec>;
  /** Errors beyond those that follow from the rest (400, 401, 413, 415). */
  errors?: readonly ErrorCode[];
  handle(call: Call<P, Q, B>): Answer | Promise<Answer>;
}

/** A route with its types folded away: what the table holds. */
export interface Route extends Omit<RouteSpec<unknown, unknown, unknown>, 'handle'> {
  run(request: Request, body: Buffer): Answer | Promise<Answer>;
}

const NOTHING = z.strictObject({});

/** One line of the table: everything outside is checked by its schemas before `handle` sees it. */
export function route<P = unknown, Q = unknown, B = undefined>(spec: RouteSpec<P, Q, B>): Route {
  const names = [...spec.path.matchAll(/\{(\w+)\}/g)].map((match) => match[1]);
  const querySchema = (spec.query ?? NOTHING) as z.ZodType<Q>;
  const { body: bodySpec } = spec;

  const parts = (request: Request) => {
    const params = Object.fromEntries(names.map((name, i) => [name, decoded(request.params[i], name)]));
    return {
      params: (spec.params ? check(spec.params, params, 'path') : params) as P,
      query: check(querySchema, readQuery(request.query), 'query'),
    };
  };
  if (!bodySpec) {
    const run = (request: Request) => spec.handle({ ...parts(request), body: undefined as B, request });
    return { ...(spec as RouteSpec<unknown, unknown, unknown>), run };
  }
  const run = async (request: Request, bytes: Buffer) => {
    const { params, query } = parts(request);
    if (bodySpec.optional && bytes.length === 0) {
      return spec.handle({ params, query, body: check(bodySpec.schema, {}, 'body'), request });
    }
    const type = request.headers['content-type'].split(';')[0].trim().toLowerCase();
    if (!bodySpec.types.includes(type)) {
      const taken = bodySpec.types.join(', ');
      throw new ApiError('unsupported-media', `content type "${type}" is not taken here`, [
        { path: 'Content-Type', message: `one of: ${taken}` },
      ]);
    }
    const body = bodySpec.read
      ? await bodySpec.read(bytes, request)
      : check(bodySpec.schema, await jsonBody(bytes, request), 'body');
    return spec.handle({ params, query, body, request });
  };
  return { ...(spec as RouteSpec<unknown, unknown, unknown>), run };
}

/** The value as the schema makes it; otherwise an error that names every place that is wrong. */
export function check<T>(schema: z.ZodType<T>, value: unknown, where: string): T {
  const outcome = shaped(schema, value, where);
  if ('value' in outcome) return outcome.value;
  const [{ path, message }] = outcome.problems;
  throw new ApiError('bad-request', `${path}: ${message}`, outcome.problems);
}

function decoded(value: string, name: string): string {
  try {
    return decodeURIComponent(value);
  } catch {
    throw new ApiError('bad-request', `path.${name}: broken percent-encoding`, [
      { path: `path.${name}`, message: 'broken percent-encoding' },
    ]);
  }
}

function readQuery(raw: string): Record<string, string> {
  const values: Record<string, string> = Object.create(null);
  if (raw === '') return values;
  for (const [name, value] of new URLSearchParams(raw)) {
    if (name in values) {
      throw new ApiError('bad-request', `query.${name}: given twice`, [
        { path: `query.${name}`, message: 'given twice' },
      ]);
    }
    values[name] = value;
  }
  return values;
}

const JSON_HEADERS = [['Content-Type', 'application/json; charset=utf-8']] as const;

/** A JSON answer; `value` may be JSON text already. */
export function json(value: object | string | Uint8Array, status = 200, headers: Answer['headers'] = []): Answer {
  const body = typeof value === 'string' || value instanceof Uint8Array ? value : JSON.stringify(value);
  return { status, headers: headers.length > 0 ? [...JSON_HEADERS, ...headers] : JSON_HEADERS, body };
}

export const NO_CONTENT: Answer = { status: 204, headers: [], body: null };
