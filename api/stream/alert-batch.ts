import type { AlertTransition } from '../../model/alert.js';
import { matchesAlert } from '../alerts/alert-filter.js';
import type { AlertSubscription } from './alert-subscription.js';

/** What decides what a subscription gets; `kind` is the same where all of it is. */
export type AlertKind = Pick<AlertSubscription, 'kind' | 'id' | 'filter' | 'datum'>;

/** What of a batch one kind of subscription gets. */
export interface Wanted {
  /** Ascending, as the messages. */
  numbers: readonly number[];
  messages: readonly Buffer[];
}

/** Transitions that follow on one place in the log. Subscriptions of one kind share what they get of it. */
export class AlertBatch {
  readonly #wanted = new Map<string, Wanted>();

  constructor(
    /** Number of the transition before the first. */
    readonly after: number,
    readonly transitions: readonly AlertTransition[],
    readonly encode: (transition: AlertTransition, kind: AlertKind) => Buffer,
  ) {}

  /** Number of the last. */
  get end(): number {
    return this.transitions.at(-1)?.number ?? this.after;
  }

  wanted(of: AlertKind): Wanted {
    let wanted = this.#wanted.get(of.kind);
    if (!wanted) {
      const transitions = this.transitions.filter(({ alert }) => matchesAlert(of.filter, alert));
      wanted = {
        numbers: transitions.map(({ number }) => number),
        messages: transitions.map((transition) => this.encode(transition, of)),
      };
      this.#wanted.set(of.kind, wanted);
    }
    return wanted;
  }
}
