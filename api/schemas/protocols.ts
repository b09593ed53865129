import { z } from 'zod';
import type { ExplainedFrame } from '../../model/protocol-tools.js';

/** The forms of frames and messages of terminal protocols. OpenAPI is written from these. */

export const explainInputSchema = z
  .strictObject({
    hex: z.string().min(1).describe('frames as hex digits, with or without spaces and 0x'),
    edition: z.string().optional().describe('of the standard, where the frame does not show it; `auto` where absent'),
    lenient: z.boolean().default(false).describe('go on in spite of a wrong check code or length'),
  })
  .meta({ id: 'ExplainInput', examples: [{ hex: '7e 00 02 00 00 04 30 48 32 54 65 00 b7 ca 7e' }] });

const frameError = z.object({
  code: z.string(),
  message: z.string(),
  offset: z.int().describe('byte of what was given'),
});

export const explainedRowSchema = z
  .object({
    offset: z.int().describe('in the frame without its escapes, the opening delimiter being 0'),
    hex: z.string(),
    field: z.string(),
    value: z.string(),
    clause: z.string().describe('which text says so'),
    wireOffset: z.int().describe('where the bytes are in what was given'),
    wireLength: z.int(),
  })
  .meta({ id: 'ExplainedRow' });

export const explainedFrameSchema = z
  .object({
    offset: z.int().describe('where it begins in what was given'),
    length: z.int(),
    decoded: z.union([
      z.looseObject({ ok: z.literal(true) }),
      z.object({ ok: z.literal(false), protocol: z.string(), error: frameError }),
    ]),
    rows: z.array(explainedRowSchema),
    escapes: z.int().describe('bytes that escaping added on the wire'),
  })
  .meta({ id: 'ExplainedFrame' }) satisfies z.ZodType<ExplainedFrame>;

export const explanationSchema = z
  .object({ bytes: z.string().describe('what was given, as bare hex'), frames: z.array(explainedFrameSchema) })
  .meta({ id: 'Explanation' });

export const encodeInputSchema = z
  .looseObject({ msgId: z.unknown().describe('such as "0x8300"'), edition: z.unknown().optional() })
  .meta({
    id: 'EncodeInput',
    examples: [{ msgId: '0x8300', edition: '2013', phone: '13800138000', seq: 1, flag: 8, text: '前方拥堵' }],
  });

export const framesSchema = z
  .object({ frames: z.array(z.string()).describe('hex, in the order of sending; several where the message is split') })
  .meta({ id: 'Frames' });

const fieldInfo = z.looseObject({
  name: z.string(),
  type: z.enum(['integer', 'number', 'text', 'hex', 'time', 'message-id', 'json', 'list', 'object']),
  optional: z.literal(true).optional(),
});

const messageSchema = z
  .object({
    id: z.string(),
    name: z.string(),
    chinese: z.string(),
    direction: z.enum(['up', 'down']).describe('up: from the terminal to the platform'),
    since: z.string(),
    editions: z.array(z.string()),
    covered: z.boolean().describe('decoded and encoded by names'),
    actedOn: z.boolean(),
    clauses: z.record(z.string(), z.string()),
    fields: z.record(z.string(), z.array(fieldInfo)).describe('of the body, by edition'),
  })
  .meta({ id: 'ProtocolMessage' });

export const protocolSchema = z
  .object({
    name: z.string(),
    title: z.string(),
    editions: z.array(z.string()),
    messages: z.array(messageSchema),
    quirks: z
      .array(z.object({ name: z.string(), note: z.string(), seen: z.string() }))
      .describe('ways in which its terminals differ from the text'),
  })
  .meta({ id: 'Protocol' });
