export interface BackOffTimes {
  /** The longest first wait, ms; it doubles with each failure … */
  firstMs: number;
  /** … up to this. */
  longestMs: number;
  /** The longest wait after the server said that it restarts. */
  restartMs: number;
  /** A connection that lasted as long as this was no failure. */
  soundMs: number;
}

export const BACK_OFF: BackOffTimes = { firstMs: 500, longestMs: 15_000, restartMs: 30_000, soundMs: 5000 };

/** Close code of a server that stops, or has lost the client. */
const RESTARTING = 1012;
const SHORTEST_MS = 50;

/**
 * How long to wait before the next try: anything between nothing and a bound that grows, so that a thousand clients which
 * lost their server in one moment do not come back in one moment.
 */
export class BackOff {
  #failures = 0;

  constructor(
    readonly times: BackOffTimes,
    readonly random: () => number,
  ) {}

  /** ms; `code`: how the connection ended, `lastedMs`: how long it was open. */
  next(code: number, lastedMs: number): number {
    if (lastedMs >= this.times.soundMs) this.#failures = 0;
    const { firstMs, longestMs, restartMs } = this.times;
    const bound = code === RESTARTING ? restartMs : Math.min(longestMs, firstMs * 2 ** Math.min(this.#failures, 20));
    this.#failures++;
    return Math.max(Math.min(SHORTEST_MS, bound), this.random() * bound);
  }

  reset(): void {
    this.#failures = 0;
  }
}
