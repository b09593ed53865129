import { distanceM, METRES_PER_DEGREE } from '../../geo/distance.js';
import type { RuleInput } from '../rule.js';

export interface Place {
  lon: number;
  lat: number;
}

/** Places that a vehicle stands for with its alert, as one rule shares them: plain values, by vehicle number. */
interface Stands {
  places: Map<number, Place>;
  /** Whoever met the condition last, of all: whether that raised an alert shows only when the next one is asked. */
  newest: (Place & { no: number }) | null;
}

const KEY = 'places';

/** Who stands for what, with the alert of the rule in hand; those without one are not kept. A vehicle has one place. */
export class StoodFor {
  readonly #stands: Stands;

  constructor(private readonly input: RuleInput) {
    this.#stands = standsIn(input.shared);
    const { places, newest } = this.#stands;
    if (newest && input.other(newest.no)?.raised) places.set(newest.no, { lon: newest.lon, lat: newest.lat });
    this.#stands.newest = null;
  }

  /** Another vehicle has the alert, so many metres from the place, or less. */
  has({ lon, lat }: Place, metres: number): boolean {
    const { vehicle, other } = this.input;
    const { places } = this.#stands;
    for (const [no, there] of places) {
      if (Math.abs(there.lat - lat) * METRES_PER_DEGREE > metres * 1.001 || no === vehicle.no) continue;
      if (distanceM(lon, lat, there.lon, there.lat) > metres) continue;
      if (other(no)?.raised) return true;
      places.delete(no);
    }
    return false;
  }

  /** The vehicle in hand stands for the place, if this raises an alert. */
  put({ lon, lat }: Place): void {
    const { no } = this.input.vehicle;
    this.#stands.places.delete(no);
    this.#stands.newest = { no, lon, lat };
  }

  drop(): void {
    this.#stands.places.delete(this.input.vehicle.no);
  }
}

function standsIn(shared: RuleInput['shared']): Stands {
  const known = shared.get(KEY) as Stands | Map<number, Place> | undefined;
  if (known && !(known instanceof Map)) return known;
  // Checkpoints of before have a bare map.
  const stands: Stands = { places: known ?? new Map(), newest: null };
  shared.set(KEY, stands);
  return stands;
}
