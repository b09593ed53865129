import type { Alert, AlertFilter, Transition } from '../model/alert.js';
import type { Command, CommandEvent } from '../model/command.js';
import type { Datum } from '../model/datum.js';
import type { PositionJson } from '../model/position.js';
import type { VehicleCategory } from '../model/vehicle.js';

/** The words of `GET /v1/stream` (docs/stream.md), as far as this client uses them. */

/** Degrees, in the datum of the subscription: WGS-84 where it names none. */
export type Bbox = readonly [west: number, south: number, east: number, north: number];

export type StreamFormat = 'json' | 'protobuf';

/** One value, or a list of them. */
type OneOrMany<T> = T | readonly T[];

export interface VehiclesFilter {
  online?: boolean;
  category?: OneOrMany<VehicleCategory>;
  /** Any part of it. */
  plate?: string;
  ids?: OneOrMany<string>;
}

/** Each part one value or a list; what is absent asks for all. */
export type AlertsFilter = {
  [Part in keyof Omit<AlertFilter, 'from' | 'to'>]?: OneOrMany<NonNullable<AlertFilter[Part]>[number]>;
};

export interface CommandsFilter {
  vehicle?: OneOrMany<string>;
  type?: OneOrMany<string>;
  state?: OneOrMany<Command['state']>;
  batch?: string;
}

/** A position as the stream tells it: with what a map shows beside it. */
export interface LivePosition extends PositionJson {
  plate: string | null;
  category: VehicleCategory;
  online: boolean;
}

/** What one cell of the map holds, where there are too many vehicles to tell one by one. */
export interface DensityCell {
  bbox: Bbox;
  count: number;
  moving: number;
  emergencies: number;
}

/** One step in the life of an alert, with the whole alert after it. */
export interface AlertStep {
  cursor: string;
  transition: Transition;
  alert: Alert;
}

/** Alerts that the server cannot send any more: list them over HTTP. */
export interface Gap {
  /** The cursor that could not be continued after. */
  from: string;
  to: string;
  reason: 'expired' | 'restart' | 'unknown';
}

/** A command to a terminal; times are RFC 3339. */
export interface CommandJson
  extends Pick<Command, 'id' | 'vehicleId' | 'type' | 'params' | 'state' | 'reason' | 'answer'> {
  createdAt: string;
  history: (Omit<CommandEvent, 'at'> & { at: string })[];
}

/** Client to server. */
export type StreamRequest =
  | { op: 'auth'; key: string }
  | {
      op: 'subscribe';
      id: number;
      channel: 'positions';
      bbox: Bbox;
      datum?: Datum;
      filter?: VehiclesFilter;
      format?: StreamFormat;
      bytesPerSecond?: number;
    }
  | {
      op: 'subscribe';
      id: number;
      channel: 'alerts';
      filter?: AlertsFilter;
      datum?: Datum;
      cursor?: string;
      window?: number;
    }
  | { op: 'subscribe'; id: number; channel: 'commands'; filter: CommandsFilter }
  | { op: 'unsubscribe'; id: number }
  | { op: 'update'; id: number; bbox?: Bbox; filter?: VehiclesFilter }
  | { op: 'ack'; id: number; cursor: string }
  | { op: 'ping' };

export interface PositionsMessage {
  type: 'positions';
  id: number | string;
  snapshot: boolean;
  items: LivePosition[];
  gone: string[];
}

export interface DensityMessage {
  type: 'density';
  id: number | string;
  cells: DensityCell[];
}

/** Server to client. */
export type StreamMessage =
  | { type: 'authenticated' }
  | { type: 'subscribed'; id: number | string; epoch?: string; cursor?: string; recovered?: boolean; gap?: Gap }
  | { type: 'unsubscribed'; id: number | string }
  | PositionsMessage
  | DensityMessage
  | ({ type: 'alert'; id: number | string } & AlertStep)
  | ({ type: 'gap'; id: number | string } & Gap)
  | { type: 'cursor'; id: number | string; cursor: string }
  | { type: 'command'; id: number | string; command: CommandJson }
  | { type: 'error'; id?: number | string; code: string; message: string }
  | { type: 'pong' };
