import type { AlertAction } from '../model/alert.js';
import type { Catalog } from '../model/catalog.js';
import type { Change, RuleSettings, TerminalFacts } from '../model/change.js';
import type { Fence, FenceGeometry, FenceProperties } from '../model/fence.js';
import type { TerminalRef, Vehicle, VehicleCategory } from '../model/vehicle.js';

/** Why a write was refused, and what was wrong where. */
export interface Refusal {
  refused: 'invalid' | 'conflict' | 'not-found' | 'unavailable';
  problems: { path: string; message: string }[];
}

export interface VehicleInput {
  id: string;
  plate?: string | null;
  plateColor?: number | null;
  category?: VehicleCategory;
  company?: string | null;
  region?: string | null;
  terminals?: TerminalRef[];
}

export interface FenceInput {
  /** Made up where absent. */
  id?: string;
  geometry: FenceGeometry;
  properties: FenceProperties;
}

/** The side of the spool that the registry needs. */
export interface ChangeLog {
  readonly accepting: boolean;
  addChange(change: Change): void;
  whenAccepted(fn: () => void): void;
}

export class Registry {
  constructor(
    readonly catalog: Catalog,
    readonly log: ChangeLog,
    readonly clock: () => number,
  ) {}
  async putVehicle(
    _input: VehicleInput,
  ): Promise<{ vehicle: Vehicle; created: boolean; moved: TerminalRef[] } | Refusal> {
    throw new Error('not yet');
  }
  async deleteVehicle(_id: string): Promise<{ vehicle: Vehicle } | Refusal> {
    throw new Error('not yet');
  }
  /** Synchronous: the vehicle's record is in the log before anything added after this call. */
  ensureVehicleForTerminal(
    _protocol: string,
    _number: string,
    _hints: { plate?: string | null; plateColor?: number | null; category?: VehicleCategory } = {},
  ): Vehicle {
    throw new Error('not yet');
  }
  async putTerminal(_terminal: TerminalFacts): Promise<void> {}
  async putFence(_input: FenceInput): Promise<{ fence: Fence; created: boolean } | Refusal> {
    throw new Error('not yet');
  }
  async deleteFence(_id: string): Promise<{ fence: Fence } | Refusal> {
    throw new Error('not yet');
  }
  async alertAction(_input: {
    alertId: string;
    action: AlertAction;
    by: string;
    note: string;
  }): Promise<{ at: number; revision: number } | Refusal> {
    throw new Error('not yet');
  }
  async putSettings(_settings: RuleSettings): Promise<{ settings: RuleSettings; revision: number } | Refusal> {
    throw new Error('not yet');
  }
}
