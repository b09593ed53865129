import { setImmediate as afterEvents } from 'node:timers/promises';
import { readCursor } from '../../alerts/log/feed.js';
import type { AlertTransition } from '../../model/alert.js';
import { LogGapError } from '../../store/log-reader.js';
import type { App } from '../app.js';
import type { AlertReader } from '../deps.js';
import { ApiError, isMainNodeAway, toApiError } from '../http/errors.js';
import { AlertBatch, type AlertKind } from './alert-batch.js';
import { type AlertPort, AlertSubscription } from './alert-subscription.js';
import { beginningAt } from './beginning.js';
import { SharedMessage } from './encoding.js';
import { LIMITS } from './limits.js';
import type { SubscribeAlerts } from './messages.js';
import { say } from './server-messages.js';
import { Turns } from './turns.js';

/** Transitions handled in one turn of the event loop, so that a long replay delays nobody. */
const TURN = 500;
/** Whether others should have a turn is looked at after so many subscriptions. */
const LOOK_EVERY = 32;
const ENCODED_KEPT = 2000;

/**
 * Alerts to the stream. A subscription is a place in the numbered alert log, not a queue: it reads on from its place
 * whenever its client takes messages, so nothing is dropped, nothing is held twice, and slow is measured in numbers.
 */
export class AlertsHub {
  readonly #subscriptions = new Set<AlertSubscription>();
  /** Messages by datum and number of the transition, written once for everybody. */
  readonly #encoded = new Map<string, SharedMessage>();
  /** The newest that was read: most subscriptions are at the same place. */
  #newest: AlertBatch;
  /** Those that read on when others have had their turn, the next first. */
  readonly #replaying = new Set<AlertSubscription>();
  #underWay = false;
  readonly #stop: () => void;
  /** Number up to which the latency has been measured. */
  #measured: number;
  /** The log has been read. */
  #ready = false;
  /** Everybody is being told, or will be in a moment. */
  #telling = false;

  constructor(readonly app: App) {
    this.#measured = app.deps.alerts.last;
    this.#newest = this.#batch(this.#measured, []);
    void app.deps.alerts.ready.then(() => {
      this.#ready = true;
    });
    this.#stop = app.deps.alerts.subscribe(() => this.#news());
  }

  get subscriptions(): number {
    return this.#subscriptions.size;
  }

  /** Gets nothing before `begin`. */
  add(wanted: Omit<SubscribeAlerts, 'op' | 'channel' | 'cursor'>, port: AlertPort): AlertSubscription {
    const subscription = new AlertSubscription(wanted, port, this.app.deps.alerts.reader());
    this.#subscriptions.add(subscription);
    return subscription;
  }

