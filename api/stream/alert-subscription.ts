import type { AlertFilter } from '../../model/alert.js';
import { type DrawnDatum, drawnAs } from '../../model/datum-shift.js';
import type { AlertReader } from '../deps.js';
import type { ApiError } from '../http/errors.js';
import type { SendResult, Socket } from '../http/socket.js';
import type { SubscribeAlerts, SubscriptionId } from './messages.js';

/** Where an alert subscription's messages go. */
export interface AlertPort {
  send(message: string): SendResult;
  sendAll: Socket['sendAll'];
  /** Ends the connection with 4008; the client comes back with its cursor. */
  tooSlow(): void;
  /** Tells the client that its subscription has ended, and why. */
  failed(error: ApiError): void;
  /** The same with 1012, where what comes next cannot be read just now. */
  unreadable(): void;
}

/**
 * One client's place in the alert log. A class, so that all have one shape whatever they asked for: with thousands of them that
 * decides what it costs to go round.
 */
export class AlertSubscription {
  readonly id: SubscriptionId;
  readonly filter: AlertFilter;
  /** What the places that it is told refer to. */
  readonly datum: DrawnDatum;
  /** The same for subscriptions of the same filter, datum and id. */
  readonly kind: string;
  /** False until the log has been read after the start: nothing can be said of cursors before. */
  joined = false;
  /** Number of the last transition that was sent, or that the filter did not want. */
  at = 0;
  /** As far as the client knows that it has all. */
  told = 0;
  /** Number of the newest transition when it subscribed: what is older is replay, and does not count as being behind. */
  from = 0;
  /** Numbers of those that wait for an acknowledgement, ascending, and how many may; null where none is needed. */
  readonly unacknowledged: { numbers: number[]; most: number } | null;
  /** The client has not taken everything yet; `drained` goes on. */
  blocked = false;
  /** What comes next is on its way from another node. */
  fetching = false;

  constructor(
    { id, filter, datum, window }: Pick<SubscribeAlerts, 'id' | 'filter' | 'datum' | 'window'>,
    readonly port: AlertPort,
    readonly reader: AlertReader,
  ) {
    this.id = id;
    this.filter = filter;
    this.datum = drawnAs(datum);
    this.kind = JSON.stringify([id, filter, this.datum]);
    this.unacknowledged = window === undefined ? null : { numbers: [], most: window };
  }

  /** How many more may be sent before the client has acknowledged some. */
  get room(): number {
    return this.unacknowledged ? this.unacknowledged.most - this.unacknowledged.numbers.length : Infinity;
  }
}
