import { z } from 'zod';
import { COMMAND_STATES, type Command, type CommandOutcome, matchesCommand } from '../../model/command.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { App } from '../app.js';
import { ApiError, type ErrorCode, RETRY_SOON } from '../http/errors.js';
import { commandJson } from '../output/command-json.js';
import { cursorParam, limitParam, listParam, readCursor, writeCursor } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import {
  commandId,
  commandInputSchema,
  commandResultsSchema,
  commandSchema,
  commandsInputSchema,
  commandTypeSchema,
} from '../schemas/commands.js';
import { listOf, vehicleId } from '../schemas/common.js';
import { VehicleFilter } from '../vehicles/vehicle-filter.js';
import { knownVehicle } from './vehicles.js';

/** An upgrade package, or the ids of many vehicles. */
const BODY_LIMIT = 2 * 1024 * 1024;
const MAX_PAGE = 5000;

const listQuery = z.strictObject({
  vehicle: listParam(vehicleId).optional(),
  type: listParam(z.string().min(1).max(64)).optional(),
  state: listParam(z.enum(COMMAND_STATES)).optional(),
  batch: commandId.optional().describe('as POST /v1/commands gave it'),
  limit: limitParam(MAX_PAGE, 100),
  cursor: cursorParam.optional(),
});

const pageSchema = listOf(commandSchema).extend({
  partial: z.string().optional().describe('there where older commands could not be read: why'),
});

type Refused = Extract<CommandOutcome, { refused: unknown }>;
type Order = Pick<z.output<typeof commandInputSchema>, 'type' | 'params' | 'expiresIn' | 'neverLate'>;

const REFUSALS: Record<Refused['refused'], ErrorCode> = {
  'no-terminal': 'unprocessable',
  'queue-full': 'conflict',
  full: 'busy',
  'not-recorded': 'busy',
};