  /** At the cursor where the log still reaches back to it, else at the log's end; after a start, once that is known. */
  begin(subscription: AlertSubscription, cursor: string | undefined): void {
    if (this.#ready) this.#join(subscription, cursor);
    else void this.app.deps.alerts.ready.then(() => this.#join(subscription, cursor));
  }

  remove(subscription: AlertSubscription): void {
    this.#subscriptions.delete(subscription);
    this.#replaying.delete(subscription);
    subscription.reader.close();
  }

  /** The client has caught up with what was buffered. */
  drained(subscription: AlertSubscription): void {
    subscription.blocked = false;
    this.#replay(subscription);
  }

  /** The client has dealt with everything up to the cursor. Throws ApiError where that cannot be. */
  acknowledge(subscription: AlertSubscription, cursor: string): void {
    const { unacknowledged } = subscription;
    if (!unacknowledged) throw new ApiError('bad-request', 'message.id: it was subscribed without a window');
    // It may be older than what the log still has: the client has dealt with it all the same.
    const place = readCursor(cursor);
    if (place?.epoch !== this.app.deps.alerts.epoch || place.number > subscription.at) {
      throw new ApiError('bad-request', `message.cursor: ${JSON.stringify(cursor)} was not sent`);
    }
    const { numbers } = unacknowledged;
    const next = numbers.findIndex((sent) => sent > place.number);
    numbers.splice(0, next < 0 ? numbers.length : next);
    this.#replay(subscription);
  }

  /** Where the filter wanted nothing of late, says how far that is: a cursor that stays where it was grows too old to go on behind. */
  tellPlace(subscription: AlertSubscription): void {
    const { id, at, told, blocked } = subscription;
    if (at <= told || blocked) return;
    subscription.told = at;
    this.#say(subscription, { type: 'cursor', id, cursor: this.app.deps.alerts.cursor(at) });
  }

  close(): void {
    this.#stop();
    for (const subscription of [...this.#subscriptions]) this.remove(subscription);
  }

  #join(subscription: AlertSubscription, cursor: string | undefined): void {
    if (!this.#subscriptions.has(subscription)) return;
    const { alerts } = this.app.deps;
    const { id } = subscription;
    const { at, ...told } = beginningAt(alerts, cursor);
    subscription.at = subscription.told = at;
    subscription.from = alerts.last;
    subscription.joined = true;
    this.#say(subscription, { type: 'subscribed', id, epoch: alerts.epoch, cursor: alerts.cursor(at), ...told });
    this.#replay(subscription);
  }

  #news(): void {
    if (this.#telling) return;
    this.#telling = true;
    this.#tellAll().catch((error: unknown) => this.app.deps.log.error({ err: error }, 'alerts could not be told'));
  }

  /** Goes round until nobody misses anything. What comes meanwhile joins the next round, so many clients make large packets. */
  async #tellAll(): Promise<void> {
    const { alerts } = this.app.deps;
    const turns = new Turns();
    try {
      for (let told = -1; told < alerts.last; ) {
        told = alerts.last;
        let looked = 0;
        for (const subscription of this.#subscriptions) {
          this.#pump(subscription);
          if (subscription.blocked) this.#endTooSlow(subscription);
          if (++looked % LOOK_EVERY === 0 && turns.over) await turns.giveWay();
        }
      }
    } finally {
      this.#telling = false; // in the same moment as the last look: what comes behind it is told anew
    }
  }

  #endTooSlow({ at, from, port }: AlertSubscription): void {
    if (this.app.deps.alerts.last - Math.max(at, from) > LIMITS.alertsBehind) port.tooSlow();
  }

  /** Reads on when others have had their turn: a thousand clients that come back at once must not keep everybody waiting. */
  #replay(subscription: AlertSubscription): void {
    if (!this.#isDue(subscription)) return;
    this.#replaying.add(subscription);
    if (this.#underWay) return;
    this.#underWay = true;
    this.#replayAll().catch((error: unknown) =>
      this.app.deps.log.error({ err: error }, 'alerts could not be replayed'),
    );
  }

  async #replayAll(): Promise<void> {
    try {
      await afterEvents();
      const turns = new Turns();
      // Who has not had all goes to the end.
      for (const subscription of this.#replaying) {
        this.#replaying.delete(subscription);
        this.#pump(subscription);
        if (turns.over) await turns.giveWay();
      }
    } finally {
      this.#underWay = false;
    }
  }

  /** There is more for it, and it may have it now. */
  #isDue(subscription: AlertSubscription): boolean {
    const { joined, blocked, fetching, room } = subscription;
    if (!joined || blocked || fetching || room === 0) return false;
    return subscription.at < this.app.deps.alerts.last && this.#subscriptions.has(subscription);
  }

  #pump(subscription: AlertSubscription): void {
    if (!this.#isDue(subscription) || this.#replaying.has(subscription)) return;
    try {
      const batch = this.#next(subscription);
      if (batch instanceof Promise) return this.#sendWhenThere(subscription, batch);
      this.#send(subscription, batch);
    } catch (error) {
      return this.#giveUp(subscription, error);
    }
    if (this.#isDue(subscription)) this.#replay(subscription);
    else subscription.reader.close(); // it may wait for long, and there may be many
  }

  /** What has to be fetched from another node; nothing else is sent meanwhile. */
  #sendWhenThere(subscription: AlertSubscription, fetched: Promise<AlertBatch>): void {
    subscription.fetching = true;
    const sent = fetched.then((batch) => {
      subscription.fetching = false;
      if (!this.#subscriptions.has(subscription)) return;
      this.#send(subscription, batch);
      this.#replay(subscription);
    });
    sent.catch((error: unknown) => this.#subscriptions.has(subscription) && this.#giveUp(subscription, error));
  }

  /** The others must not wait for what cannot be had for this one; its client has the place to go on from. */
  #giveUp(subscription: AlertSubscription, error: unknown): void {
    const { port } = subscription;
    this.remove(subscription);
    if (isMainNodeAway(error)) return port.failed(toApiError(error));
    this.app.deps.log.error({ err: error }, 'alerts could not be told to a client');
    port.unreadable();
  }

  #say({ port }: AlertSubscription, message: Parameters<typeof say>[0]): void {
    if (port.send(say(message)) === 'dropped') port.tooSlow();
  }

