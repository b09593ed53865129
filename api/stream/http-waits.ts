import { setImmediate as afterEvents } from 'node:timers/promises';
import type { Request } from '../http/endpoint.js';
import { ApiError, RETRY_SOON } from '../http/errors.js';

/** Woken between two looks at everything else: each reads, and writes its answer. */
const WOKEN_AT_ONCE = 64;

/** Whoever waits for news over plain HTTP: long polls and event streams, in a bounded number. */
export class HttpWaits {
  readonly #waiting = new Set<() => void>();
  /** Those of them for whom there is news, in the order in which they are woken. */
  readonly #due = new Set<() => void>();
  #waking = false;
  #taken = 0;
  #closed = false;

  constructor(readonly most: number) {}

  /** How many have a place. */
  get taken(): number {
    return this.#taken;
  }

  /** True from the moment on which the server stops: who waits answers now. */
  get closed(): boolean {
    return this.#closed;
  }

  /** A place for as long as the request lasts; the way to give it back. Throws 'busy' where all are taken. */
  take(): () => void {
    if (this.#taken >= this.most || this.#closed) {
      throw new ApiError('busy', `at most ${this.most} requests wait for news at once`, [], RETRY_SOON);
    }
    this.#taken++;
    let held = true;
    return () => {
      if (held) this.#taken--;
      held = false;
    };
  }

  /**
   * Resolves when there is news, after `ms`, when the peer has gone, or when the server stops. `subscribe` is given what
   * to call when there is news, and answers with the way to stop that.
   */
  wait(ms: number, request: Request, subscribe: (wake: () => void) => () => void): Promise<void> {
    if (this.#closed || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        for (const stop of stops) stop();
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
      const stops = [
        () => this.#waiting.delete(wake),
        () => this.#due.delete(wake),
        request.onAborted(wake),
        subscribe(() => this.#wakeInTurn(wake)),
      ];
    });
  }

  #wakeInTurn(wake: () => void): void {
    this.#due.add(wake);
    if (!this.#waking) void this.#wakeAll();
  }

  /** A few at a time: news is news to all of them, and terminals must not wait until thousands have their answers. */
  async #wakeAll(): Promise<void> {
    this.#waking = true;
    let woken = 0;
    await afterEvents();
    for (const wake of this.#due) {
      wake();
      if (++woken % WOKEN_AT_ONCE === 0) await afterEvents();
    }
    this.#waking = false;
  }

  close(): void {
    this.#closed = true;
    for (const wake of [...this.#waiting]) wake();
  }
}
