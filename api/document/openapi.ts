import { z } from 'zod';
import { takesKey } from '../forwarding.js';
import { ERROR_CODES, type ErrorCode } from '../http/errors.js';
import { describeOneOrMany } from '../parameters.js';
import type { Route } from '../route.js';
import { errorSchema } from '../schemas/common.js';

type Json = Record<string, unknown>;

const INTRODUCTION = `Live positions, tracks, fences and alerts of commercial vehicles.

Degrees WGS-84 (\`lon\`, \`lat\`), km/h, degrees clockwise from north, metres, kilometres; times RFC 3339.
Lists come in pages: ask again with the \`cursor\` of the page before until it is null.
The live stream is a WebSocket at \`/v1/stream\`: \`/asyncapi.json\` describes it.
HEAD is answered wherever GET is. What is no HTTP/1.1, or has more headers than fit (400, 431, 505), is refused with a line of HTML before any of this.`;

/** Of every POST that does something (api/http/idempotency.ts). */
const IDEMPOTENCY_KEY = {
  name: 'Idempotency-Key',
  in: 'header',
  required: false,
  description:
    'Made by the caller, new for each new request: asked again with the same key and body within 24 hours, the answer is the ' +
    'same, nothing is done twice, and `Idempotency-Replayed: true` says so. Answers are kept through restarts, the newest 20,000.',
  schema: { type: 'string', minLength: 1, maxLength: 255 },
};

/** OpenAPI 3.1 of the table: the schemas in it are those that check the requests. */
export function openapi(routes: readonly Route[], version: string): Json {
  const components: Json = {};
  const paths: Record<string, Json> = {};
  for (const route of routes) {
    paths[route.path] ??= {};
    paths[route.path][route.method] = operation(route, components);
  }
  return {
    openapi: '3.1.0',
    info: {
      title: 'Cheji',
      version,
      description: INTRODUCTION,
      license: { name: 'Apache-2.0', identifier: 'Apache-2.0' },
    },
    servers: [{ url: '/' }],
    paths,
    components: {
      schemas: components,
      securitySchemes: { key: { type: 'http', scheme: 'bearer', description: 'the admin key' } },
    },
  };
}

function operation(route: Route, components: Json): Json {
  const parameters = [
    ...fields(route.params, 'path', components),
    ...fields(route.query, 'query', components),
    ...(takesKey(route) ? [IDEMPOTENCY_KEY] : []),
  ];
  return {
    operationId: operationId(route),
    tags: [route.tag],
    summary: route.summary,
    ...(route.description && { description: route.description }),
    security: route.auth === 'key' ? [{ key: [] }] : [],
    ...(parameters.length > 0 && { parameters }),
    ...(route.body && {
      requestBody: {
        required: !route.body.optional,
        content: Object.fromEntries(
          route.body.types.map((type) => [type, { schema: jsonSchema(route.body!.schema, 'input', components) }]),
        ),
      },
    }),
    responses: { ...successes(route, components), ...errors(route, components) },
  };
}

function successes(route: Route, components: Json): Json {
  return Object.fromEntries(
    Object.entries(route.responses).map(([status, { description, schema, types, headers }]) => {
      const content: Json = {};
      if (schema) content['application/json'] = { schema: jsonSchema(schema, 'output', components) };
      for (const [type, what] of Object.entries(types ?? {})) {
        content[type] = { schema: { type: 'string', description: what } };
      }
      const described = Object.entries(headers ?? {}).map(([name, what]) => [
        name,
        { description: what, schema: { type: 'string' } },
      ]);
      return [
        status,
        {
          description,
          ...(described.length > 0 && { headers: Object.fromEntries(described) }),
          ...(Object.keys(content).length > 0 && { content }),
        },
      ];
    }),
  );
}

/** Errors that a route says itself, and those that follow from what it takes. */
function errors(route: Route, components: Json): Json {
  const codes = new Set<ErrorCode>(route.errors);
  if (route.params || route.query || route.body) codes.add('bad-request');
  if (route.method === 'post') codes.add('bad-request').add('key-reused');
  if (route.auth === 'key') codes.add('unauthorized');
  if (route.body) codes.add('too-large').add('unsupported-media');
  const byStatus = new Map<number, string[]>();
  for (const code of codes) {
    const { status, meaning } = ERROR_CODES[code];
    byStatus.set(status, [...(byStatus.get(status) ?? []), `\`${code}\`: ${meaning}`]);
  }
  const schema = jsonSchema(errorSchema, 'output', components);
  return Object.fromEntries(
    [...byStatus].map(([status, lines]) => [
      status,
      { description: lines.join('\n\n'), content: { 'application/json': { schema } } },
    ]),
  );
}

/** The members of an object schema as parameters. */
function fields(schema: z.ZodType | undefined, place: 'path' | 'query', components: Json): Json[] {
  if (!schema) return [];
  const { properties = {}, required = [] } = jsonSchema(schema, 'input', components) as {
    properties?: Record<string, Json>;
    required?: string[];
  };
  return Object.entries(properties).map(([name, { description, examples, ...rest }]) => ({
    name,
    in: place,
    required: place === 'path' || required.includes(name),
    ...(description !== undefined && { description }),
    schema: rest,
    ...(Array.isArray(examples) && { example: examples[0] }),
  }));
}

/** The schema as JSON Schema 2020-12; whatever has an id moves to the components and is referred to. */
export function jsonSchema(schema: z.ZodType, io: 'input' | 'output', components: Json): Json {
  const { $schema, $defs, ...rest } = z.toJSONSchema(schema, {
    io,
    unrepresentable: 'any',
    override: describeOneOrMany,
  }) as Json & { $defs?: Json };
  for (const [id, definition] of Object.entries($defs ?? {})) components[id] = relocated(definition, io);
  return relocated(rest, io) as Json;
}

/** References inside one schema document, pointed to the components; output objects may grow members later. */
function relocated(value: unknown, io: 'input' | 'output'): unknown {
  if (Array.isArray(value)) return value.map((member) => relocated(member, io));
  if (value === null || typeof value !== 'object') return value;
  const moved: Json = {};
  for (const [key, member] of Object.entries(value)) {
    if (key === 'additionalProperties' && member === false && io === 'output') continue;
    moved[key] =
      key === '$ref' && typeof member === 'string'
        ? member.replace('#/$defs/', '#/components/schemas/')
        : relocated(member, io);
  }
  return moved;
}

function operationId({ method, path }: Route): string {
  const words = path.split(/[^A-Za-z]+/).filter((word) => word !== '' && word !== 'v');
  return method + words.map((word) => word[0].toUpperCase() + word.slice(1)).join('');
}
