import type { Alert } from '../model/alert.js';
import type { Command, CommandEvent } from '../model/command.js';
import type { FenceGeometry, FenceProperties } from '../model/fence.js';
import type { PositionJson } from '../model/position.js';
import type { Vehicle, VehicleCategory } from '../model/vehicle.js';

export type Bbox = [west: number, south: number, east: number, north: number];

/** Items of `GET /v1/vehicles`, answer of `GET /v1/vehicles/{id}`. */
export interface VehicleJson extends Pick<Vehicle, 'id' | 'plate' | 'plateColor' | 'category' | 'company' | 'region'> {
  terminals: Vehicle['terminals'];
  online: boolean;
  /** RFC 3339: when anything last came from it. */
  lastSeen: string | null;
  position: PositionJson | null;
  /** In the answer for one vehicle: how its terminals differ from the standard. */
  quirks?: TerminalQuirks[];
}

export interface TerminalQuirks {
  protocol: string;
  number: string;
  names: string[];
  /** A person chose them; otherwise the registration shows them. */
  set: boolean;
}

/** A position of the stream: with what the map shows beside it. */
export interface LivePosition extends PositionJson {
  plate: string | null;
  category: VehicleCategory;
  online: boolean;
}

/** Vehicles of one cell of a fine grid, at the middle of them. */
export interface DensityCell {
  lon: number;
  lat: number;
  count: number;
  moving: number;
  emergencies: number;
}

export interface FenceFeature {
  type: 'Feature';
  id: string;
  geometry: FenceGeometry;
  properties: FenceProperties;
  revision: number;
}

/** Answer of `POST /v1/vehicles/{id}/commands`, items of `GET /v1/commands` and of the stream: times are RFC 3339. */
export interface CommandJson
  extends Pick<Command, 'id' | 'vehicleId' | 'type' | 'params' | 'state' | 'reason' | 'answer'> {
  createdAt: string;
  history: (Omit<CommandEvent, 'at'> & { at: string })[];
}

export interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** Client to server (contract §6). */
export type StreamRequest =
  | { op: 'auth'; key: string }
  | { op: 'subscribe'; id: number; channel: 'positions'; bbox: Bbox }
  | { op: 'subscribe'; id: number; channel: 'alerts'; cursor?: string }
  | { op: 'subscribe'; id: number; channel: 'commands'; filter: { vehicle: string } }
  | { op: 'unsubscribe'; id: number }
  | { op: 'update'; id: number; bbox: Bbox }
  | { op: 'ping' };

/** Server to client (contract §6). */
export type StreamMessage =
  | { type: 'subscribed'; id: number; epoch?: string; cursor?: string; recovered?: boolean }
  | { type: 'positions'; id: number; snapshot: boolean; items: LivePosition[]; gone?: string[] }
  | { type: 'density'; id: number; cells: DensityCell[] }
  | { type: 'alert'; id: number; cursor: string; alert: Alert }
  | { type: 'command'; id: number; command: CommandJson }
  | { type: 'error'; id?: number; code: string; message: string }
  | { type: 'pong' };
