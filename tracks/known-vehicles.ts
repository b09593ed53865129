import type { SumsSoFar } from './hours.js';
import type { Driving } from './trips.js';

/** What a vehicle's fixes before a time have told, so that they need not be read again with its next news. */
export interface KnownVehicle {
  /** That time, epoch ms. */
  until: number;
  sums: SumsSoFar;
  /** The trip that it is on; null where its last stop is what to go on from. */
  driving: Driving | null;
}

/** Half a kilobyte each. */
const MOST = 200_000;

/**
 * What was known of vehicles when their last news were worked in. In memory alone: whatever is not known, or no longer true, is
 * worked out of the tables.
 */
export class KnownVehicles {
  /** Those with news longest ago first. */
  readonly #vehicles = new Map<number, KnownVehicle & { pass: number }>();
  #pass = 0;

  constructor(readonly most = MOST) {}

  /** A look at all news begins. */
  begin(): void {
    this.#pass++;
  }

  /** What is known of a vehicle and still true where its earliest new fix is of `since` (epoch ms). */
  find(vehicleNo: number, since: number): KnownVehicle | undefined {
    const known = this.#vehicles.get(vehicleNo);
    return known && since >= known.until ? known : undefined;
  }

  /** Where there is no room, a vehicle without news of late gives its own up; else this one is not remembered. */
  remember(vehicleNo: number, known: KnownVehicle): void {
    this.#vehicles.delete(vehicleNo);
    if (this.#vehicles.size >= this.most) {
      const [[oldest, { pass }]] = this.#vehicles;
      if (pass >= this.#pass - 1) return;
      this.#vehicles.delete(oldest);
    }
    this.#vehicles.set(vehicleNo, { ...known, pass: this.#pass });
  }
}
