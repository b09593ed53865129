import type { Pool } from 'pg';
import type { Alert, AlertFilter, AlertPlace, AlertTransition } from '../model/alert.js';
import type { Command, CommandFilter } from '../model/command.js';
import type { Fixes } from '../model/fixes.js';
import { type AlertRow, alertConditions, alertOf, laterOfGroup, type StepRow, stepOf } from './alert-rows.js';
import { ask } from './ask.js';
import { type CommandRow, commandConditions, commandOf } from './command-rows.js';
import { fixesBefore, trackPages } from './track.js';

/** What the database has, for the API. Everything rejects with DatabaseAwayError where it cannot be asked. */
export class History {
  constructor(readonly pool: Pool) {}

  /** `trackPages` of store/track.ts. */
  track(vehicleNo: number, from: number, to: number, pageFixes?: number): AsyncGenerator<Fixes> {
    return trackPages(this.pool, vehicleNo, from, to, pageFixes);
  }

  /** `fixesBefore` of store/track.ts. */
  before(vehicleNo: number, time: number, since: number, limit: number): Promise<Fixes> {
    return fixesBefore(this.pool, vehicleNo, time, since, limit);
  }

  /**
   * At most `limit` alerts in their newest form, newest first; `after` is the last of the page before. `grouped`: of those of one
   * group that the filter asks for, only the newest.
   */
  async alerts(filter: AlertFilter & { grouped?: boolean; after?: AlertPlace; limit: number }): Promise<Alert[]> {
    const values: unknown[] = [];
    const conditions = alertConditions(filter, values);
    if (filter.grouped) conditions.push(`not exists (${laterOfGroup(filter, values)})`);
    if (filter.after) {
      values.push(isoTime(filter.after.occurredAt), filter.after.id);
      conditions.push(`(occurred_at, id) < ($${values.length - 1}, $${values.length})`);
    }
    values.push(filter.limit);
    const rows = await ask<AlertRow>(this.pool, {
      text: `select * from alerts as listed where ${conditions.join(' and ')}
             order by occurred_at desc, id desc limit $${values.length}`,
      values,
    });
    return rows.map(alertOf);
  }

  /** How many `alerts` gives in all. */
  async countAlerts(filter: AlertFilter): Promise<number> {
    const values: unknown[] = [];
    const text = `select count(*)::integer as count from alerts where ${alertConditions(filter, values).join(' and ')}`;
    return (await ask<{ count: number }>(this.pool, { text, values }))[0].count;
  }

  async alert(id: string): Promise<Alert | undefined> {
    return (await this.alertsById([id]))[0];
  }

  /** Those of these that there are, in any order. */
  async alertsById(ids: readonly string[]): Promise<Alert[]> {
    const text = 'select * from alerts where id = any($1)';
    return (await ask<AlertRow>(this.pool, { text, values: [ids] })).map(alertOf);
  }

  /** At most `limit` steps in the life of an alert that made a later revision than `after`, in order. */
  async alertSteps(id: string, after: number, limit: number): Promise<AlertTransition[]> {
    const text = 'select * from alert_transitions where alert_id = $1 and revision > $2 order by revision limit $3';
    return (await ask<StepRow>(this.pool, { text, values: [id, after, limit] })).map(stepOf);
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
