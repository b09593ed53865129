import type { Pool, QueryConfig } from 'pg';
import type { Alert, AlertFilter, AlertPlace } from '../model/alert.js';
import type { Command, CommandFilter } from '../model/command.js';
import { Position } from '../model/position.js';
import { type CommandRow, commandConditions, commandOf } from './command-rows.js';
import { DatabaseAwayError, explain, sqlState } from './db.js';

/** Fixes in one batch of a track: one question to the database. */
const BATCH_FIXES = 5_000;
/** Questions that may wait for a connection; each waits 5 s at most. */
const MOST_WAITING = 200;
/** Statements that end because the server is going, starting, or asked to give up; and tables that are not made yet. */
const AWAY_STATES = ['08', '53', '57', '58', '42P01'];

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
      const rows = await this.#query<TrackRow>({
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
    const rows = await this.#query<AlertRow>({
      text: `select * from alerts where ${conditions.join(' and ')}
             order by occurred_at desc, id desc limit $${values.length}`,
      values,
    });
    return rows.map(alertOf);
  }

  async alert(id: string): Promise<Alert | undefined> {
    const rows = await this.#query<AlertRow>({ text: 'select * from alerts where id = $1', values: [id] });
    return rows.map(alertOf)[0];
  }

  /** At most `limit` commands, newest first, older than command `before` where given. */
  async commands(filter: CommandFilter & { before?: string; limit: number }): Promise<Command[]> {
    const values: unknown[] = [];
    const conditions = commandConditions(filter, values).join(' and ');
    const text = `select * from commands where ${conditions} order by id desc limit $${values.push(filter.limit)}`;
    return (await this.#query<CommandRow>({ text, values })).map(commandOf);
  }

  async command(id: string): Promise<Command | undefined> {
    const rows = await this.#query<CommandRow>({ text: 'select * from commands where id = $1', values: [id] });
    return rows.map(commandOf)[0];
  }

  async #query<Row>(query: QueryConfig & { rowMode?: 'array' }): Promise<Row[]> {
    if (this.pool.waitingCount >= MOST_WAITING) throw new DatabaseAwayError('too many questions wait for the database');
    try {
      return (await this.pool.query(query)).rows;
    } catch (error) {
      const state = sqlState(error);
      if (state !== '' && !AWAY_STATES.some((away) => state.startsWith(away))) throw error;
      throw new DatabaseAwayError(explain(error), { cause: error });
    }
  }
}

/** Column lists by filter key; each holds if the alert has one of the values. */
const ALERT_COLUMNS = [
  ['state', 'state'],
  ['type', 'type'],
  ['severity', 'severity'],
  ['vehicle', 'vehicle_id'],
  ['fence', 'fence_id'],
] as const;

function alertConditions(filter: AlertFilter, values: unknown[]): string[] {
  const conditions = ['true'];
  for (const [key, column] of ALERT_COLUMNS) {
    const wanted = filter[key];
    if (wanted) conditions.push(`${column} = any($${values.push(wanted)})`);
  }
  if (filter.from !== undefined) conditions.push(`occurred_at >= $${values.push(isoTime(filter.from))}`);
  if (filter.to !== undefined) conditions.push(`occurred_at < $${values.push(isoTime(filter.to))}`);
  return conditions;
}

// The key of the last row goes back as the text that it came as, so that no conversion can skip or repeat a row.
const TRACK = `
  select time::text, extract(epoch from time)::double precision * 1000, extract(epoch from received_at)::double precision * 1000,
    lon, lat, altitude, speed, heading, mileage, flags, alarms, alarm_word, status_word, items, vehicle_no, source, quality, sub_seq
  from positions
  where vehicle_no = $1 and time < $2 and time >= $3 and (time, source, sub_seq) > ($3, $4, $5)
  order by time, source, sub_seq limit $6`;
const TRACK_SOURCE = 15;
const TRACK_SUB_SEQ = 17;

type TrackRow = [
  time: string,
  fixTime: number,
  receivedTime: number,
  lon: number | null,
  lat: number | null,
  altitude: number | null,
  speed: number | null,
  heading: number | null,
  mileage: number | null,
  flags: number,
  alarms: number,
  alarmWord: number,
  statusWord: number,
  items: Buffer | null,
  vehicleNo: number,
  source: number,
  quality: number,
  subSeq: number,
];

/** As it came from the log; only its number in the log is not kept. */
function positionOf(row: TrackRow): Position {
  const p = new Position();
  p.fixTime = Math.round(row[1]);
  p.receivedTime = Math.round(row[2]);
  p.lon = row[3] ?? NaN;
  p.lat = row[4] ?? NaN;
  p.altitudeM = row[5] ?? NaN;
  p.speedKmh = row[6] ?? NaN;
  p.headingDeg = row[7] ?? NaN;
  p.mileageKm = row[8] ?? NaN;
  p.flags = row[9];
  p.alarms = row[10] >>> 0;
  p.alarmWord = row[11] >>> 0;
  p.statusWord = row[12] >>> 0;
  p.items = row[13];
  p.vehicleNo = row[14];
  p.source = row[15];
  p.quality = row[16] & 0xffff;
  p.subSeq = row[17];
  return p;
}

interface AlertRow {
  id: string;
  type: string;
  severity: Alert['severity'];
  state: Alert['state'];
  vehicle_id: string;
  plate: string | null;
  fence_id: string | null;
  rule_id: string;
  rule_revision: string;
  occurred_at: Date;
  detected_at: Date;
  cleared_at: Date | null;
  clear_reason: string | null;
  position: Alert['position'];
  evidence: Alert['evidence'];
  handling: Alert['handling'];
  revision: number;
}

function alertOf(row: AlertRow): Alert {
  return {
    id: row.id,
    type: row.type,
    severity: row.severity,
    state: row.state,
    vehicleId: row.vehicle_id,
    plate: row.plate,
    fenceId: row.fence_id,
    ruleId: row.rule_id,
    ruleRevision: Number(row.rule_revision),
    occurredAt: row.occurred_at.toISOString(),
    detectedAt: row.detected_at.toISOString(),
    clearedAt: row.cleared_at?.toISOString() ?? null,
    clearReason: row.clear_reason,
    position: row.position,
    evidence: row.evidence,
    handling: row.handling,
    revision: row.revision,
  };
}

function isoTime(ms: number): string {
  return new Date(ms).toISOString();
}
