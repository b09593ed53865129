import type { LatencyHistogram } from './latency-histogram.js';

/** The replies of one connection: those that may leave, and those that wait until their fixes are durable. */
export class ReplyQueue {
  #out: Buffer[] = [];
  // Three columns, oldest first: a reply waits until the intake's `durable` reaches its ticket.
  #waiting: Buffer[] = [];
  #tickets: number[] = [];
  #since: number[] = [];

  constructor(private readonly latency: LatencyHistogram) {}

  get waiting(): boolean {
    return this.#waiting.length > 0;
  }

  add(bytes: Buffer): void {
    this.#out.push(bytes);
  }

  /** `ticket`: the intake's `taken` after the fixes that this answers; `since`: monotonic ms of their arrival. */
  addWaiting(bytes: Buffer, ticket: number, since: number): void {
    this.#waiting.push(bytes);
    this.#tickets.push(ticket);
    this.#since.push(since);
  }

  /** Lets go of the replies whose fixes are durable; `now` in monotonic ms. */
  release(durable: number, now: number): void {
    const all = this.#waiting.length;
    let due = 0;
    while (due < all && this.#tickets[due] <= durable) {
      this.latency.observe(now - this.#since[due]);
      due++;
    }
    if (due === all) {
      this.#out = this.#out.length === 0 ? this.#waiting : this.#out.concat(this.#waiting);
      this.#waiting = [];
      this.#tickets.length = 0;
      this.#since.length = 0;
    } else if (due > 0) {
      this.#out.push(...this.#waiting.splice(0, due));
      this.#tickets.splice(0, due);
      this.#since.splice(0, due);
    }
  }

  /** Everything that may leave, as one piece for one write; null where there is nothing. */
  take(): Buffer | null {
    const out = this.#out;
    if (out.length === 0) return null;
    this.#out = [];
    return out.length === 1 ? out[0] : Buffer.concat(out);
  }
}
