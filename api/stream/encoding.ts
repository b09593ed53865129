import { type DrawnDatum, placeIn } from '../../model/datum-shift.js';
import type { Vehicle } from '../../model/vehicle.js';
import type { ByteWriter } from '../output/byte-writer.js';
import type { Bbox } from '../parameters.js';
import type { SubscriptionId } from './messages.js';

/** Vehicles of one cell of the map, degrees WGS-84. */
export interface Cell {
  west: number;
  south: number;
  /** Length of a side, degrees. */
  side: number;
  count: number;
  moving: number;
  emergencies: number;
}

/** A cell as a map of the datum draws it: its corners where they come to lie. Large ones end with the earth. */
export function cellBox({ west, south, side }: Cell, datum: DrawnDatum): Bbox {
  return [
    ...placeIn(datum, [west, south]),
    ...placeIn(datum, [Math.min(west + side, 180), Math.min(south + side, 90)]),
  ];
}

/**
 * How positions and densities become bytes, in one format and with places in one datum. Items are written one behind the
 * other into `out` and taken from there in runs, which are joined in any order, so that what one tile's items came to is used
 * in the messages of all its watchers.
 */
export interface Encoding {
  readonly binary: boolean;
  /** Between two items. */
  readonly separator: Buffer | null;
  readonly out: ByteWriter;
  /** Writes the item of a vehicle that has a fix. `now` decides who is online, epoch ms. */
  writeItem(vehicle: Vehicle, now: number): void;
  positions(id: SubscriptionId, snapshot: boolean, runs: readonly Buffer[], gone: readonly string[]): Buffer;
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
