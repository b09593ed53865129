import type { ClientBase } from 'pg';
import type { Change, TerminalFacts } from '../model/change.js';
import type { Command, CommandProgress } from '../model/command.js';
import type { Fence } from '../model/fence.js';
import type { Mute } from '../model/mute.js';
import type { Upload } from '../model/upload.js';
import { terminalKey, type Vehicle } from '../model/vehicle.js';
import { jsonText } from './json-text.js';
import { RoadRows } from './road-rows.js';
import { putVehicleVersions, type VehicleVersion } from './vehicle-versions.js';

/**
 * The changes of one batch, brought into the tables together: of each vehicle, terminal and fence only the last word
 * counts, because the batch becomes visible as a whole; commands likewise. Uploads never change once they are there. Settings, alert actions and answers have no
 * table of their own.
 */
export class ChangeSet {
  readonly #vehicles = new Map<number, Vehicle>();
  readonly #vehiclesGone = new Map<number, number>();
  /** Every form that a vehicle took, not only the last. */
  readonly #versions: VehicleVersion[] = [];
  /** By terminalKey: the vehicle that a terminal sits in. */
  readonly #seats = new Map<string, { protocol: string; number: string; no: number }>();
  readonly #terminals = new Map<string, TerminalFacts>();
  readonly #fences = new Map<number, Fence>();
  readonly #fencesGone = new Map<number, number>();
  readonly #roads = new RoadRows();
  readonly #commands = new Map<string, Command>();
  /** Of commands that earlier batches have made. */
  readonly #commandSteps = new Map<string, CommandProgress>();
  readonly #uploads = new Map<string, Upload>();
  readonly #mutes = new Map<string, Mute>();
  readonly #mutesGone = new Map<string, number>();

