import type { z } from 'zod';
import { CLIENT_MESSAGES } from '../stream/messages.js';
import { PROTO } from '../stream/proto.js';
import { SERVER_MESSAGES } from '../stream/server-messages.js';
import { jsonSchema } from './openapi.js';

type Json = Record<string, unknown>;

const DESCRIPTION = `Live positions, alerts and commands of commercial vehicles over one WebSocket; docs/stream.md tells how it is used.

Text frames are JSON. Every message of the client has an \`op\`, every message of the server a \`type\`. Positions and densities
come as binary protobuf frames where the subscription says \`"format":"protobuf"\` or the sub-protocol is \`vm.v1+pb\`.`;

/** Names of the messages in the document. */
const CLIENT = 'client';
const SERVER = 'server';
const FRAME = 'server-frame';

/** AsyncAPI 3.0 of `GET /v1/stream`: the schemas in it are those that check what clients say, and type what the server does. */
export function asyncapi(version: string): Json {
  const schemas: Json = {};
  const messages: Json = {
    ...described(CLIENT_MESSAGES, CLIENT, 'input', schemas),
    ...described(SERVER_MESSAGES, SERVER, 'output', schemas),
    [FRAME]: {
      title: 'positions and density as protobuf',
      contentType: 'application/protobuf',
      payload: { schemaFormat: 'application/vnd.google.protobuf;version=3', schema: PROTO },
    },
  };
  const names = Object.keys(messages);
  return {
    asyncapi: '3.0.0',
    info: { title: 'Cheji live stream', version, description: DESCRIPTION, license: { name: 'Apache-2.0' } },
    defaultContentType: 'application/json',
    servers: {
      cheji: {
        host: '{host}',
        protocol: 'ws',
        variables: { host: { default: '127.0.0.1:8080' } },
        security: [{ $ref: '#/components/securitySchemes/key' }],
      },
    },
    channels: {
      stream: {
        address: '/v1/stream',
        messages: Object.fromEntries(names.map((name) => [name, { $ref: `#/components/messages/${name}` }])),
        bindings: { ws: { method: 'GET', query: query(), bindingVersion: '0.1.0' } },
      },
    },
    operations: {
      hear: operation(
        'receive',
        'What a client may say',
        names.filter((name) => name.startsWith(`${CLIENT}-`)),
      ),
      tell: operation(
        'send',
        'What the server says',
        names.filter((name) => name.startsWith(`${SERVER}-`)),
      ),
    },
    components: { messages, schemas, securitySchemes: { key: { type: 'http', scheme: 'bearer' } } },
  };
}

function described(table: Record<string, z.ZodType>, side: string, io: 'input' | 'output', schemas: Json): Json {
  return Object.fromEntries(
    Object.entries(table).map(([word, schema]) => [
      `${side}-${word}`,
      {
        title: word,
        ...(schema.description && { summary: schema.description }),
        payload: jsonSchema(schema, io, schemas),
      },
    ]),
  );
}

function operation(action: 'send' | 'receive', title: string, names: readonly string[]): Json {
  return {
    action,
    title,
    channel: { $ref: '#/channels/stream' },
    messages: names.map((name) => ({ $ref: `#/channels/stream/messages/${name}` })),
  };
}

function query(): Json {
  const key = { type: 'string', description: 'where neither a header nor a first message can carry it' };
  return { type: 'object', properties: { key } };
}
