import type { AlertFilter, AlertTransition } from '../../model/alert.js';
import { matchesAlert } from '../alert-filter.js';
import type { App } from '../app.js';
import type { SubscriptionId } from './messages.js';

/** Transitions handled in one turn of the event loop, so that a long replay delays nobody. */
const TURN = 500;
/** New transitions that a client may be behind before its connection is ended. */
const MAX_BEHIND = 1000;
const ENCODED_KEPT = 2000;

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
  /** Transitions as JSON, written once for everybody. */
  readonly #encoded = new Map<number, string>();
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
    const { epoch, last } = this.app.deps.alerts;
    const resumed = this.#resume(cursor);
    const at = resumed ?? last;
    port.send(JSON.stringify({ type: 'subscribed', id, epoch, cursor: `${epoch}-${at}`, recovered: resumed !== null }));
    const subscription = { id, filter, port, at, from: last, blocked: false, scheduled: false };
    this.#subscriptions.add(subscription);
    this.#pump(subscription);
    return subscription;
  }

  remove(subscription: AlertSubscription): void {
    this.#subscriptions.delete(subscription);
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

  #resume(cursor: string | undefined): number | null {
    const { epoch, last, oldest } = this.app.deps.alerts;
    const split = cursor?.lastIndexOf('-') ?? -1;
    if (cursor === undefined || split < 0 || cursor.slice(0, split) !== epoch) return null;
    const number = Number(cursor.slice(split + 1));
    return Number.isInteger(number) && number >= oldest && number <= last ? number : null;
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
    const batch = this.app.deps.alerts.since(subscription.at, TURN);
    if (batch.length === 0) return;
    subscription.port.cork(() => {
      for (const transition of batch) if (!this.#send(subscription, transition)) return;
    });
    if (subscription.blocked || batch.length < TURN) return;
    subscription.scheduled = true;
    setImmediate(() => {
      subscription.scheduled = false;
      this.#pump(subscription);
    });
  }

  /** False where no more can be sent now. */
  #send(subscription: AlertSubscription, transition: AlertTransition): boolean {
    if (matchesAlert(subscription.filter, transition.alert)) {
      const result = subscription.port.send(
        `{"type":"alert","id":${JSON.stringify(subscription.id)},${this.#encode(transition)}`,
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

  #encode(transition: AlertTransition): string {
    let text = this.#encoded.get(transition.number);
    if (text === undefined) {
      const { number, alert } = transition;
      const cursor = `${this.app.deps.alerts.epoch}-${number}`;
      text = `"cursor":"${cursor}","transition":"${transition.transition}","alert":${JSON.stringify(alert)}}`;
      if (this.#encoded.size >= ENCODED_KEPT) this.#encoded.clear();
      this.#encoded.set(number, text);
    }
    return text;
  }

  #measure({ number, transition, alert }: AlertTransition): void {
    if (number <= this.#measured) return;
    this.#measured = number;
    if (transition === 'raised') {
      this.app.metrics.alertLatency.observe(Math.max(0, this.app.now() - Date.parse(alert.detectedAt)) / 1000);
    }
  }
}
