import { z } from 'zod';
import { COMMAND_STATES } from '../../model/command.js';
import { VEHICLE_CATEGORIES } from '../../model/vehicle.js';
import { vehicleId } from './common.js';

/** The forms of commands to terminals, as they go in and out. */

const time = z.iso.datetime({ offset: true });
const DAY_S = 86_400;
/** Vehicles that one request may name. */
export const MAX_COMMAND_VEHICLES = 20_000;

export const commandId = z
  .string()
  .regex(/^c[0-9a-z]{17}$/, 'a command id is c and 17 letters and digits')
  .meta({ examples: ['c0m1abcdef00001x2z'] });

const state = z.enum(COMMAND_STATES);
const reason = z.string().describe('why it failed or ended without an answer, such as not-supported, no-response');

export const commandSchema = z
  .object({
    id: z.string(),
    vehicleId: z.string(),
    terminal: z.object({ protocol: z.string(), number: z.string() }),
    type: z.string(),
    params: z.record(z.string(), z.unknown()).describe('with defaults filled in'),
    batch: z.string().nullable().describe('shared by the commands of one POST /v1/commands'),
    state: state.describe(
      'queued: waits for the terminal; sent: no response yet; acknowledged: the terminal has it; answered: its answer has come',
    ),
    reason: reason.nullable(),
    answer: z.record(z.string(), z.unknown()).nullable().describe('fields of the terminal’s answer'),
    attempts: z.int().describe('how often it was sent'),
    neverLate: z.boolean(),
    by: z.string(),
    createdAt: time,
    expiresAt: time,
    endedAt: time.nullable().describe('from then on nothing more is done about it'),
    history: z.array(
      z.object({
        state,
        at: time,
        serial: z.int().optional().describe('serial number of the message'),
        reason: reason.optional(),
        detail: z.string().optional(),
      }),
    ),
  })
  .meta({
    id: 'Command',
    examples: [
      {
        id: 'c0m1abcdef00001x2z',
        vehicleId: '13912345678',
        terminal: { protocol: 'jt808', number: '13912345678' },
        type: 'text',
        params: { text: '请减速', urgent: true, display: true, speak: true },
        batch: null,
        state: 'acknowledged',
        reason: null,
        answer: null,
        attempts: 1,
        neverLate: false,
        by: 'admin',
        createdAt: '2024-05-01T08:00:00.000Z',
        expiresAt: '2024-05-02T08:00:00.000Z',
        endedAt: '2024-05-01T08:00:00.220Z',
        history: [
          { state: 'queued', at: '2024-05-01T08:00:00.000Z' },
          { state: 'sent', at: '2024-05-01T08:00:00.004Z', serial: 17 },
          { state: 'acknowledged', at: '2024-05-01T08:00:00.220Z' },
        ],
      },
    ],
  });

const order = {
  type: z.string().min(1).max(64).describe('one of `GET /v1/command-types`'),
  params: z.record(z.string(), z.unknown()).default({}).describe('as the type has them'),
  expiresIn: z.int().min(1).max(DAY_S).default(DAY_S).describe('seconds until it is given up'),
  neverLate: z.boolean().default(false).describe('only to a terminal that is connected now; never when it comes back'),
};

const example = { type: 'text', params: { text: '请减速', urgent: true }, expiresIn: 600 };

export const commandInputSchema = z.strictObject(order).meta({ id: 'CommandInput', examples: [example] });

/** The same filter as that of the list of vehicles. */
const vehicleFilter = z.strictObject({
  online: z.boolean().optional(),
  category: z.array(z.enum(VEHICLE_CATEGORIES)).min(1).optional(),
  plate: z.string().min(1).max(32).optional().describe('any part of it'),
});

export const commandsInputSchema = z
  .strictObject({
    vehicles: z.array(vehicleId).min(1).max(MAX_COMMAND_VEHICLES).optional(),
    filter: vehicleFilter.optional().describe('instead of `vehicles`; {} for all there are'),
    ...order,
  })
  .refine(({ vehicles, filter }) => (vehicles === undefined) !== (filter === undefined), {
    path: ['vehicles'],
    message: 'either vehicles or filter must be there',
  })
  .meta({ id: 'CommandsInput', examples: [{ filter: { category: ['truck'], online: true }, ...example }] });

export const commandResultsSchema = z
  .object({
    batch: z.string().describe('for `GET /v1/commands?batch=`'),
    accepted: z.int(),
    rejected: z.int(),
    items: z
      .array(
        z.union([
          z.object({ vehicleId: z.string(), ok: z.literal(true), id: z.string(), state }),
          z.object({
            vehicleId: z.string(),
            ok: z.literal(false),
            error: z.object({ code: z.string(), message: z.string() }),
          }),
        ]),
      )
      .describe('one for each vehicle, in order'),
  })
  .meta({ id: 'CommandResults' });

export const commandTypeSchema = z
  .object({
    protocol: z.string(),
    type: z.string(),
    summary: z.string(),
    message: z.string().describe('what is sent, and where it is described'),
    answer: z.string().nullable().describe('what the terminal answers, beyond acknowledging it'),
    params: z.record(z.string(), z.unknown()).describe('JSON Schema'),
  })
  .meta({ id: 'CommandType' });
