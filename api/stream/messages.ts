import { z } from 'zod';
import { COMMAND_STATES } from '../../model/command.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { newsFilterSchema } from '../alerts/alert-filter.js';
import { datumParam } from '../datum.js';
import { parseJson } from '../http/json-body.js';
import { bboxProblem, oneOrMany } from '../parameters.js';
import { check } from '../route.js';
import { commandId } from '../schemas/commands.js';
import { vehicleId } from '../schemas/common.js';

/** What a client of the stream may say (contract §6). What the server says is in server-messages.ts. */

export const subscriptionId = z.union(
  [z.int(), z.string().min(1).max(64)],
  'a whole number, or text of 1 to 64 characters',
);
export type SubscriptionId = z.output<typeof subscriptionId>;

export const STREAM_FORMATS = ['json', 'protobuf'] as const;
export type StreamFormat = (typeof STREAM_FORMATS)[number];

const bbox = z.array(z.unknown()).transform((box, context): readonly [number, number, number, number] => {
  const problem = bboxProblem(box);
  if (problem === null) return box as unknown as readonly [number, number, number, number];
  context.addIssue({ code: 'custom', message: problem });
  return z.NEVER;
});

const vehicleFilter = z.strictObject({
  online: z.boolean().optional(),
  category: oneOrMany(z.enum(VEHICLE_CATEGORIES)).optional(),
  plate: z.string().min(1).max(32).optional(),
  ids: oneOrMany(vehicleId).optional(),
});

const commandFilter = z.strictObject({
  vehicle: oneOrMany(vehicleId).optional(),
  type: oneOrMany(z.string().min(1).max(64)).optional(),
  state: oneOrMany(z.enum(COMMAND_STATES)).optional(),
  batch: commandId.optional(),
});

const cursor = z.string().max(200);

const subscribe = z.discriminatedUnion('channel', [
  z.strictObject({
    op: z.literal('subscribe'),
    id: subscriptionId,
    channel: z.literal('positions'),
    bbox,
    datum: datumParam,
    filter: vehicleFilter.default({}),
    format: z.enum(STREAM_FORMATS).optional().describe('of the frames; by default what the sub-protocol says'),
    bytesPerSecond: z
      .int()
      .min(1000)
      .optional()
      .describe('most that the subscription may cost on average; what does not fit is left out, and made up for'),
  }),
  z.strictObject({
    op: z.literal('subscribe'),
    id: subscriptionId,
    channel: z.literal('alerts'),
    filter: newsFilterSchema.prefault({}),
    datum: datumParam,
    cursor: cursor.optional().describe('go on behind it; without one the stream begins at its end'),
    window: z
      .int()
      .min(1)
      .max(1000)
      .optional()
      .describe('most alerts that wait for an `ack`; without it none is needed'),
  }),
  z.strictObject({
    op: z.literal('subscribe'),
    id: subscriptionId,
    channel: z.literal('commands'),
    filter: commandFilter.default({}),
  }),
]);

/** By `op`. */
export const CLIENT_MESSAGES = {
  hello: z.strictObject({ op: z.literal('hello'), client: z.string().max(200).optional().describe('for the log') }),
  auth: z.strictObject({ op: z.literal('auth'), key: z.string().max(500) }),
  subscribe,
  update: z.strictObject({
    op: z.literal('update'),
    id: subscriptionId,
    bbox: bbox.optional().describe('in the datum of the subscription'),
    filter: vehicleFilter.optional(),
  }),
  unsubscribe: z.strictObject({ op: z.literal('unsubscribe'), id: subscriptionId }),
  ack: z.strictObject({
    op: z.literal('ack'),
    id: subscriptionId,
    cursor: cursor.describe('of the last alert dealt with'),
  }),
  ping: z.strictObject({ op: z.literal('ping') }),
};

export type ClientMessage = {
  [Op in keyof typeof CLIENT_MESSAGES]: z.output<(typeof CLIENT_MESSAGES)[Op]>;
}[keyof typeof CLIENT_MESSAGES];
export type SubscribePositions = Extract<z.output<typeof subscribe>, { channel: 'positions' }>;
export type SubscribeAlerts = Extract<z.output<typeof subscribe>, { channel: 'alerts' }>;
export type SubscribeCommands = Extract<z.output<typeof subscribe>, { channel: 'commands' }>;

/** Text to a message; throws ApiError that says what is wrong and where. `id` is told even of a message that is wrong. */
export function readMessage(text: string, seen: (id: SubscriptionId) => void): ClientMessage {
  const value = parseJson(text, 'message');
  const raw = (typeof value === 'object' && value !== null ? value : {}) as { op?: unknown; id?: unknown };
  const id = subscriptionId.safeParse(raw.id);
  if (id.success) seen(id.data);
  const op = check(z.enum(Object.keys(CLIENT_MESSAGES) as (keyof typeof CLIENT_MESSAGES)[]), raw.op, 'message.op');
  return check<ClientMessage>(CLIENT_MESSAGES[op], value, 'message');
}
