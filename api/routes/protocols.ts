import { z } from 'zod';
import { parseHex } from '../../model/hex-text.js';
import type { ProtocolTools } from '../../model/protocol-tools.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { json, type Route, route } from '../route.js';
import { listOf } from '../schemas/common.js';
import {
  encodeInputSchema,
  explainInputSchema,
  explanationSchema,
  framesSchema,
  protocolSchema,
} from '../schemas/protocols.js';

const BODY_LIMIT = 256 * 1024;
/** Taking bytes apart writes a line for each field of them. */
const MAX_BYTES = 16 * 1024;

const protocolParam = z.strictObject({ protocol: z.string().meta({ examples: ['jt808'] }) });

/** Frames of terminal protocols by hand: what the command line's decode and encode do. */
export function protocolRoutes(app: App): Route[] {
  const { protocols, quirkBooks } = app.deps;
  const listed = protocols.map(({ name, title, editions, messages }) => {
    const quirks = quirkBooks.get(name)?.list ?? [];
    return { name, title, editions, messages, quirks };
  });
  let text: string | undefined;

  return [
    route({
      method: 'get',
      path: '/v1/protocols',
      auth: 'key',
      tag: 'Protocols',
      summary: 'What terminals may speak, with every message',
      responses: { 200: { description: 'protocols', schema: listOf(protocolSchema) } },
      handle: () => json((text ??= JSON.stringify({ items: listed, cursor: null }))),
    }),
    route({
      method: 'post',
      path: '/v1/protocols/{protocol}/explain',
      auth: 'key',
      tag: 'Protocols',
      summary: 'Take frames apart, byte by byte',
      description:
        'A frame that is refused is explained as far as it could be read; `decoded.error` says what is wrong and at which byte.',
      params: protocolParam,
      body: { schema: explainInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 200: { description: 'frame by frame', schema: explanationSchema } },
      errors: ['not-found'],
      handle({ params, body: { hex, edition, lenient } }) {
        const tools = known(params.protocol);
        if (edition !== undefined && edition !== 'auto' && !tools.editions.includes(edition)) {
          refuse('body.edition', `"${edition}" is none of auto, ${tools.editions.join(', ')}`);
        }
        const parsed = parseHex(hex);
        if ('wrong' in parsed) refuse('body.hex', `character ${parsed.at + 1}: ${parsed.wrong}`);
        const bytes = Buffer.from(parsed.digits, 'hex');
        if (bytes.length > MAX_BYTES) refuse('body.hex', `${bytes.length} bytes; at most ${MAX_BYTES} are explained`);
        return json({ bytes: parsed.digits.toLowerCase(), frames: tools.explain(bytes, { edition, lenient }) });
      },
    }),
    route({
      method: 'post',
      path: '/v1/protocols/{protocol}/encode',
      auth: 'key',
      tag: 'Protocols',
      summary: 'Build the frames of a message',
      description:
        'From the JSON that `explain` gives: `msgId`, `edition`, `phone`, `seq` and the fields of the body, or `bodyHex`. ' +
        'Nothing is sent.',
      params: protocolParam,
      body: { schema: encodeInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 200: { description: 'frames', schema: framesSchema } },
      errors: ['not-found'],
      handle({ params, body }) {
        const tools = known(params.protocol);
        try {
          return json({ frames: tools.encode(body).map((frame) => frame.toString('hex')) });
        } catch (error) {
          if (!(error instanceof RangeError)) throw error;
          const [, field = '', message = error.message] = /^([\w.[\]]+): (.*)$/s.exec(error.message) ?? [];
          refuse(field === '' ? 'body' : `body.${field}`, message);
        }
      },
    }),
  ];

  function known(name: string): ProtocolTools {
    const tools = protocols.find((it) => it.name === name);
    if (tools) return tools;
    throw new ApiError('not-found', `no protocol "${name}" whose frames are known`, [
      { path: 'path.protocol', message: `one of: ${protocols.map((it) => it.name).join(', ')}` },
    ]);
  }
}

function refuse(path: string, message: string): never {
  throw new ApiError('bad-request', `${path}: ${message}`, [{ path, message }]);
}
