import type { AlertSource } from '../deps.js';
import { ApiError, RETRY_SOON } from '../errors.js';
import type { Request } from '../http.js';

/** Whoever waits for the alert log to grow over plain HTTP: long polls and event streams, in a bounded number. */
export class AlertNews {
  readonly #waiting = new Set<() => void>();
  readonly #stop: () => void;
  #taken = 0;
  #closed = false;

  constructor(
    readonly alerts: AlertSource,
    readonly most: number,
  ) {
    this.#stop = alerts.subscribe(() => this.#wakeAll());
  }

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
      throw new ApiError('busy', `at most ${this.most} requests wait for alerts at once`, [], RETRY_SOON);
    }
    this.#taken++;
    let held = true;
    return () => {
      if (held) this.#taken--;
      held = false;
    };
  }

  /** Resolves when there is news, after `ms`, when the peer has gone, or when the server stops. */
  wait(ms: number, request: Request): Promise<void> {
    if (this.#closed || ms <= 0) return Promise.resolve();
    return new Promise((resolve) => {
      const wake = () => {
        clearTimeout(timer);
        this.#waiting.delete(wake);
        stopListening();
        resolve();
      };
      const timer = setTimeout(wake, ms);
      this.#waiting.add(wake);
      const stopListening = request.onAborted(wake);
    });
  }

  close(): void {
    this.#closed = true;
    this.#stop();
    this.#wakeAll();
  }

  #wakeAll(): void {
    for (const wake of [...this.#waiting]) wake();
  }
}
