import type { StreamRequest } from './messages.js';

/** The server takes 30 messages at once and 10 a second (docs/stream.md); a little less leaves room for pings. */
const BURST = 24;
const EVERY_MS = 125;

/** Requests on their way to the server, at a pace that it takes. */
export class Outbox {
  #waiting: StreamRequest[] = [];
  #tokens = BURST;
  #filledAt = Date.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly send: (request: StreamRequest) => void) {}

  /** A new connection: nothing has been said on it. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#tokens = BURST;
    this.#filledAt = Date.now();
  }

  push(request: StreamRequest): void {
    // A map that is dragged moves faster than it may say: where it was in between is of no interest.
    if (request.op === 'update' || request.op === 'ack') {
      this.#waiting = this.#waiting.filter((other) => other.op !== request.op || other.id !== request.id);
    }
    this.#waiting.push(request);
    this.#flush();
  }

  #flush(): void {
    const now = Date.now();
    const filled = Math.floor(Math.max(0, now - this.#filledAt) / EVERY_MS);
    this.#tokens = Math.min(BURST, this.#tokens + filled);
    this.#filledAt = this.#tokens === BURST ? now : this.#filledAt + filled * EVERY_MS;
    while (this.#waiting.length > 0 && this.#tokens > 0) {
      this.#tokens--;
      this.send(this.#waiting.shift()!);
    }
    if (this.#waiting.length === 0 || this.#timer !== undefined) return;
    this.#timer = setTimeout(() => {
      this.#timer = undefined;
      this.#flush();
    }, EVERY_MS);
  }
}
