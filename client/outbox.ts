import type { StreamRequest } from './messages.js';

/** The server takes 30 messages at once and 10 a second (docs/stream.md); a little less leaves room for pings. */
const BURST = 24;
const EVERY_MS = 125;

/** Requests on their way to the server, at a pace that it takes. */
export class Outbox {
  #waiting: StreamRequest[] = [];
  #tokens = BURST;
  /** By performance.now(): a clock that is set back must not stop us. */
  #filledAt = performance.now();
  #timer: ReturnType<typeof setTimeout> | undefined;

  constructor(readonly send: (request: StreamRequest) => void) {}

  /** A new connection: nothing has been said on it. */
  clear(): void {
    clearTimeout(this.#timer);
    this.#timer = undefined;
    this.#waiting = [];
    this.#tokens = BURST;
    this.#filledAt = performance.now();
  }

  push(request: StreamRequest): void {
    const said = request.op === 'update' || request.op === 'ack' ? this.#inPlaceOf(request) : request;
    this.#waiting.push(said);
    this.#flush();
  }

  /** A map that is dragged moves faster than it may say: where it was in between is of no interest, but its filter is. */
  #inPlaceOf<T extends Extract<StreamRequest, { op: 'update' | 'ack' }>>(request: T): T {
    const same = (other: StreamRequest): other is T => other.op === request.op && other.id === request.id;
    const before = this.#waiting.find(same);
    this.#waiting = this.#waiting.filter((other) => other !== before);
    return { ...before, ...request };
  }

  #flush(): void {
    const now = performance.now();
    const filled = Math.floor((now - this.#filledAt) / EVERY_MS);
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
