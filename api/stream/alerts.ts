import type { AlertFilter, AlertTransition } from '../../model/alert.js';
import { LogGapError } from '../../store/log-reader.js';
import { matchesAlert } from '../alert-filter.js';
import type { App } from '../app.js';
import type { AlertReader } from '../deps.js';
import type { SubscriptionId } from './messages.js';

/** Transitions handled in one turn of the event loop, so that a long replay delays nobody. */
const TURN = 500;
/** New transitions that a client may be behind before its connection is ended. */
const MAX_BEHIND = 1000;

/** Where an alert subscription's messages go. */
export interface AlertPort {
  /** 'sent'; 'buffered': taken, but the client is behind now; 'dropped': not taken. */
  send(message: string): 'sent' | 'buffered' | 'dropped' | 'closed';
  /** Runs sends so that they leave together. */
  cork(writes: () => void): void;
  /** Ends the connection with 4008; the client comes back with its cursor. */
  tooSlow(): void;
}

export interface AlertSubscription {
  id: SubscriptionId;
  filter: AlertFilter;
  port: AlertPort;
  reader: AlertReader;
  /** Number of the last transition that was sent, or that the filter did not want. */
  at: number;
  /** Number of the newest transition when it subscribed: what is older is replay, and does not count as being behind. */
  from: number;
  /** The client has not taken everything yet; `drained` goes on. */
  blocked: boolean;
  /** A turn of replay is due. */
  scheduled: boolean;
}

/**
 * Alerts to the stream. A subscription is a place in the numbered alert log, not a queue: it reads on from its place
 * whenever its client takes messages, so nothing is dropped, nothing is held twice, and slow is measured in numbers.
 */
export class AlertsHub {
  readonly #subscriptions = new Set<AlertSubscription>();
  readonly #stop: () => void;
  /** Number up to which the latency has been measured. */
  #measured: number;

  constructor(readonly app: App) {
    this.#measured = app.deps.alerts.last;
    this.#stop = app.deps.alerts.subscribe(() => this.#news());
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Joins at the cursor where the log still reaches back to it, else at the log's end. */
  add(id: SubscriptionId, filter: AlertFilter, cursor: string | undefined, port: AlertPort): AlertSubscription {
    const { alerts } = this.app.deps;
    const resumed = cursor === undefined ? null : alerts.placeOf(cursor);
    const at = resumed ?? alerts.last;
    const { epoch } = alerts;
    port.send(
      JSON.stringify({ type: 'subscribed', id, epoch, cursor: alerts.cursor(at), recovered: resumed !== null }),
    );
    const reader = alerts.reader();
    const subscription = { id, filter, port, reader, at, from: alerts.last, blocked: false, scheduled: false };
    this.#subscriptions.add(subscription);
    this.#pump(subscription);
    return subscription;
  }

  remove(subscription: AlertSubscription): void {
    this.#subscriptions.delete(subscription);
    subscription.reader.close();
  }

  /** The client has caught up with what was buffered. */
  drained(subscription: AlertSubscription): void {
    subscription.blocked = false;
    this.#pump(subscription);
  }

  close(): void {
    this.#stop();
    this.#subscriptions.clear();
  }

  #news(): void {
    const { last } = this.app.deps.alerts;
    for (const subscription of [...this.#subscriptions]) {
      this.#pump(subscription);
      if (last - Math.max(subscription.at, subscription.from) > MAX_BEHIND && subscription.blocked) {
        subscription.port.tooSlow();
      }
    }
  }

  #pump(subscription: AlertSubscription): void {
    if (subscription.blocked || subscription.scheduled || !this.#subscriptions.has(subscription)) return;
    const batch = this.#read(subscription);
    if (batch.length === 0) return;
    subscription.port.cork(() => {
      for (const transition of batch) if (!this.#send(subscription, transition)) return;
    });
    if (subscription.blocked || subscription.at >= this.app.deps.alerts.last) return;
    subscription.scheduled = true;
    setImmediate(() => {
      subscription.scheduled = false;
      this.#pump(subscription);
    });
  }

  #read({ reader, at, port }: AlertSubscription): AlertTransition[] {
    try {
      return reader.read(at, TURN);
    } catch (error) {
      if (!(error instanceof LogGapError)) throw error;
      port.tooSlow(); // what comes next is no longer kept: the client must learn of it
      return [];
    }
  }

  /** False where no more can be sent now. */
  #send(subscription: AlertSubscription, transition: AlertTransition): boolean {
    if (matchesAlert(subscription.filter, transition.alert)) {
      const result = subscription.port.send(
        `{"type":"alert","id":${JSON.stringify(subscription.id)},${this.app.deps.alerts.text(transition).slice(1)}`,
      );
      if (result === 'dropped') subscription.port.tooSlow();
      if (result === 'dropped' || result === 'closed') {
        subscription.blocked = true;
        return false;
      }
      subscription.blocked = result === 'buffered';
      this.#measure(transition);
    }
    subscription.at = transition.number;
    return !subscription.blocked;
  }

  #measure({ number, transition, alert }: AlertTransition): void {
    if (number <= this.#measured) return;
    this.#measured = number;
    if (transition === 'raised') {
      this.app.metrics.alertLatency.observe(Math.max(0, this.app.now() - Date.parse(alert.detectedAt)) / 1000);
    }
  }
}
