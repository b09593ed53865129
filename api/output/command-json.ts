import type { Command } from '../../model/command.js';
import { maskFields } from './mask.js';

/** A command as the API and the stream show it (api/schemas/commands.ts). */
export function commandJson(command: Command): Record<string, unknown> {
  const { id, vehicleId, terminal, type, params, batch, state, reason, answer, attempts, neverLate, by } = command;
  return {
    ...{ id, vehicleId, terminal, type, params, batch, state, reason, attempts, neverLate, by },
    // A driver's card is an answer too.
    answer: answer && maskFields(answer),
    createdAt: iso(command.createdAt),
    expiresAt: iso(command.expiresAt),
    endedAt: command.endedAt === null ? null : iso(command.endedAt),
    history: command.history.map((event) => ({ ...event, at: iso(event.at) })),
  };
}

function iso(ms: number): string {
  return new Date(ms).toISOString();
}
