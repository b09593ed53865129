import { z } from 'zod';
import { COMMAND_STATES } from '../../model/command.js';
import { AREA_KINDS } from '../../model/fence.js';
import { CONSISTENCY_STATES, type FenceConsistency } from '../../model/terminal-area.js';
import type { App } from '../app.js';
import { ApiError } from '../http/errors.js';
import { cursorParam, limitParam, listParam, readCursor, writeCursor } from '../parameters.js';
import { json, type Route, route } from '../route.js';
import { commandId } from '../schemas/commands.js';
import { fenceId, listOf, vehicleId } from '../schemas/common.js';
import { knownVehicle } from './vehicles.js';

/** Terminals that one request may ask: each is sent up to four questions. */
const MAX_CHECKED = 100;
/** Places that are looked at for one page: a page of what is out of step may be short, and others follow. */
const MAX_LOOKED_AT = 20_000;

const listQuery = z.strictObject({
  fence: fenceId.optional(),
  vehicle: listParam(vehicleId).optional(),
  state: listParam(z.enum(CONSISTENCY_STATES)).optional(),
  limit: limitParam(1000, 1000),
  cursor: cursorParam.optional(),
});

const consistencySchema = z
  .object({
    vehicleId: z.string(),
    terminal: z.string().nullable().describe('`protocol:number`; null where the vehicle has none that holds fences'),
    fenceId: z.string().nullable().describe('null where the fence is gone and the terminal holds it still'),
    area: z.object({ kind: z.enum(AREA_KINDS), number: z.int() }).describe('what it is on the terminal'),
    state: z.enum(CONSISTENCY_STATES),
    wanted: z.int().nullable().describe('revision of the fence; null: the terminal is to hold none'),
    held: z.int().nullable().describe('the one that the terminal has acknowledged last'),
    reason: z.string().nullable().describe('see docs/terminal-fences.md'),
    detail: z.string().nullable(),
  })
  .meta({ id: 'FenceConsistency' });

const checkInputSchema = z
  .strictObject({ vehicles: z.array(vehicleId).min(1).max(MAX_CHECKED) })
  .meta({ id: 'FenceCheckInput', examples: [{ vehicles: ['13912345678'] }] });

const checkedSchema = z
  .object({
    vehicleId: z.string(),
    commands: z
      .array(z.object({ id: commandId, state: z.enum(COMMAND_STATES) }))
      .describe('one for each kind of area; none where there is nothing to ask for'),
  })
  .meta({ id: 'FenceCheck' });

/** How fences that terminals hold too stand with them. */
export function fenceConsistencyRoutes(app: App): Route[] {
  const { catalog, commands, terminalFences } = app.deps;

  return [
    route({
      method: 'get',
      path: '/v1/fences/consistency',
      auth: 'key',
      tag: 'Fences',
      summary: 'Which terminals hold which fences',
      description:
        'For each vehicle and each fence marked `onTerminal`: what its terminal is to hold and what it has acknowledged. ' +
        'With `state=pending,refused,unknown` what is out of step; a page may be short, and has a cursor while more may come.',
      query: listQuery,
      responses: { 200: { description: 'a page, by vehicle', schema: listOf(consistencySchema) } },
      errors: ['not-found'],
      handle: ({ query }) => json(listConsistency(query)),
    }),
    route({
      method: 'post',
      path: '/v1/fences/consistency/check',
      auth: 'key',
      tag: 'Fences',
      summary: 'Ask terminals which fences they hold',
      description:
        'Terminals of JT/T 808-2019 that are connected (0x8608). What their answer shows to be missing or different is ' +
        'listed as pending with that reason, and sent again.',
      body: { schema: checkInputSchema, types: ['application/json'], limit: 16 * 1024 },
      responses: { 200: { description: 'the commands that ask, by vehicle', schema: listOf(checkedSchema) } },
      errors: ['not-found'],
      async handle({ body }) {
        const vehicles = [...new Set(body.vehicles)].map((id) => knownVehicle(app, id));
        const items: z.output<typeof checkedSchema>[] = [];
        for (const vehicle of vehicles) {
          const ids = await terminalFences.check(vehicle);
          const given = ids.flatMap((id) => commands.get(id) ?? []);
          items.push({ vehicleId: vehicle.id, commands: given.map(({ id, state }) => ({ id, state })) });
        }
        return json({ items, cursor: null });
      },
    }),
  ];

  function listConsistency({ fence: id, vehicle, state, limit, cursor }: z.output<typeof listQuery>) {
    const fence = id === undefined ? undefined : catalog.fenceById(id);
    if (id !== undefined && !fence) {
      throw new ApiError('not-found', `no fence with id "${id}"`, [{ path: 'query.fence', message: 'there is none' }]);
    }
    const [from, skip] = cursor === undefined ? [0, 0] : readCursor('consistency', cursor, ['number', 'number']);
    const asked = vehicle ? vehicle.map((name) => knownVehicle(app, name)) : [...catalog.vehicles.values()];
    const vehicles = [...new Set(asked)].filter(({ no }) => no >= from).sort((a, b) => a.no - b.no);
    const items: ReturnType<typeof consistencyJson>[] = [];
    let place: [vehicleNo: number, index: number] = [0, 0];
    let lookedAt = 0;
    for (const item of terminalFences.consistency(vehicles, fence)) {
      place = [item.vehicle.no, item.vehicle.no === place[0] ? place[1] + 1 : 0];
      if (place[0] === from && place[1] < skip) continue;
      if (items.length === limit || lookedAt++ === MAX_LOOKED_AT) {
        return { items, cursor: writeCursor('consistency', place) };
      }
      if (!state || state.includes(item.state)) items.push(consistencyJson(item));
    }
    return { items, cursor: null };
  }

  function consistencyJson({ vehicle, terminal, no, kind, wanted, held, state, reason, detail }: FenceConsistency) {
    return {
      vehicleId: vehicle.id,
      terminal: terminal && `${terminal.protocol}:${terminal.number}`,
      fenceId: catalog.fences.get(no)?.id ?? null,
      area: { kind, number: no },
      ...{ state, wanted, held, reason, detail },
    };
  }
}
