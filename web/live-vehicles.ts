import type * as stream from '../client/index.js';
import type { LivePosition } from '../client/index.js';
import type { DensityCell } from './api-types.js';
import { VEHICLE_STATES, type VehicleState, vehicleState } from './vehicle-state.js';

export interface LiveVehicle {
  /** Place in the dense list; changes when another vehicle leaves. */
  slot: number;
  position: LivePosition;
  state: VehicleState;
}

/** What follows the vehicles in view one by one; the map's layers do. */
export interface VehicleFollower {
  /** The vehicle is new in the view, or its position is. */
  moved(vehicle: LiveVehicle, isNew: boolean): void;
  recoloured(vehicle: LiveVehicle): void;
  /** `last` has moved into the slot that `left` had; it is `left` itself where that was the last one. */
  left(left: LiveVehicle, last: LiveVehicle): void;
}

/** The vehicles of the present view as the stream tells them, or, when they are too many, their density. */
export class LiveVehicles {
  readonly byId = new Map<string, LiveVehicle>();
  readonly list: LiveVehicle[] = [];
  cells: DensityCell[] = [];
  /** The stream has said something. */
  told = false;
  #alerted: ReadonlySet<string> = new Set();
  readonly #followers: VehicleFollower[] = [];
  readonly #changed: (() => void)[] = [];

  follow(follower: VehicleFollower): void {
    this.#followers.push(follower);
  }

  /** Called once after each message, however many vehicles it moved. */
  onChange(changed: () => void): void {
    this.#changed.push(changed);
  }

  /** What a message of the stream changed; `cells` count the vehicles where they are too many to be told one by one. */
  update({ put, gone }: stream.VehiclesChange, cells: readonly stream.DensityCell[] = []): void {
    this.told = true;
    this.cells = cells.map(({ bbox: [west, south, east, north], ...counts }) => ({
      lon: (west + east) / 2,
      lat: (south + north) / 2,
      ...counts,
    }));
    for (const id of gone) {
      const vehicle = this.byId.get(id);
      if (vehicle) this.#remove(vehicle);
    }
    this.#put(put);
    this.#tell();
  }

  /** Vehicles with an alert that nobody has dealt with. */
  setAlerted(alerted: ReadonlySet<string>): void {
    this.#alerted = alerted;
    this.refreshStates();
  }

  /** States change by time alone too: a vehicle that says nothing becomes stale. */
  refreshStates(): void {
    const now = Date.now();
    let any = false;
    for (const vehicle of this.list) {
      const state = this.#stateOf(vehicle.position, now);
      if (state === vehicle.state) continue;
      vehicle.state = state;
      any = true;
      for (const follower of this.#followers) follower.recoloured(vehicle);
    }
    if (any) this.#tell();
  }

  /** How many there are in each state. */
  counts(): Record<VehicleState, number> {
    const counts: Record<VehicleState, number> = { stale: 0, stopped: 0, moving: 0, alarm: 0 };
    for (const vehicle of this.list) counts[vehicle.state]++;
    return counts;
  }

  /** Vehicles in view, whether drawn one by one or as density. */
  inView(): number {
    return this.cells.reduce((sum, cell) => sum + cell.count, this.list.length);
  }

  #put(items: readonly LivePosition[]): void {
    const now = Date.now();
    for (const position of items) {
      // A vehicle whose place is not known cannot stand on a map.
      if (position.lon === null || position.lat === null) continue;
      let vehicle = this.byId.get(position.vehicleId);
      const isNew = vehicle === undefined;
      if (!vehicle) {
        vehicle = { slot: this.list.length, position, state: 'moving' };
        this.list.push(vehicle);
        this.byId.set(position.vehicleId, vehicle);
      }
      vehicle.position = position;
      vehicle.state = this.#stateOf(position, now);
      for (const follower of this.#followers) follower.moved(vehicle, isNew);
    }
  }

  #stateOf(position: LivePosition, now: number): VehicleState {
    return vehicleState(position, this.#alerted.has(position.vehicleId), now);
  }

  #remove(vehicle: LiveVehicle): void {
    this.byId.delete(vehicle.position.vehicleId);
    const last = this.list.pop()!;
    if (last !== vehicle) {
      this.list[vehicle.slot] = last;
      for (const follower of this.#followers) follower.left(vehicle, last);
      last.slot = vehicle.slot;
    } else {
      for (const follower of this.#followers) follower.left(vehicle, vehicle);
    }
  }

  #tell(): void {
    for (const changed of this.#changed) changed();
  }
}

/** Rank of a state, as a number for the shader. */
export function stateRank(state: VehicleState): number {
  return VEHICLE_STATES.indexOf(state);
}