  /** What follows on the subscription's place; shared where others have come as far. */
  #next(subscription: AlertSubscription): AlertBatch | Promise<AlertBatch> {
    const { last } = this.app.deps.alerts;
    if (this.#newest.after === subscription.at && this.#newest.end === last) return this.#newest;
    const read = this.#read(subscription);
    // The place is looked at afterwards: it may have moved over a gap.
    if (read instanceof Promise) return read.then((transitions) => this.#batch(subscription.at, transitions));
    const batch = this.#batch(subscription.at, read);
    if (batch.end === last) this.#newest = batch;
    for (const transition of read) this.#measure(transition);
    return batch;
  }

  #batch(after: number, transitions: readonly AlertTransition[]): AlertBatch {
    return new AlertBatch(after, transitions, (transition, kind) => this.#encode(transition, kind).for(kind.id));
  }

  #read(subscription: AlertSubscription): ReturnType<AlertReader['read']> {
    try {
      const read = subscription.reader.read(subscription.at, TURN);
      return read instanceof Promise ? read.catch((error) => this.#readBehindGap(subscription, error)) : read;
    } catch (error) {
      return this.#readBehindGap(subscription, error);
    }
  }

  /** What comes next is no longer kept: the client learns of it, and goes on behind it. */
  #readBehindGap(subscription: AlertSubscription, error: unknown): ReturnType<AlertReader['read']> {
    if (!(error instanceof LogGapError)) throw error;
    const { alerts } = this.app.deps;
    const from = alerts.cursor(subscription.at);
    subscription.at = subscription.told = error.oldest - 1;
    const gap = { from, to: alerts.cursor(subscription.at), reason: 'expired' } as const;
    this.#say(subscription, { type: 'gap', id: subscription.id, ...gap });
    return subscription.reader.read(subscription.at, TURN);
  }

  /** Sends of the batch what is wanted and taken. */
  #send(subscription: AlertSubscription, batch: AlertBatch): void {
    const { port, unacknowledged } = subscription;
    const { numbers, messages } = batch.wanted(subscription);
    const count = Math.min(messages.length, subscription.room);
    if (messages.length > 0) {
      const { taken, result } = port.sendAll(messages, count);
      if (result === 'dropped') port.tooSlow();
      if (result !== 'sent') subscription.blocked = true;
      if (taken > 0) subscription.told = numbers[taken - 1];
      if (unacknowledged) for (let i = 0; i < taken; i++) unacknowledged.numbers.push(numbers[i]);
      if (taken < messages.length) {
        if (taken > 0) subscription.at = subscription.told;
        return;
      }
    }
    subscription.at = batch.end;
  }

  #encode(transition: AlertTransition, { datum }: AlertKind): SharedMessage {
    const name = `${datum} ${transition.number}`;
    let message = this.#encoded.get(name);
    if (message === undefined) {
      const text = this.app.alertTexts.of(transition, datum).slice(1);
      message = new SharedMessage((id) => Buffer.from(`{"type":"alert","id":${JSON.stringify(id)},${text}`));
      if (this.#encoded.size >= ENCODED_KEPT) this.#encoded.clear();
      this.#encoded.set(name, message);
    }
    return message;
  }

  #measure({ number, transition, alert }: AlertTransition): void {
    if (number <= this.#measured) return;
    this.#measured = number;
    if (transition === 'raised') {
      this.app.metrics.alertLatency.observe(Math.max(0, this.app.now() - Date.parse(alert.detectedAt)) / 1000);
    }
  }
}
