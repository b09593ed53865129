import type { Datum } from '../model/datum.js';
import type { AlertStep, AlertsFilter, Gap, StreamMessage, StreamRequest } from './messages.js';
import type { Subscription, SubscriptionPort } from './subscription.js';

/** The end of the log, in place of a cursor. */
const NOW = 'now';
/** Steps that may be on their way to the handler; the server waits then. */
const WINDOW = 500;
/** Steps of which it is remembered that they were handed over. */
const REMEMBERED = 20_000;
const RETRY_FIRST_MS = 200;
const RETRY_LONGEST_MS = 10_000;
/** Another node has what comes next, and does not answer: it is asked for again after this. */
const AWAY_MS = 3000;

export interface AlertsOptions {
  filter?: AlertsFilter;
  /** What places in alerts refer to. Default `wgs84`. */
  datum?: Datum;
  /** Go on behind this one; without it the stream begins with what comes next. Keep `follower.cursor` for the next start. */
  cursor?: string;
}

export interface AlertsHandlers {
  /**
   * One step, in order, each once. The next comes when this has returned, or its promise is fulfilled; where it fails it is
   * handed over again after a while, and `cursor` stays before it.
   */
  alert(step: AlertStep): void | Promise<void>;
  /** Steps that the server does not have any more: list them over HTTP. */
  gap?(gap: Gap): void;
  /** The server knows of the subscription, now or again. `recovered`: nothing was missed. */
  subscribed?(recovered: boolean): void;
}

/**
 * Alerts as they come, and after a break of the connection what was missed, in order and each step once. The server sends
 * no more than the handler keeps up with.
 */
export class AlertFollower implements Subscription {
  /** The last step that was dealt with. */
  cursor: string | undefined;
  readonly #asked: Pick<AlertsOptions, 'filter' | 'datum'>;
  readonly #port: SubscriptionPort;
  readonly #handlers: AlertsHandlers;
  /** Steps, and places up to which there are no others. */
  #queue: (AlertStep | { cursor: string })[] = [];
  #working = false;
  /** Counts breaks: what came before one is not acknowledged after it. */
  #breaks = 0;
  /** Counts answers that the stream does not go on where it was: what came before one says nothing of where it is now. */
  #gaps = 0;
  #closed = false;
  #asksAgain: ReturnType<typeof setTimeout> | undefined;
  /** Dealt with since the last acknowledgement. */
  #unacknowledged = 0;
  readonly #seen = new Set<string>();

  constructor(
    readonly id: number,
    { cursor, ...asked }: AlertsOptions,
    port: SubscriptionPort,
    handlers: AlertsHandlers,
  ) {
    this.#asked = asked;
    this.cursor = cursor;
    this.#port = port;
    this.#handlers = handlers;
  }

  close(): void {
    this.#closed = true;
    clearTimeout(this.#asksAgain);
    this.#queue = [];
    this.#port.close(this.id);
  }

  request(): StreamRequest {
    const { id, cursor } = this;
    return {
      ...{ op: 'subscribe', id, channel: 'alerts', window: WINDOW },
      ...this.#asked,
      ...(cursor !== undefined && { cursor }),
    };
  }

  take(message: StreamMessage): void {
    if (message.type === 'subscribed') {
      this.#unacknowledged = 0;
      const { cursor, recovered = false, gap } = message;
      if (!recovered) {
        this.#gaps++;
        this.cursor = cursor;
      }
      // What is now would be later after the next break.
      if (this.cursor === NOW) this.cursor = cursor;
      if (gap) this.#handlers.gap?.(gap);
      this.#handlers.subscribed?.(recovered);
    } else if (message.type === 'gap') {
      this.#handlers.gap?.(message);
      this.#push({ cursor: message.to });
    } else if (message.type === 'alert' || message.type === 'cursor') {
      this.#push(message);
    } else if (message.type === 'error' && message.code === 'main-node-away') {
      // The subscription has ended; what it had was handed over or waits here.
      this.#asksAgain = setTimeout(() => this.#port.send(this.request()), AWAY_MS);
    }
  }

  /** What the server sends again must not be handed over twice; what was not dealt with is sent again. */
  lost(): void {
    clearTimeout(this.#asksAgain);
    this.#breaks++;
    this.#queue = [];
  }

  #push(next: AlertStep | { cursor: string }): void {
    this.#queue.push(next);
    if (!this.#working) void this.#work();
  }

  async #work(): Promise<void> {
    this.#working = true;
    for (let step = this.#queue.shift(); step; step = this.#queue.shift()) {
      if (!('alert' in step)) {
        this.cursor = step.cursor;
        continue;
      }
      const [breaks, gaps] = [this.#breaks, this.#gaps];
      if (this.#isNew(step)) {
        const done = this.#handOver(step);
        if (done) await done;
        if (this.#closed) break;
        this.#remember(step);
      }
      if (gaps === this.#gaps) this.cursor = step.cursor;
      if (breaks !== this.#breaks || ++this.#unacknowledged < WINDOW / 2) continue;
      this.#unacknowledged = 0;
      this.#port.send({ op: 'ack', id: this.id, cursor: step.cursor });
    }
    this.#working = false;
  }

  /** Undefined where the handler has returned already. */
  #handOver({ cursor, transition, alert }: AlertStep): Promise<void> | undefined {
    const step = { cursor, transition, alert };
    try {
      // In JavaScript a handler may answer anything at all.
      const done: unknown = this.#handlers.alert(step);
      if (!isPromise(done)) return undefined;
      return Promise.resolve(done).catch((error: Error) => this.#again(step, error));
    } catch (error) {
      return this.#again(step, error as Error);
    }
  }

  async #again(step: AlertStep, error: Error): Promise<void> {
    this.#port.problem(error);
    for (let wait = RETRY_FIRST_MS; !this.#closed; wait = Math.min(wait * 2, RETRY_LONGEST_MS)) {
      await new Promise((resolve) => setTimeout(resolve, wait));
      try {
        return await this.#handlers.alert(step);
      } catch (again) {
        this.#port.problem(again as Error);
      }
    }
  }

  #isNew(step: AlertStep): boolean {
    const [epoch, number] = placeOf(step.cursor);
    const [atEpoch, at] = placeOf(this.cursor ?? '');
    return !(epoch === atEpoch && number <= at) && !this.#seen.has(nameOf(step));
  }

  #remember(step: AlertStep): void {
    this.#seen.add(nameOf(step));
    if (this.#seen.size > REMEMBERED) this.#seen.delete(this.#seen.values().next().value!);
  }
}

function isPromise(value: unknown): value is PromiseLike<void> {
  return typeof (value as Partial<PromiseLike<void>> | null | undefined)?.then === 'function';
}

/** `<epoch>-<number>`. */
function placeOf(cursor: string): [epoch: string, number: number] {
  const split = cursor.lastIndexOf('-');
  return [cursor.slice(0, Math.max(split, 0)), Number(cursor.slice(split + 1))];
}

/** An alert's revisions are its steps. */
function nameOf({ alert }: AlertStep): string {
  return `${alert.id} ${alert.revision}`;
}