  add(change: Change): void {
    switch (change.type) {
      case 'vehicle-put':
        this.#putVehicle(change.vehicle);
        this.#versions.push({ ...change.vehicle, at: change.at });
        break;
      case 'vehicle-delete':
        this.#vehiclesGone.set(change.no, change.at);
        this.#emptySeats(change.no);
        break;
      case 'terminal-put':
        this.#terminals.set(terminalKey(change.terminal.protocol, change.terminal.number), change.terminal);
        break;
      case 'fence-put':
        this.#fences.set(change.fence.no, change.fence);
        this.#fencesGone.delete(change.fence.no);
        break;
      case 'fence-delete':
        this.#fencesGone.set(change.no, change.at);
        break;
      case 'roads-put':
      case 'roads-delete':
      case 'road-set-delete':
        this.#roads.add(change);
        break;
      case 'command-put':
        for (const command of change.commands) this.#commands.set(command.id, command);
        break;
      case 'command-step':
        for (const step of change.steps) this.#stepCommand(step);
        break;
      case 'upload':
        if (!this.#uploads.has(change.upload.id)) this.#uploads.set(change.upload.id, change.upload);
        break;
      case 'mute-put':
        this.#mutes.set(change.mute.id, change.mute);
        this.#mutesGone.delete(change.mute.id);
        break;
      case 'mute-delete':
        this.#mutesGone.set(change.id, change.at);
        break;
      case 'rule-put':
      case 'rule-delete':
      case 'weather-put':
      case 'weather-delete':
      case 'webhook-put':
      case 'webhook-delete':
      case 'tick':
      case 'quirks-put':
      case 'settings-put':
      case 'alert-actions':
      case 'alert-action':
      case 'answer-put':
        break;
    }
  }

  /** Inside the caller's transaction. */
  async apply(db: ClientBase): Promise<void> {
    if (this.#vehicles.size > 0) await db.query(PUT_VEHICLES, [jsonText([...this.#vehicles.values()])]);
    if (this.#versions.length > 0) await putVehicleVersions(db, this.#versions);
    const touched = [...this.#vehicles.keys(), ...this.#vehiclesGone.keys()];
    if (touched.length > 0) await db.query(EMPTY_SEATS, [touched]);
    if (this.#seats.size > 0) await db.query(TAKE_SEATS, [jsonText([...this.#seats.values()])]);
    if (this.#vehiclesGone.size > 0) await db.query(DELETE_VEHICLES, gone(this.#vehiclesGone));
    if (this.#terminals.size > 0) await db.query(PUT_TERMINALS, [jsonText([...this.#terminals.values()])]);
    if (this.#fences.size > 0) await db.query(PUT_FENCES, [jsonText([...this.#fences.values()])]);
    if (this.#fencesGone.size > 0) await db.query(DELETE_FENCES, gone(this.#fencesGone));
    await this.#roads.apply(db);
    if (this.#commands.size > 0) await db.query(PUT_COMMANDS, [jsonText([...this.#commands.values()])]);
    if (this.#commandSteps.size > 0) await db.query(STEP_COMMANDS, [jsonText([...this.#commandSteps.values()])]);
    if (this.#mutes.size > 0) await db.query(PUT_MUTES, [jsonText([...this.#mutes.values()])]);
    if (this.#mutesGone.size > 0) await db.query(DELETE_MUTES, gone(this.#mutesGone));
    if (this.#uploads.size > 0) await db.query(PUT_UPLOADS, [jsonText([...this.#uploads.values()])]);
  }

  #putVehicle(vehicle: Vehicle): void {
    this.#vehicles.set(vehicle.no, vehicle);
    this.#vehiclesGone.delete(vehicle.no);
    this.#emptySeats(vehicle.no);
    for (const { protocol, number } of vehicle.terminals) {
      this.#seats.set(terminalKey(protocol, number), { protocol, number, no: vehicle.no });
    }
  }

  /** Progress is told whole, so the newest word is all there is to say. */
  #stepCommand(step: CommandProgress): void {
    const command = this.#commands.get(step.id);
    if (command) this.#commands.set(step.id, { ...command, ...step });
    else this.#commandSteps.set(step.id, step);
  }

  #emptySeats(no: number): void {
    for (const [key, seat] of this.#seats) if (seat.no === no) this.#seats.delete(key);
  }
}

function gone<Key>(times: Map<Key, number>): [Key[], number[]] {
  return [[...times.keys()], [...times.values()]];
}

const PUT_VEHICLES = `
  insert into vehicles (vehicle_no, id, plate, plate_color, category, company, region, created_at)
  select no, id, plate, "plateColor", category, company, region, to_timestamp("createdAt" / 1000)
  from jsonb_to_recordset($1::jsonb) as v (no integer, id text, plate text, "plateColor" integer, category text,
    company text, region text, "createdAt" double precision)
  on conflict (vehicle_no) do update set id = excluded.id, plate = excluded.plate, plate_color = excluded.plate_color,
    category = excluded.category, company = excluded.company, region = excluded.region, deleted_at = null`;

const DELETE_VEHICLES = `
  update vehicles set deleted_at = to_timestamp(at / 1000)
  from unnest($1::integer[], $2::double precision[]) as gone (no, at) where vehicle_no = no`;

const EMPTY_SEATS = 'update terminals set vehicle_no = null where vehicle_no = any($1)';

const TAKE_SEATS = `
  insert into terminals (protocol, number, vehicle_no)
  select protocol, number, no from jsonb_to_recordset($1::jsonb) as s (protocol text, number text, no integer)
  on conflict (protocol, number) do update set vehicle_no = excluded.vehicle_no`;

const PUT_TERMINALS = `
  insert into terminals (protocol, number, facts)
  select facts ->> 'protocol', facts ->> 'number', facts - 'protocol' - 'number'
  from jsonb_array_elements($1::jsonb) as facts
  on conflict (protocol, number) do update set facts = excluded.facts`;

const PUT_FENCES = `
  insert into fences (fence_no, id, revision, geometry, properties, created_at, updated_at)
  select no, id, revision, geometry, properties, to_timestamp("createdAt" / 1000), to_timestamp("updatedAt" / 1000)
  from jsonb_to_recordset($1::jsonb) as f (no integer, id text, revision bigint, geometry jsonb, properties jsonb,
    "createdAt" double precision, "updatedAt" double precision)
  on conflict (fence_no) do update set id = excluded.id, revision = excluded.revision, geometry = excluded.geometry,
    properties = excluded.properties, updated_at = excluded.updated_at, deleted_at = null`;

const DELETE_FENCES = `
  update fences set deleted_at = to_timestamp(at / 1000)
  from unnest($1::integer[], $2::double precision[]) as gone (no, at) where fence_no = no`;

const PUT_COMMANDS = `
  insert into commands (id, vehicle_id, protocol, terminal, type, params, batch, created_at, expires_at, never_late,
    given_by, state, attempts, history, answer, reason, ended_at)
  select id, "vehicleId", terminal ->> 'protocol', terminal ->> 'number', type, params, batch,
    to_timestamp("createdAt" / 1000), to_timestamp("expiresAt" / 1000), "neverLate", by, state, attempts, history,
    nullif(answer, 'null'), reason, to_timestamp("endedAt" / 1000)
  from jsonb_to_recordset($1::jsonb) as c (id text, "vehicleId" text, terminal jsonb, type text, params jsonb, batch text,
    "createdAt" double precision, "expiresAt" double precision, "neverLate" boolean, by text, state text,
    attempts integer, history jsonb, answer jsonb, reason text, "endedAt" double precision)
  on conflict (id) do update set state = excluded.state, attempts = excluded.attempts, history = excluded.history,
    answer = excluded.answer, reason = excluded.reason, ended_at = excluded.ended_at`;

const PUT_MUTES = `
  insert into mutes (id, scope, "from", "to", reason, by, created_at)
  select id, scope, to_timestamp("from" / 1000), to_timestamp("to" / 1000), reason, by, to_timestamp("createdAt" / 1000)
  from jsonb_to_recordset($1::jsonb) as m (id text, scope jsonb, "from" double precision, "to" double precision,
    reason text, by text, "createdAt" double precision)
  on conflict (id) do update set scope = excluded.scope, "from" = excluded."from", "to" = excluded."to",
    reason = excluded.reason, by = excluded.by, deleted_at = null`;

const DELETE_MUTES = `
  update mutes set deleted_at = to_timestamp(at / 1000)
  from unnest($1::text[], $2::double precision[]) as gone (gone_id, at) where id = gone_id`;

const PUT_UPLOADS = `
  insert into uploads (id, vehicle_no, vehicle_id, kind, time, received_at, source, content)
  select id, "vehicleNo", "vehicleId", kind, to_timestamp(time / 1000), to_timestamp("receivedTime" / 1000), source, content
  from jsonb_to_recordset($1::jsonb) as u (id text, "vehicleNo" integer, "vehicleId" text, kind text,
    time double precision, "receivedTime" double precision, source text, content jsonb)
  on conflict (id) do nothing`;

const STEP_COMMANDS = `
  update commands set state = s.state, attempts = s.attempts, history = s.history, answer = nullif(s.answer, 'null'),
    reason = s.reason, ended_at = to_timestamp(s."endedAt" / 1000)
  from jsonb_to_recordset($1::jsonb) as s (id text, state text, attempts integer, history jsonb, answer jsonb, reason text,
    "endedAt" double precision)
  where commands.id = s.id`;
