import type { Vehicle } from '../../model/vehicle.js';
import type { SubscriptionId } from './messages.js';

/** Vehicles of one cell of the map. */
export interface Cell {
  west: number;
  south: number;
  /** Length of a side, degrees. */
  side: number;
  count: number;
  moving: number;
  emergencies: number;
}

/**
 * How positions and densities become bytes. Items are written one by one and joined in any order, so that what one tile's
 * items came to is used in the messages of all its watchers.
 */
export interface Encoding {
  readonly binary: boolean;
  /** Between two items. */
  readonly separator: Buffer | null;
  /** The item of a vehicle that has a fix. `now` decides who is online, epoch ms. */
  item(vehicle: Vehicle, now: number): Buffer;
  positions(id: SubscriptionId, snapshot: boolean, items: readonly Buffer[], gone: readonly string[]): Buffer;
  density(id: SubscriptionId, cells: readonly Cell[]): Buffer;
}

/** Forms of a message that are kept: beyond it whoever chooses an id of its own has it written for itself. */
const IDS_KEPT = 16;

/** One message for many subscriptions: written once for each different id, and most clients choose the same. */
export class SharedMessage {
  readonly #written = new Map<SubscriptionId, Buffer>();

  constructor(readonly write: (id: SubscriptionId) => Buffer) {}

  for(id: SubscriptionId): Buffer {
    const known = this.#written.get(id);
    if (known) return known;
    const bytes = this.write(id);
    if (this.#written.size < IDS_KEPT) this.#written.set(id, bytes);
    return bytes;
  }
}
