import { z } from 'zod';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { ERROR_CODES, type ErrorCode } from '../http/errors.js';
import { alertSchema } from '../schemas/alerts.js';
import { commandSchema } from '../schemas/commands.js';
import { positionSchema } from '../schemas/positions.js';
import { subscriptionId } from './messages.js';

/** What the server says on the stream (contract §6), as JSON; AsyncAPI is written from these. */

const id = subscriptionId;
const cursor = z.string().describe('place in the alert log; keep the newest');
const degrees = z.number();

const gap = z.object({
  from: z.string().describe('the cursor that could not be continued after'),
  to: cursor.describe('the stream goes on behind this one'),
  reason: z
    .enum(['expired', 'restart', 'unknown'])
    .describe('expired: too old; restart: of another epoch; unknown: no cursor of this server'),
});
export type Gap = z.output<typeof gap>;
export type GapReason = Gap['reason'];

const item = positionSchema
  .extend({ plate: z.string().nullable(), category: z.enum(VEHICLE_CATEGORIES), online: z.boolean() })
  .meta({ id: 'StreamItem' });

/** By `type`. */
export const SERVER_MESSAGES = {
  authenticated: z.object({ type: z.literal('authenticated') }),
  welcome: z.object({
    type: z.literal('welcome'),
    session: z.string().describe('name of the connection, for the log'),
    serverTime: z.iso.datetime(),
    epoch: z.string().describe('of the alert log'),
    limits: z.record(z.string(), z.int()),
  }),
  subscribed: z.object({
    type: z.literal('subscribed'),
    id,
    epoch: z.string().optional().describe('alerts: the generation of the log'),
    cursor: cursor.optional(),
    recovered: z.boolean().optional().describe('alerts: everything behind the given cursor follows'),
    gap: gap.optional().describe('alerts: what is missing, where a cursor was given and not recovered'),
  }),
  unsubscribed: z.object({ type: z.literal('unsubscribed'), id }),
  positions: z.object({
    type: z.literal('positions'),
    id,
    snapshot: z.boolean().describe('true: replaces all that was known of the view'),
    items: z.array(item),
    gone: z.array(z.string()).describe('ids of vehicles that are not in the view any more'),
  }),
  density: z.object({
    type: z.literal('density'),
    id,
    cells: z.array(
      z.object({
        bbox: z.tuple([degrees, degrees, degrees, degrees]),
        count: z.int(),
        moving: z.int(),
        emergencies: z.int(),
      }),
    ),
  }),
  alert: z.object({ type: z.literal('alert'), id, cursor, transition: z.string(), alert: alertSchema }),
  gap: gap.extend({ type: z.literal('gap'), id }).describe('alerts between two messages that are kept no more'),
  cursor: z
    .object({ type: z.literal('cursor'), id, cursor })
    .describe('alerts: of what is up to this place nothing else is wanted; what is kept must not grow too old'),
  command: z.object({ type: z.literal('command'), id, command: commandSchema }),
  error: z.object({
    type: z.literal('error'),
    id: id.optional(),
    code: z.enum(Object.keys(ERROR_CODES) as ErrorCode[]),
    message: z.string(),
  }),
  pong: z.object({ type: z.literal('pong') }),
};

export type ServerMessage = {
  [Type in keyof typeof SERVER_MESSAGES]: z.output<(typeof SERVER_MESSAGES)[Type]>;
}[keyof typeof SERVER_MESSAGES];

/** Text of a message that is sent now and then; positions, alerts and commands are written as bytes where they are shared. */
export function say(message: Exclude<ServerMessage, { type: 'positions' | 'density' | 'alert' | 'command' }>): string {
  return JSON.stringify(message);
}
