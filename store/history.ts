import type { Pool } from 'pg';
import type { Alert, AlertFilter, AlertPlace } from '../model/alert.js';
import type { Command, CommandFilter } from '../model/command.js';
import type { Position } from '../model/position.js';
import { type AlertRow, alertConditions, alertOf } from './alert-rows.js';
import { ask } from './ask.js';
import { type CommandRow, commandConditions, commandOf } from './command-rows.js';
import { positionOf, TRACK_COLUMNS, TRACK_SOURCE, TRACK_SUB_SEQ, type TrackRow } from './position-rows.js';

/** Fixes in one batch of a track: one question to the database. */
const BATCH_FIXES = 5_000;

/** What the database has, for the API. Everything rejects with DatabaseAwayError where it cannot be asked. */
export class History {
  constructor(readonly pool: Pool) {}

  /**
   * Fixes of one vehicle with from ≤ fixTime < to (epoch ms), oldest first, in batches that a slow reader pulls one by
   * one: between two batches nothing is held, neither rows nor a connection, and who stops reading stops the work.
   */
  async *track(vehicleNo: number, from: number, to: number, batchFixes = BATCH_FIXES): AsyncGenerator<Position[]> {
    let after: [time: string, source: number, subSeq: number] = [isoTime(from), -1, -1];
    for (;;) {
      const rows = await ask<TrackRow>(this.pool, {
        text: TRACK,
        values: [vehicleNo, isoTime(to), ...after, batchFixes],
        rowMode: 'array',
      });
      if (rows.length > 0) yield rows.map(positionOf);
      if (rows.length < batchFixes) return;
      const last = rows[rows.length - 1];
      after = [last[0], last[TRACK_SOURCE], last[TRACK_SUB_SEQ]];
    }
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

// The key of the last row goes back as the text that it came as, so that no conversion can skip or repeat a row.
const TRACK = `
  select ${TRACK_COLUMNS}
  from positions
  where vehicle_no = $1 and time < $2 and time >= $3 and (time, source, sub_seq) > ($3, $4, $5)
  order by time, source, sub_seq limit $6`;

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
