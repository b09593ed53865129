import type { Intake } from '../intake.js';

export interface AckPipelineOptions<T> {
  intake: Pick<Intake, 'taken' | 'durable' | 'onDurable'>;
  /** Calls `fn` once everything that the log was given so far is durable. */
  whenAccepted: (fn: () => void) => void;
  /** Acknowledges, in the order in which they were owed. `sinceMs`: since the first of them came. */
  release: (owed: readonly T[], sinceMs: number) => void;
}

/** What came in one turn of the event loop. */
interface Group<T> {
  owed: T[];
  /** Monotonic ms. */
  since: number;
  /** `Intake.taken` behind the last of it. */
  ticket: number;
  /** Changes of the registry and reports that came of it are durable. */
  accepted: boolean;
}

/**
 * Acknowledgements that wait for the log without holding up what comes behind them: many messages share one flush
 * (docs/decisions/0017-many-messages-one-flush.md). They leave in the order in which the messages came (MQTT 3.1.1 §4.6).
 */
export class AckPipeline<T> {
  /** Messages that wait. */
  owed = 0;
  readonly #options: AckPipelineOptions<T>;
  #open: Group<T> | null = null;
  #groups: Group<T>[] = [];
  #idle: (() => void)[] = [];

  constructor(options: AckPipelineOptions<T>) {
    this.#options = options;
    options.intake.onDurable(() => this.#release());
  }

  /** A message whose content the log has been given. */
  owe(item: T): void {
    this.owed++;
    if (this.#open === null) {
      const group: Group<T> = { owed: [], since: performance.now(), ticket: 0, accepted: false };
      this.#open = group;
      setImmediate(() => this.#close(group));
    }
    this.#open.owed.push(item);
  }

  /** Forgets what is owed: whoever it was owed to is gone, and sends again what was not acknowledged. */
  clear(): void {
    this.#open = null;
    this.#groups = [];
    this.owed = 0;
    this.#wakeIdle();
  }

  /** Resolves when nothing is owed. */
  whenIdle(): Promise<void> {
    if (this.owed === 0) return Promise.resolve();
    return new Promise((resolve) => this.#idle.push(resolve));
  }

  #close(group: Group<T>): void {
    if (this.#open !== group) return; // cleared
    this.#open = null;
    group.ticket = this.#options.intake.taken;
    this.#groups.push(group);
    this.#options.whenAccepted(() => {
      group.accepted = true;
      this.#release();
    });
  }

  #release(): void {
    const { intake, release } = this.#options;
    // Both: the log may have no room, and then fixes that were taken are not in it yet.
    let ready = 0;
    while (
      ready < this.#groups.length &&
      this.#groups[ready].accepted &&
      this.#groups[ready].ticket <= intake.durable
    ) {
      ready++;
    }
    if (ready === 0) return;
    const now = performance.now();
    for (const { owed, since } of this.#groups.splice(0, ready)) {
      this.owed -= owed.length;
      release(owed, now - since);
    }
    if (this.owed === 0) this.#wakeIdle();
  }

  #wakeIdle(): void {
    for (const resolve of this.#idle.splice(0)) resolve();
  }
}
