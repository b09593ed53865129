import type { Alert } from '../../model/alert.js';
import { nextDue } from './clocks.js';

/** Alerts on which a person may still act without the database's help. */
const MAX_DONE = 10_000;
/** Alerts for which a clock still runs; they are larger than a place in a list, and a checkpoint copies them. */
const MAX_WAITING = 20_000;

/**
 * The newest alerts whose condition has ended. One that a clock runs for stays longer than one that nothing will come of. Where too
 * many wait, the clocks of the one that ended first stop, which `givenUp` is told; a person who acts on it starts them again.
 */
export class ClosedAlerts {
  readonly #done = new Map<string, Alert>();
  readonly #waiting = new Map<string, Alert>();

  constructor(readonly givenUp: () => void) {}

  get(id: string): Alert | undefined {
    return this.#waiting.get(id) ?? this.#done.get(id);
  }

  /** Puts an alert in, or in place of its form before. */
  put(alert: Alert): void {
    const waits = nextDue(alert) !== null;
    (waits ? this.#done : this.#waiting).delete(alert.id);
    (waits ? this.#waiting : this.#done).set(alert.id, alert);
    if (this.#done.size > MAX_DONE) this.#done.delete(this.#done.keys().next().value as string);
    if (this.#waiting.size <= MAX_WAITING) return;
    this.#waiting.delete(this.#waiting.keys().next().value as string);
    this.givenUp();
  }

  delete(id: string): void {
    this.#done.delete(id);
    this.#waiting.delete(id);
  }

  *values(): Generator<Alert> {
    yield* this.#done.values();
    yield* this.#waiting.values();
  }
}
