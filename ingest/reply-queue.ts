import type { LatencyHistogram } from './latency-histogram.js';

/**
 * The replies of one connection: those that may leave, and those that wait until their fixes are durable. Their bytes are
 * copied, one behind the other, so that thousands of short answers are two pieces of memory and one write.
 */
export class ReplyQueue {
  #out = new ByteQueue();
  #held = new ByteQueue();
  // Three columns about the replies in #held, oldest first: one waits until the intake's `durable` reaches its ticket.
  #lengths: number[] = [];
  #tickets: number[] = [];
  #since: number[] = [];

  constructor(private readonly latency: LatencyHistogram) {}

  get waiting(): boolean {
    return this.#tickets.length > 0;
  }

  add(bytes: Uint8Array): void {
    this.#out.push(bytes);
  }

  /** `ticket`: the intake's `taken` after the fixes that this answers; `since`: monotonic ms of their arrival. */
  addWaiting(bytes: Uint8Array, ticket: number, since: number): void {
    this.#held.push(bytes);
    this.#lengths.push(bytes.length);
    this.#tickets.push(ticket);
    this.#since.push(since);
  }

  /** Lets go of the replies whose fixes are durable; `now` in monotonic ms. */
  release(durable: number, now: number): void {
    const all = this.#tickets.length;
    let due = 0;
    let bytes = 0;
    while (due < all && this.#tickets[due] <= durable) {
      this.latency.observe(now - this.#since[due]);
      bytes += this.#lengths[due];
      due++;
    }
    if (due === 0) return;
    if (due === all && this.#out.length === 0) {
      const empty = this.#out;
      this.#out = this.#held;
      this.#held = empty;
    } else {
      this.#out.push(this.#held.shift(bytes));
    }
    if (due === all) {
      // Nearly always; `splice` would make lists of what it takes out.
      this.#lengths.length = this.#tickets.length = this.#since.length = 0;
    } else {
      this.#lengths.splice(0, due);
      this.#tickets.splice(0, due);
      this.#since.splice(0, due);
    }
  }

  /** Everything that may leave, as one piece for one write; null where there is nothing. */
  take(): Buffer | null {
    return this.#out.length === 0 ? null : this.#out.shift(this.#out.length);
  }
}

/** Bytes in a piece of memory that grows, and is let go of when they have left. */
class ByteQueue {
  length = 0;
  #bytes = EMPTY;

  push(bytes: Uint8Array): void {
    const needed = this.length + bytes.length;
    if (needed > this.#bytes.length) {
      const grown = Buffer.allocUnsafe(Math.max(FIRST_BYTES, needed, 2 * this.#bytes.length));
      this.#bytes.copy(grown, 0, 0, this.length);
      this.#bytes = grown;
    }
    this.#bytes.set(bytes, this.length);
    this.length = needed;
  }

  /** The first `n` bytes; they are the caller's. */
  shift(n: number): Buffer {
    const first = this.#bytes.subarray(0, n);
    this.length -= n;
    this.#bytes = this.length === 0 ? EMPTY : Buffer.from(this.#bytes.subarray(n, n + this.length));
    return first;
  }
}

const EMPTY = Buffer.alloc(0);
/** Room for one answer and a little more: an idle terminal sends one frame at a time. */
const FIRST_BYTES = 64;
