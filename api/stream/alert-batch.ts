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

/** Beyond so many bytes whoever asks as nobody else does has what it gets written for itself. */
const KEPT_BYTES = 32 * 1024 * 1024;

/** Transitions that follow on one place in the log. Subscriptions of one kind share what they get of it. */
export class AlertBatch {
  /** Bytes of the messages that are kept to be shared. */
  keptBytes = 0;
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
      const bytes = wanted.messages.reduce((sum, message) => sum + message.length, 0);
      if (this.keptBytes + bytes <= KEPT_BYTES) {
        this.keptBytes += bytes;
        this.#wanted.set(of.kind, wanted);
      }
    }
    return wanted;
  }
}