export function commandRoutes(app: App): Route[] {
  const { commands, history, catalog } = app.deps;

  return [
    route({
      method: 'post',
      path: '/v1/vehicles/{id}/commands',
      auth: 'key',
      tag: 'Commands',
      summary: 'Tell a vehicle’s terminal something',
      description:
        'Sent at once where the terminal is connected; else kept, on disk, until it comes back or the command expires. ' +
        'What becomes of it: `GET /v1/commands/{id}`, or channel `commands` of the stream.',
      params: z.strictObject({ id: vehicleId }),
      body: { schema: commandInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: {
        201: {
          description: 'the command, queued or sent',
          schema: commandSchema,
          headers: { Location: 'where to ask what became of it' },
        },
      },
      errors: ['not-found', 'conflict', 'unprocessable', 'busy'],
      async handle({ params, body }) {
        const { outcomes } = await give([knownVehicle(app, params.id)], body, false);
        const [outcome] = outcomes;
        if ('command' in outcome) {
          return json(commandJson(outcome.command), 201, [['Location', `/v1/commands/${outcome.command.id}`]]);
        }
        const code = REFUSALS[outcome.refused];
        const details = [{ path: 'path.id', message: outcome.message }];
        throw new ApiError(code, outcome.message, details, code === 'busy' ? RETRY_SOON : []);
      },
    }),
    route({
      method: 'post',
      path: '/v1/commands',
      auth: 'key',
      tag: 'Commands',
      summary: 'Tell many vehicles’ terminals the same',
      description: 'Each vehicle’s command is taken or refused by itself; the list says which.',
      body: { schema: commandsInputSchema, types: ['application/json'], limit: BODY_LIMIT },
      responses: { 200: { description: 'one result for each vehicle', schema: commandResultsSchema } },
      async handle({ body }) {
        const ids = body.vehicles ?? idsOf(body.filter ?? {});
        const known = [...new Set(ids)].flatMap((id) => catalog.vehicleById(id) ?? []);
        const { batch, outcomes } = await give(known, body, true);
        const items = resultsOf([...new Set(ids)], outcomes);
        const accepted = items.filter((item) => item.ok).length;
        return json({ batch, accepted, rejected: items.length - accepted, items });
      },
    }),
    route({
      method: 'get',
      path: '/v1/commands',
      auth: 'key',
      tag: 'Commands',
      summary: 'Commands, newest first',
      query: listQuery,
      responses: { 200: { description: 'a page of commands', schema: pageSchema } },
      handle: async ({ query }) => json(await listCommands(query)),
    }),
    route({
      method: 'get',
      path: '/v1/commands/{id}',
      auth: 'key',
      tag: 'Commands',
      summary: 'One command, and what became of it',
      params: z.strictObject({ id: commandId }),
      responses: { 200: { description: 'as it is now', schema: commandSchema } },
      errors: ['not-found', 'database-away'],
      async handle({ params: { id } }) {
        const command = commands.get(id) ?? (await history.command(id));
        if (command) return json(commandJson(command));
        throw new ApiError('not-found', `no command with id "${id}"`, [{ path: 'path.id', message: 'there is none' }]);
      },
    }),
    route({
      method: 'get',
      path: '/v1/command-types',
      auth: 'key',
      tag: 'Commands',
      summary: 'What terminals can be told',
      description: 'By protocol: each type of command with the JSON Schema of its parameters.',
      responses: { 200: { description: 'all types', schema: listOf(commandTypeSchema) } },
      handle: () => json({ items: commands.types, cursor: null }),
    }),
  ];

  async function give(vehicles: Vehicle[], order: Order, asBatch: boolean) {
    const { type, params, neverLate, expiresIn } = order;
    const expiresInMs = expiresIn * 1000;
    const answer = await commands.give({ vehicles, type, params, expiresInMs, neverLate, by: 'admin', asBatch });
    if (!('problems' in answer)) return answer;
    const details = answer.problems.map(({ path, message }) => ({ path: `body.${path}`, message }));
    throw new ApiError('bad-request', `${details[0].path}: ${details[0].message}`, details);
  }

  function idsOf(filter: ConstructorParameters<typeof VehicleFilter>[0]): string[] {
    const now = app.now();
    const wanted = new VehicleFilter(filter, catalog);
    return [...catalog.vehicles.values()]
      .filter(({ no }) => wanted.matches(no, app.vehicles.online(no, now)))
      .map(({ id }) => id);
  }

  /**
   * Joins what is in memory, alive or ended lately, with what is in the database: both from the same place on and in the
   * same order, so the first `limit` of the two are the page.
   */
  async function listCommands(query: z.output<typeof listQuery>) {
    const { limit, cursor, ...filter } = query;
    const before = cursor === undefined ? undefined : readCursor('commands', cursor, ['text'])[0];
    let older: Command[] = [];
    let partial: string | undefined;
    try {
      older = await history.commands({ ...filter, before, limit: limit + 1 });
    } catch (error) {
      if (!(error instanceof Error && 'code' in error && error.code === 'database-away')) throw error;
      partial = 'the database is away: only commands that are alive or ended lately';
    }
    const recent: Command[] = [];
    for (const command of [...commands.all()].reverse()) {
      if (recent.length > limit) break;
      if ((before === undefined || command.id < before) && matchesCommand(filter, command)) recent.push(command);
    }
    // A command that memory knows is listed, or left out, as it is now; the database may lag behind.
    const onlyStored = older.filter(({ id }) => commands.get(id) === undefined);
    const merged = [...recent, ...onlyStored].sort((a, b) => (a.id < b.id ? 1 : -1));
    // What the database has beyond its last answer is not known: nothing older than that may be listed before it.
    const horizon = older.length > limit ? older[limit] : undefined;
    const certain = horizon ? merged.filter(({ id }) => id >= horizon.id) : merged;
    const items = certain.slice(0, limit);
    const last = certain.length > limit ? items[limit - 1] : horizon;
    return {
      items: items.map(commandJson),
      cursor: last ? writeCursor('commands', [last.id]) : null,
      ...(partial && { partial }),
    };
  }
}

type Result =
  | { vehicleId: string; ok: true; id: string; state: Command['state'] }
  | { vehicleId: string; ok: false; error: { code: string; message: string } };

/** One for each id, in order; ids that no vehicle has are among them. */
function resultsOf(ids: readonly string[], outcomes: readonly CommandOutcome[]): Result[] {
  const byVehicle = new Map(outcomes.map((outcome) => [outcome.vehicleId, outcome]));
  return ids.map((vehicleId) => {
    const outcome = byVehicle.get(vehicleId);
    if (outcome === undefined) {
      return { vehicleId, ok: false, error: { code: 'not-found', message: `no vehicle with id "${vehicleId}"` } };
    }
    if ('refused' in outcome) {
      return { vehicleId, ok: false, error: { code: outcome.refused, message: outcome.message } };
    }
    return { vehicleId, ok: true, id: outcome.command.id, state: outcome.command.state };
  });
}
