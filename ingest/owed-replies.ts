import type { ReplyWhen } from '../protocols/protocol.js';
import type { Awaiting, ConnectionHost } from './connection-host.js';
import { ReplyQueue } from './reply-queue.js';

/** The replies that one peer is owed: each leaves when what it acknowledges is durable. */
export class OwedReplies implements Awaiting {
  /** The frame in hand changed the registry, or is a report: its reply waits for that record. */
  afterChange = false;
  readonly #queue: ReplyQueue;
  #forRecords = 0; // replies that wait for such a record

  /** `write` is called where there may be something to `take`. */
  constructor(
    private readonly host: ConnectionHost,
    private readonly write: () => void,
  ) {
    this.#queue = new ReplyQueue(host.stats.ackLatency);
  }

  /** There are some that wait. */
  get waiting(): boolean {
    return this.#queue.waiting || this.#forRecords > 0;
  }

  /** `since`: monotonic ms of the arrival of what it replies to. */
  add(bytes: Buffer, when: ReplyWhen, since: number): void {
    const { taken, durable } = this.host.intake;
    if (when === 'now' || (taken === durable && !this.afterChange)) this.#queue.add(bytes);
    else if (this.afterChange) this.#awaitRecord(Buffer.from(bytes), taken, since);
    else this.#awaitFixes(bytes, taken, since);
    this.write();
  }

  release(durable: number, now: number): boolean {
    this.#queue.release(durable, now);
    this.write();
    return this.#queue.waiting;
  }

  /** Everything that may leave, as one piece for one write; null where there is nothing. */
  take(): Buffer | null {
    return this.#queue.take();
  }

  #awaitRecord(bytes: Buffer, taken: number, since: number): void {
    this.#forRecords++;
    this.host.whenAccepted(() => {
      this.#forRecords--;
      // The log may have filled between the record and a fix of the same frame, which then comes to the disk later.
      if (this.host.intake.durable < taken) this.#awaitFixes(bytes, taken, since);
      else this.#queue.add(bytes);
      this.write();
    });
  }

  /** `taken`: so many fixes have to be durable. */
  #awaitFixes(bytes: Buffer, taken: number, since: number): void {
    if (!this.#queue.waiting) this.host.awaits(this);
    this.#queue.addWaiting(bytes, taken, since);
  }
}
