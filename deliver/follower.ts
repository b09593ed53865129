import { setImmediate as afterEvents } from 'node:timers/promises';
import type { AlertLogReader } from '../alerts/log/alert-log-reader.js';
import type { AlertFeed } from '../alerts/log/feed.js';
import type { Alert } from '../model/alert.js';
import { type Backoff, backoffWait } from '../model/backoff.js';
import type {
  Circuit,
  DeadLetter,
  DeliveryAttempt,
  DeliveryCounts,
  DeliveryFailure,
  DeliveryState,
} from '../model/webhook.js';
import { LogGapError } from '../store/log-reader.js';
import type { Carried, Carrier, Delivery } from './carrier.js';
import type { DeadLetters } from './dead-letters.js';
import { alertDelivery, gapDelivery } from './message.js';
import type { Place, PlaceKeeper } from './places.js';

/** Transitions looked at in one turn of the event loop. */
const TURN = 500;
/** Tries of a message that is refused before it is put aside. */
const REFUSALS_MAX = 5;
/** So many put aside in a row, and it is not the messages: from then on a refusal is waited out like an outage. */
const DEAD_IN_A_ROW_MAX = 3;
/** Failures in a row that open the circuit. */
const OPEN_AFTER = 5;
/** Nobody may keep us waiting longer than this. */
const RETRY_AFTER_MAX_MS = 3_600_000;
const ATTEMPTS_KEPT = 100;
const BACKOFF: Backoff = { firstMs: 1000, lastMs: 300_000 };

export interface FollowerOptions {
  log: AlertFeed;
  carrier: Carrier;
  wants: (alert: Alert) => boolean;
  place: PlaceKeeper;
  deadLetters: DeadLetters;
  /** Counted on by every follower of the same way. */
  counts: DeliveryCounts;
  paused?: boolean;
  backoff: Backoff | undefined;
  /** Epoch ms. */
  clock: () => number;
}

/**
 * Follows the alert log for one receiver: hands over what the receiver wants, in order, and keeps its place over
 * restarts. What fails is tried again, for as long as the log reaches back: an outage holds everything back, a message
 * that alone is refused is put aside at last, and where the log was faster the receiver is told of the gap.
 *
 * Nothing is queued here: what waits is in the log.
 */
export class Follower {
  /** The newest tries, oldest first. */
  readonly attempts: DeliveryAttempt[] = [];
  readonly #o: FollowerOptions;
  readonly #reader: AlertLogReader;
  readonly #stopListening: () => void;
  readonly #ended = new AbortController();
  readonly #end: Promise<void>;
  #carrier: Carrier;
  #stopped: DeliveryState['stopped'] = null;
  #circuit: Circuit = 'closed';
  #failures = 0;
  /** Of the message that is next. */
  #refusals = 0;
  #deadInARow = 0;
  /** By performance.now(): a clock that is set back, or stands still after that, must not hold anything up. */
  #retryAt: number | null = null;
  #delivered = 0;
  #lastDeliveredAt: number | null = null;
  #lastFailure: DeliveryState['lastFailure'] = null;
  /** Letters that somebody wants to be sent again; they stay in the list until they are taken. */
  #again: DeadLetter[] = [];
  #wake = () => {};
  #running: Promise<void> | null = null;

  constructor(options: FollowerOptions) {
    this.#o = options;
    this.#carrier = options.carrier;
    this.#stopped = options.paused ? 'paused' : null;
    this.#reader = options.log.fileReader();
    this.#end = new Promise((resolve) => this.#ended.signal.addEventListener('abort', () => resolve()));
    this.#stopListening = options.log.subscribe(() => this.#retryAt === null && this.#wake());
  }

  get deadLetters(): DeadLetters {
    return this.#o.deadLetters;
  }

  /** Number of the last step that was taken, or not wanted. */
  get at(): number {
    return this.#place().number;
  }

  /** Begins once the log has been read. */
  start(): void {
    this.#running = this.#run();
  }

