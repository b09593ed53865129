import type { AlertTransition } from '../model/alert.js';
import type { FenceGeometry, FenceProperties } from '../model/fence.js';
import type { MuteScope } from '../model/mute.js';
import type { PositionJson } from '../model/position.js';
import type { Vehicle } from '../model/vehicle.js';

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

export interface Page<T> {
  items: T[];
  cursor: string | null;
}

/** Items of `GET /v1/alerts/{id}/history`. */
export interface AlertHistoryStep {
  revision: number;
  transition: AlertTransition['transition'];
  at: string | null;
  by: string | null;
  note: string | null;
  details: Record<string, unknown>;
}

/** Items of `GET /v1/mutes`; times RFC 3339. */
export interface MuteJson {
  id: string;
  scope: MuteScope;
  from: string;
  to: string;
  reason: string;
  by: string;
}
