import type { Command, CommandFilter } from '../model/command.js';

/** A row of table `commands`. */
export interface CommandRow {
  id: string;
  vehicle_id: string;
  protocol: string;
  terminal: string;
  type: string;
  params: Command['params'];
  batch: string | null;
  created_at: Date;
  expires_at: Date;
  never_late: boolean;
  given_by: string;
  state: Command['state'];
  attempts: number;
  history: Command['history'];
  answer: Command['answer'];
  reason: string | null;
  ended_at: Date | null;
}

export function commandOf(row: CommandRow): Command {
  return {
    id: row.id,
    vehicleId: row.vehicle_id,
    terminal: { protocol: row.protocol, number: row.terminal },
    type: row.type,
    params: row.params,
    batch: row.batch,
    createdAt: row.created_at.getTime(),
    expiresAt: row.expires_at.getTime(),
    neverLate: row.never_late,
    by: row.given_by,
    state: row.state,
    attempts: row.attempts,
    history: row.history,
    answer: row.answer,
    reason: row.reason,
    endedAt: row.ended_at?.getTime() ?? null,
  };
}

/** Conditions of a query for commands; what they compare with goes to `values`. */
export function commandConditions(filter: CommandFilter & { before?: string }, values: unknown[]): string[] {
  const { vehicle, type, state, batch, before } = filter;
  const conditions = ['true'];
  if (vehicle) conditions.push(`vehicle_id = any($${values.push(vehicle)})`);
  if (type) conditions.push(`type = any($${values.push(type)})`);
  if (state) conditions.push(`state = any($${values.push(state)})`);
  if (batch !== undefined) conditions.push(`batch = $${values.push(batch)}`);
  if (before !== undefined) conditions.push(`id < $${values.push(before)}`);
  return conditions;
}
