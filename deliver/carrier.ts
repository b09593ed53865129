import type { Alert, AlertTransition } from '../model/alert.js';
import type { DeliveryFailure } from '../model/webhook.js';

/** One message of the alert log on its way to one receiver. */
export interface Delivery {
  /** The same for every receiver and every try, after a restart, and even where the log was rebuilt. */
  id: string;
  /** Place in the alert log that is reached once it is taken. */
  number: number;
  /** JSON. */
  text: string;
  /** null where it tells of a gap. */
  alert: Alert | null;
  /** The step itself; null where it tells of a gap. */
  step: AlertTransition | null;
}

export interface Carried {
  /** How many of the first were taken. */
  taken: number;
  /** Why the next one was not; null where all were. */
  failure: DeliveryFailure | null;
  /** The receiver is not where it was thought to be: it has everything up to this number, and nothing behind it. */
  goTo?: number;
}

/** How messages get to one receiver. Never rejects: what goes wrong is a failure. */
export interface Carrier {
  /** Most messages on the way at once. */
  readonly window: number;
  /** Hands over messages in their order. Aborted, it ends soon, and says what was taken by then. */
  carry(batch: readonly Delivery[], signal: AbortSignal): Promise<Carried>;
  close(): void;
}