  /** A change of the subscription: whatever was waited for, it is tried anew. */
  change(changed: { carrier: Carrier; wants: FollowerOptions['wants']; paused: boolean }): void {
    if (changed.carrier !== this.#carrier) this.#carrier.close();
    this.#carrier = changed.carrier;
    this.#o.wants = changed.wants;
    this.#stopped = changed.paused ? 'paused' : null;
    this.#begin();
  }

  /** Everything after transition `number` once more, or after the oldest that is kept. */
  replayFrom(number: number): void {
    this.#moveTo(Math.max(number, this.#o.log.oldestKept));
    this.#begin();
  }

  replayLetters(letters: readonly DeadLetter[]): void {
    this.#again.push(...letters.filter((letter) => !this.#again.includes(letter)));
    this.#tryNow();
  }

  state(): DeliveryState {
    const { log, deadLetters, clock } = this.#o;
    const { epoch, number } = this.#place();
    // Who is stopped is tried no more, whatever the last failure asked to wait for.
    const waits = this.#retryAt === null || this.#stopped !== null ? null : this.#retryAt - performance.now();
    return {
      circuit: this.#circuit,
      stopped: this.#stopped,
      cursor: `${epoch}-${number}`,
      behind: Math.max(0, log.last - number),
      failures: this.#failures,
      nextTryAt: waits === null ? null : Math.round(clock() + waits),
      deadLetters: deadLetters.letters.length,
      delivered: this.#delivered,
      lastDeliveredAt: this.#lastDeliveredAt,
      lastFailure: this.#lastFailure,
    };
  }

  /** What is on its way is broken off; it will be sent again after the next start. */
  async stop(): Promise<void> {
    this.#ended.abort();
    this.#wake();
    await this.#running;
    this.#stopListening();
    this.#reader.close();
    this.#carrier.close();
  }

  async #run(): Promise<void> {
    const { log } = this.#o;
    await Promise.race([log.ready, this.#end]);
    // A log that lost its newest part goes on from what it has.
    if (this.#place().number > log.last) this.#moveTo(log.last);
    while (!this.#ended.signal.aborted) {
      try {
        await this.#step();
      } catch (error) {
        this.#failed({
          kind: 'outage',
          status: null,
          detail: `the alert log cannot be read: ${(error as Error).message}`,
        });
      }
    }
  }

  async #step(): Promise<void> {
    if (this.#stopped) return this.#sleep(null);
    const waits = this.#retryAt === null ? 0 : this.#retryAt - performance.now();
    if (waits > 0) return this.#sleep(waits);
    if (this.#again.length > 0) return this.#sendAgain(this.#again[0]);
    const { batch, reached } = this.#next();
    if (batch.length > 0) return this.#send(batch, reached);
    if (reached < this.#o.log.last) await afterEvents();
    else await this.#sleep(null);
  }

  /** The next messages that are wanted, and the place behind them; moves over what is not. */
  #next(): { batch: Delivery[]; reached: number } {
    const { log, wants } = this.#o;
    const from = this.#place().number;
    let transitions: ReturnType<AlertLogReader['read']>;
    try {
      transitions = this.#reader.read(from, TURN);
    } catch (error) {
      if (!(error instanceof LogGapError)) throw error;
      return { batch: [gapDelivery(log, from, error.oldest - 1)], reached: error.oldest - 1 };
    }
    const batch: Delivery[] = [];
    // Behind one that is refused others may be taken, and would come again with each try.
    const most = this.#refusals > 0 ? 1 : this.#carrier.window;
    let reached = from;
    for (const transition of transitions) {
      reached = transition.number;
      if (!wants(transition.alert)) continue;
      batch.push(alertDelivery(log, transition));
      if (batch.length === most) break;
    }
    if (batch.length === 0 && reached > from) this.#moveTo(reached);
    return { batch, reached };
  }

  async #send(batch: readonly Delivery[], reached: number): Promise<void> {
    const placeBefore = this.#place();
    const { taken, failure, goTo } = await this.#try(batch);
    // Somebody asked for a replay meanwhile: the place is theirs.
    if (this.#place() !== placeBefore) return;
    if (goTo !== undefined) return this.#moveTo(Math.max(Math.min(goTo, this.#o.log.last), this.#o.log.oldestKept));
    if (taken > 0) {
      for (const { alert } of batch.slice(0, taken)) if (alert === null) this.#o.counts.gaps++;
      this.#refusals = 0;
      this.#deadInARow = 0;
      this.#moveTo(taken === batch.length ? reached : batch[taken - 1].number);
    }
    if (failure?.kind !== 'refused' || ++this.#refusals < REFUSALS_MAX) return;
    if (this.#deadInARow >= DEAD_IN_A_ROW_MAX) return;
    const { id, text, number } = batch[taken];
    const { status, detail } = failure;
    const letter = { id, text, at: this.#o.clock(), attempts: this.#refusals, status, detail };
    // On disk before the place moves over it.
    await Promise.race([this.#o.deadLetters.add(letter), this.#end]);
    if (this.#ended.signal.aborted) return;
    this.#o.counts.dead++;
    this.#refusals = 0;
    this.#deadInARow++;
    if (this.#place().number < number) this.#moveTo(number);
    this.#tryNow();
  }

  async #sendAgain(letter: DeadLetter): Promise<void> {
    if (!this.#o.deadLetters.letters.includes(letter)) {
      this.#again.shift(); // thrown away meanwhile
      return;
    }
    const { taken, failure } = await this.#try([
      { id: letter.id, text: letter.text, number: 0, alert: null, step: null },
    ]);
    // Refused once more it stays in the list, and does not hold up the others.
    if (taken > 0 || failure?.kind === 'refused') this.#again.shift();
    if (taken > 0) this.#o.deadLetters.remove(letter.no);
    else if (failure?.kind === 'refused') this.#retryAt = null;
  }

  /** Sends, and takes note of how it went. */
  async #try(batch: readonly Delivery[]): Promise<Carried> {
    const { clock } = this.#o;
    if (this.#circuit === 'open') this.#circuit = 'half-open';
    const at = clock();
    const carried = await this.#carrier.carry(batch, this.#ended.signal);
    const { taken, failure } = carried;
    this.#o.counts.delivered += taken;
    this.#delivered += taken;
    if (taken > 0) this.#lastDeliveredAt = clock();
    if (this.#ended.signal.aborted && failure) return { taken, failure: null }; // our doing, not the receiver's
    this.attempts.push({ at, ms: clock() - at, id: batch[0].id, messages: batch.length, taken, failure });
    if (this.attempts.length > ATTEMPTS_KEPT) this.attempts.shift();
    if (taken > 0) this.#failures = 0;
    if (failure) this.#failed(failure);
    else this.#tryNow();
    return carried;
  }

  #failed(failure: DeliveryFailure): void {
    const { clock, backoff = BACKOFF, counts } = this.#o;
    counts.failed++;
    this.#lastFailure = { ...failure, at: clock() };
    if (failure.kind === 'gone') this.#stopped = 'gone';
    const wait = Math.max(
      backoffWait(backoff, this.#failures),
      Math.min(failure.retryAfterMs ?? 0, RETRY_AFTER_MAX_MS),
    );
    this.#retryAt = performance.now() + wait;
    if (++this.#failures >= OPEN_AFTER) this.#circuit = 'open';
    else this.#circuit = 'closed';
  }

  /** What was refused before was asked of another, or of another place. */
  #begin(): void {
    this.#refusals = 0;
    this.#deadInARow = 0;
    this.#tryNow();
  }

  #tryNow(): void {
    this.#failures = 0;
    this.#circuit = 'closed';
    this.#retryAt = null;
    this.#wake();
  }

  /** In the log that there is now; a place in another one is before its beginning. */
  #place(): Place {
    const { log, place } = this.#o;
    if (place.value.epoch !== log.epoch && log.epoch !== '') place.move({ epoch: log.epoch, number: 0 });
    return place.value;
  }

  #moveTo(number: number): void {
    this.#o.place.move({ epoch: this.#o.log.epoch, number });
  }

  /** For `ms`, until something is new, or until the end. */
  async #sleep(ms: number | null): Promise<void> {
    if (this.#ended.signal.aborted) return;
    let timer: NodeJS.Timeout | undefined;
    await new Promise<void>((resolve) => {
      this.#wake = resolve;
      if (ms !== null) timer = setTimeout(resolve, ms);
    });
    clearTimeout(timer);
    this.#wake = () => {};
  }
}
