import type { AlertFilter, AlertTransition } from '../../model/alert.js';
import { matchesAlert } from '../alerts/alert-filter.js';
import type { SubscriptionId } from './messages.js';

/** What of a batch one kind of subscription gets. */
export interface Wanted {
  /** Ascending, as the messages. */
  numbers: readonly number[];
  messages: readonly Buffer[];
}

/** Transitions that follow on one place in the log. Subscriptions with the same filter and id share what they get of it. */
export class AlertBatch {
  readonly #wanted = new Map<string, Wanted>();

  constructor(
    /** Number of the transition before the first. */
    readonly after: number,
    readonly transitions: readonly AlertTransition[],
    readonly encode: (transition: AlertTransition, id: SubscriptionId) => Buffer,
  ) {}

  /** Number of the last. */
  get end(): number {
    return this.transitions.at(-1)?.number ?? this.after;
  }

  /** `kind` is the same for subscriptions of one filter and id. */
  wanted({ kind, filter, id }: { kind: string; filter: AlertFilter; id: SubscriptionId }): Wanted {
    let wanted = this.#wanted.get(kind);
    if (!wanted) {
      const transitions = this.transitions.filter(({ alert }) => matchesAlert(filter, alert));
      wanted = {
        numbers: transitions.map(({ number }) => number),
        messages: transitions.map((transition) => this.encode(transition, id)),
      };
      this.#wanted.set(kind, wanted);
    }
    return wanted;
  }
}
