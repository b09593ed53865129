import type { Pool } from 'pg';
import type { Alert, AlertFilter, AlertPlace } from '../model/alert.js';
import type { Command, CommandFilter } from '../model/command.js';
import type { Fixes } from '../model/fixes.js';
import { type AlertRow, alertConditions, alertOf } from './alert-rows.js';
import { ask } from './ask.js';
import { type CommandRow, commandConditions, commandOf } from './command-rows.js';
import { trackPages } from './track.js';

/** What the database has, for the API. Everything rejects with DatabaseAwayError where it cannot be asked. */
export class History {
  constructor(readonly pool: Pool) {}

  /** `trackPages` of store/track.ts. */
  track(vehicleNo: number, from: number, to: number, pageFixes?: number): AsyncGenerator<Fixes> {
    return trackPages(this.pool, vehicleNo, from, to, pageFixes);
  }

  /** At most `limit` alerts in their newest form, newest first; `after` is the last of the page before. */
  async alerts(filter: AlertFilter & { after?: AlertPlace; limit: number }): Promise<Alert[]> {
    const values: unknown[] = [];
    const conditions = alertConditions(filter, values);
    if (filter.after) {
      values.push(isoTime(filter.after.occurredAt), filter.after.id);
      conditions.push(`(occurred_at, id) < ($${values.length - 1}, $${values.length})`);
    }
    values.push(filter.limit);
    const rows = await ask<AlertRow>(this.pool, {
      text: `select * from alerts where ${conditions.join(' and ')}
             order by occurred_at desc, id desc limit $${values.length}`,
      values,
    });
    return rows.map(alertOf);
  }

  async alert(id: string): Promise<Alert | undefined> {
    const rows = await ask<AlertRow>(this.pool, { text: 'select * from alerts where id = $1', values: [id] });
    return rows.map(alertOf)[0];
  }

  /** At most `limit` commands, newest first, older than command `before` where given. */
  async commands(filter: CommandFilter & { before?: string; limit: number }): Promise<Command[]> {
    const values: unknown[] = [];
    const conditions = commandConditions(filter, values).join(' and ');
    const text = `select * from commands where ${conditions} order by id desc limit $${values.push(filter.limit)}`;
    return (await ask<CommandRow>(this.pool, { text, values })).map(commandOf);
  }

  async command(id: string): Promise<Command | undefined> {
    const rows = await ask<CommandRow>(this.pool, { text: 'select * from commands where id = $1', values: [id] });
    return rows.map(commandOf)[0];
  }
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
